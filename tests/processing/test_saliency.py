"""Gravities that look at the picture: which part of it is kept."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from processing.gravity import Looking
from processing.limits import Limits
from processing.operation import Operation, Picture, Size
from processing.operations.crop import Crop
from processing.operations.resize import Resize
from processing.pipeline import Result, parse, run
from processing.saliency import best_part
from tests import pictures

BACKGROUND, SIDE = 120, 48
LOOKING: list[Looking] = ["smart", "entropy", "attention"]
CORNERS = ["northwest", "northeast", "southwest", "southeast"]
every_way = pytest.mark.parametrize("gravity", LOOKING)


def scene(
    patch: Image.Image, corner: str, size: tuple[int, int] = (600, 400), margin: int = 0
) -> Image.Image:
    """A flat picture with a patch so many pixels from one corner."""
    image = Image.new("RGB", size, (BACKGROUND,) * 3)
    left = size[0] - patch.width - margin if "east" in corner else margin
    top = size[1] - patch.height - margin if "south" in corner else margin
    image.paste(patch, (left, top))
    return image


def detailed(side: int = SIDE) -> Image.Image:
    """Grey noise, no pixel of it as the background."""
    return pictures.noise(side, side).point(lambda level: level + (level == BACKGROUND))


def kept(operation: Operation, image: Image.Image) -> int:
    """How many pixels other than the background are left of a picture."""
    made = operation.apply(pictures.picture(image)).frames[0].image
    grey = pictures.pixels(made.convert("L"))
    return int((grey != BACKGROUND).sum())


@every_way
@pytest.mark.parametrize("mode", pictures.WORKING_MODES)
@pytest.mark.parametrize(
    ("corner", "size"),
    [
        ("northwest", (600, 400)),
        ("northeast", (300, 150)),
        ("southwest", (150, 300)),
        ("southeast", (600, 400)),
    ],
    ids=str,
)
def test_a_crop_keeps_the_detailed_part(
    gravity: Looking, mode: str, corner: str, size: tuple[int, int]
) -> None:
    image = scene(detailed(), corner, size).convert(mode)
    crop = Crop(width=100, height=100, gravity=gravity)
    assert kept(crop, image) == SIDE * SIDE
    assert crop.apply(pictures.picture(image)).size == (100, 100)


@every_way
@pytest.mark.parametrize("corner", CORNERS)
@pytest.mark.parametrize("margin", [0, 90])
def test_it_is_found_wherever_it_lies(gravity: Looking, corner: str, margin: int) -> None:
    image = scene(detailed(), corner, margin=margin)
    assert kept(Crop(width=100, height=100, gravity=gravity), image) == SIDE * SIDE
    assert kept(Crop(aspect_ratio="1:3", gravity=gravity), image) == SIDE * SIDE


@pytest.mark.parametrize("gravity", ["smart", "attention"])
@pytest.mark.parametrize("corner", CORNERS)
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_strong_colour_draws_the_eye(gravity: Looking, corner: str, mode: str) -> None:
    # As bright as the background, and far from the hue of skin: nothing but colour tells it.
    red = (255, 64, 52)
    assert Image.new("RGB", (1, 1), red).convert("L").getpixel((0, 0)) == BACKGROUND
    image = scene(Image.new("RGB", (SIDE, SIDE), red), corner).convert(mode)
    made = Crop(width=100, height=100, gravity=gravity).apply(pictures.picture(image))
    colors = {
        color: count for count, color in made.frames[0].image.convert("RGB").getcolors() or []
    }
    assert colors[red] == SIDE * SIDE


def test_skin_draws_the_eye_more_than_another_hue() -> None:
    face, leaf = (224, 172, 140), (140, 224, 172)
    image = scene(Image.new("RGB", (SIDE, SIDE), leaf), "northwest")
    image.paste(face, (600 - SIDE, 400 - SIDE, 600, 400))
    made = Crop(width=100, height=100, gravity="smart").apply(pictures.picture(image))
    assert face in {color for _, color in made.frames[0].image.getcolors() or []}


@every_way
@pytest.mark.parametrize("size", [(600, 200), (200, 600)], ids=str)
@pytest.mark.parametrize("corner", CORNERS)
def test_cover_keeps_it_and_has_the_size_of_the_box(
    gravity: Looking, size: tuple[int, int], corner: str
) -> None:
    patch = pictures.quarters(40, 40).convert("L").point(lambda level: 255 * (level > 100))
    made = Resize(width=50, height=50, fit="cover", gravity=gravity).apply(
        pictures.picture(scene(patch, corner, size))
    )
    assert made.size == made.frames[0].image.size == (50, 50)
    # A quarter as long: the patch of 40 x 40 is one of 10 x 10, its edge a little blurred.
    changed = abs(pictures.pixels(made.frames[0].image)[:, :, 0] - BACKGROUND) > 20
    assert 90 <= changed.sum() <= 150


@every_way
@pytest.mark.parametrize(
    "part", [(0, 0, 100, 80), (0, 0, 77, 33), (0, 0, 240, 3), (0, 0, 7.5, 40.25)]
)
@pytest.mark.parametrize("size", [(240, 80), (241, 81)], ids=str)
def test_a_flat_picture_is_cut_at_its_centre(
    gravity: Looking, part: tuple[float, ...], size: tuple[int, int]
) -> None:
    _, _, width, height = part
    found = best_part(
        pictures.picture(Image.new("RGB", size, pictures.RED)), (0, 0, width, height), gravity
    )
    left, top = (size[0] - width) / 2, (size[1] - height) / 2
    assert found == pytest.approx((left, top, left + width, top + height))


@every_way
@pytest.mark.parametrize("size", [(1, 1), (1, 10_000), (10_000, 1), (2, 3)], ids=str)
@pytest.mark.parametrize("mode", pictures.WORKING_MODES)
def test_the_part_lies_inside_of_any_picture(
    gravity: Looking, size: tuple[int, int], mode: str
) -> None:
    source = pictures.picture(pictures.noise(*size).convert(mode))
    for width, height in ((1, 1), (size[0], 1), (1, size[1]), (size[0] / 3, size[1] / 7)):
        left, top, right, bottom = best_part(source, (0, 0, width, height), gravity)
        assert 0 <= left < right <= size[0]
        assert 0 <= top < bottom <= size[1]
        assert (right - left, bottom - top) == pytest.approx((width, height))


@every_way
def test_what_is_transparent_counts_for_nothing(gravity: Looking) -> None:
    image = scene(detailed(), "northwest").convert("RGBA")
    loud = pictures.noise(200, 400, 200).convert("RGBA")
    loud.putalpha(0)
    image.paste(loud, (400, 0))
    assert kept(Crop(width=100, height=100, gravity=gravity), image) == SIDE * SIDE


@every_way
def test_hidden_colours_do_not_shine_through_to_their_neighbours(gravity: Looking) -> None:
    def best(hidden_left: int, hidden_right: int) -> tuple[float, ...]:
        image = Image.new("LA", (120, 30), (hidden_left, 0))
        image.paste((hidden_right, 0), (60, 0, 120, 30))
        for left in (10, 90):
            image.paste((128, 255), (left, 5, left + 20, 25))
        return best_part(pictures.picture(image), (0, 0, 30, 30), gravity)

    assert best(128, 0) == best(0, 128) == best(0, 0)


@every_way
@pytest.mark.parametrize("corner", CORNERS)
def test_the_visible_part_of_a_transparent_picture_is_kept(gravity: Looking, corner: str) -> None:
    image = Image.new("LA", (600, 400))
    at = (500 if "east" in corner else 40, 320 if "south" in corner else 30)
    image.paste((128, 255), (*at, at[0] + SIDE, at[1] + SIDE))
    made = Crop(width=100, height=100, gravity=gravity).apply(pictures.picture(image))
    assert made.frames[0].image.getchannel("A").histogram()[255] == SIDE * SIDE


@every_way
def test_the_first_frame_decides_for_all_and_for_a_still(gravity: Looking) -> None:
    frames = [scene(detailed(), corner) for corner in ("northwest", "southeast", "southeast")]
    crop = Crop(width=100, height=100, gravity=gravity)
    made = crop.apply(pictures.picture(*frames))
    assert [frame.image.size for frame in made.frames] == [(100, 100)] * 3
    seen = [
        int((pictures.pixels(one.image) != BACKGROUND).any(axis=2).sum()) for one in made.frames
    ]
    assert seen == [SIDE * SIDE, 0, 0]
    still = crop.apply(pictures.picture(*frames).first())
    assert still.frames[0].image.tobytes() == made.frames[0].image.tobytes()


@pytest.mark.parametrize("corner", ["northwest", "southeast"])
@pytest.mark.parametrize(
    "leading",
    [[], [{"op": "mirror"}], [{"op": "flip"}], [{"op": "rotate", "angle": 90}]],
    ids=str,
)
def test_a_small_decode_finds_the_same_place(corner: str, leading: list[Any]) -> None:
    # Odd sizes: the last row and column of a small decode are filled in part.
    image = scene(pictures.noise(200, 200, 120), corner, (1603, 707))
    resize = {"op": "resize", "width": 100, "height": 100, "fit": "cover", "gravity": "smart"}
    wanted = parse([*leading, resize, {"op": "convert", "format": "png"}], Limits())
    (made,) = run(pictures.file(image), [wanted], Limits())
    assert isinstance(made, Result)
    whole = pictures.picture(image)
    for operation in wanted.operations:
        whole = operation.apply(whole)
    small = pictures.picture(Image.open(BytesIO(made.data)).convert("RGB"))
    assert middle(small) == pytest.approx(middle(whole), abs=4)


def middle(picture: Picture) -> list[float]:
    """Row and column about which what differs from the background lies."""
    changed = abs(pictures.pixels(picture.frames[0].image)[:, :, 0] - BACKGROUND) > 20
    return [float(places.mean()) for places in changed.nonzero()]


def test_what_a_frame_holds_beside_the_picture_does_not_count() -> None:
    # A decode that shrank leaves such a rest, of less than a pixel; this one is large.
    image = scene(detailed(), "southwest", (300, 400))
    image.paste(pictures.noise(150, 400), (150, 0))
    source = replace(pictures.picture(image), size=Size(300, 800), part=(0.0, 0.0, 150.0, 400.0))
    left, top, _, _ = best_part(source, (0, 0, 200, 200), "smart")
    assert left == 0
    assert top > 550


def test_looking_leaves_the_small_decode_alone() -> None:
    size = Size(4000, 3000)
    plain = Resize(width=100, height=100, fit="cover")
    assert plain.model_copy(update={"gravity": "smart"}).spare(size) == plain.spare(size) == 30
