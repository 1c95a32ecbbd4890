"""watermark: another image laid on a picture."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from processing.color import to_srgb
from processing.decode import decode
from processing.errors import ProcessingError
from processing.limits import Limits
from processing.operation import Size
from processing.operations.watermark import Watermark
from processing.pipeline import Result, parse, run
from tests import pictures

LIMITS = Limits()
LOGO = "8f14e45f-ceea-467f-a0e6-1c8b8f2d3c4a"
OTHER = "11111111-2222-4333-8444-555555555555"


class Shelf:
    """The images that a run can open, and which it has opened."""

    def __init__(self, **files: BytesIO) -> None:
        ids = {"logo": LOGO, "other": OTHER}
        self.content = {ids[name]: file.getvalue() for name, file in files.items()}
        self.opened: list[str] = []

    @contextmanager
    def open(self, image_id: str) -> Iterator[BytesIO]:
        self.opened.append(image_id)
        if image_id not in self.content:
            raise ProcessingError("unknown_image", f"No {image_id}.")
        with BytesIO(self.content[image_id]) as file:
            yield file


def step(**parameters: Any) -> dict[str, Any]:
    return {"op": "watermark", "image": LOGO, "opacity": 1, **parameters}


def as_png(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"operations": list(steps), "output": {"format": "png"}}


def outcomes(source: BytesIO, shelf: Shelf, *asked: Any, limits: Limits = LIMITS) -> list[Any]:
    return list(run(source, [parse(value, LIMITS) for value in asked], limits, shelf.open))


def laid(source: BytesIO, logo: BytesIO, **parameters: Any) -> Image.Image:
    """The picture, without loss, with the logo on it."""
    (made,) = outcomes(source, Shelf(logo=logo), as_png(step(**parameters)))
    assert isinstance(made, Result), made.detail
    image = Image.open(BytesIO(made.data))
    image.load()
    return image


def plain(color: Any, width: int = 20, height: int = 10, mode: str = "RGB") -> BytesIO:
    return pictures.file(Image.new(mode, (width, height), color), "png")


def black() -> BytesIO:
    return plain("black", 100, 60)


# --- Place and size --------------------------------------------------------------------------


@pytest.mark.parametrize("orientation", range(1, 9))
def test_southeast_is_that_of_the_displayed_picture(orientation: int) -> None:
    source = pictures.photographed(Image.new("RGB", (100, 60)), orientation)
    made = laid(source, plain(pictures.RED), scale=0.4)
    assert made.size == (100, 60)
    expected = Image.new("RGB", (100, 60))
    expected.paste(pictures.RED, (60, 40, 100, 60))
    assert made.tobytes() == expected.tobytes()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_mark_is_upright(orientation: int) -> None:
    logo = pictures.photographed(pictures.quarters(40, 20), orientation)
    made = pictures.pixels(laid(black(), logo, scale=1, gravity="center"))
    middles = [made[y, x] for y in (15, 45) for x in (25, 75)]
    expected = (pictures.RED, pictures.GREEN, pictures.BLUE, pictures.WHITE)
    assert abs(np.array(middles) - np.array(expected)).max() <= 3


@pytest.mark.parametrize(
    ("logo", "scale", "expected"),
    [
        ((20, 10), 0.4, (40, 20)),
        ((400, 100), 0.4, (40, 10)),
        ((20, 10), 1, (100, 50)),
        ((10, 10), 1, (60, 60)),
        ((5, 3000), 0.5, (1, 60)),
        ((3000, 5), 0.01, (1, 1)),
        ((15, 10), 0.25, (25, 17)),
    ],
    ids=str,
)
def test_scale_is_a_share_of_the_width_but_never_higher_than_the_picture(
    logo: tuple[int, int], scale: float, expected: tuple[int, int]
) -> None:
    made = laid(black(), plain(pictures.RED, *logo), scale=scale)
    box = made.getbbox()
    assert box is not None
    assert (box[2] - box[0], box[3] - box[1]) == expected
    assert box[2:] == (100, 60)


def test_the_share_is_that_of_the_picture_at_this_step() -> None:
    made = outcomes(
        plain("black", 400, 300),
        Shelf(logo=plain(pictures.RED)),
        as_png({"op": "resize", "width": 100}, step(), {"op": "flip"}),
    )
    assert Image.open(BytesIO(made[0].data)).getbbox() == (80, 0, 100, 10)


# --- Kinds of pictures -----------------------------------------------------------------------


WITH_TIFF = Limits(formats=(*LIMITS.formats, "tiff"))


def of_kind(mode: str) -> BytesIO:
    png = mode in ("1", "L", "LA", "P", "P+tRNS", "RGB", "RGBA", "I;16")
    return pictures.file(pictures.in_mode(mode, 100, 60), "png" if png else "tiff")


@pytest.mark.parametrize("mode", pictures.MODES)
def test_a_mark_of_every_kind_shows_its_colours(mode: str) -> None:
    logo = of_kind(mode)
    with Image.open(logo) as stored:
        tiles = getattr(stored, "tile", ())
        stored.load()
        shown = to_srgb(stored, tiles)
    asked = as_png(step(scale=1))
    (made,) = outcomes(plain("white", 100, 60, "L"), Shelf(logo=logo), asked, limits=WITH_TIFF)
    assert isinstance(made, Result), made.detail
    with Image.open(BytesIO(made.data)) as result:
        assert result.mode == ("RGB" if shown.mode.startswith("RGB") else "L")
        samples = pictures.pixels(result.convert("RGB"))
    below = Image.new("RGBA", (100, 60), "white")
    expected = Image.alpha_composite(below, shown.convert("RGBA")).convert("RGB")
    assert abs(samples - pictures.pixels(expected)).max() <= 1


@pytest.mark.parametrize("mode", pictures.MODES)
def test_a_picture_of_every_kind_takes_a_mark(mode: str) -> None:
    shelf = Shelf(logo=plain(pictures.RED))
    (made,) = outcomes(of_kind(mode), shelf, as_png(step(gravity="center")), limits=WITH_TIFF)
    assert isinstance(made, Result), made.detail
    with Image.open(BytesIO(made.data)) as result:
        assert result.convert("RGBA").getpixel((50, 30)) == (*pictures.RED, 255)


def test_an_animated_mark_is_its_first_frame_on_every_frame() -> None:
    first, second = (Image.new("RGB", (20, 10), color) for color in ("red", "blue"))
    logo = pictures.file(first, "gif", save_all=True, append_images=[second], duration=50)
    frames = [Image.new("RGB", (100, 60), (0, level, 0)) for level in (0, 99, 200)]
    source = pictures.file(
        frames[0], "png", save_all=True, append_images=frames[1:], duration=[100, 50, 200]
    )
    (made,) = outcomes(source, Shelf(logo=logo), as_png(step()))
    with Image.open(BytesIO(made.data)) as result:
        for number, delay in enumerate((100, 50, 200)):
            result.seek(number)
            assert result.info["duration"] == delay
            assert result.convert("RGB").getpixel((90, 55)) == pictures.RED
            assert result.convert("RGB").getpixel((5, 5)) == frames[number].getpixel((5, 5))


def test_transparent_parts_of_a_mark_leave_the_picture() -> None:
    source = pictures.gradient(100, 60)
    logo = pictures.file(pictures.half_transparent(60, 60), "png")
    made = pictures.pixels(laid(pictures.file(source, "png"), logo, scale=0.6))
    expected = pictures.pixels(source)
    assert (made[:, :40] == expected[:, :40]).all()
    assert (made[:, 70:] == expected[:, 70:]).all()
    assert (made[:, 40:70] == pictures.RED).all()


# --- Opening ---------------------------------------------------------------------------------


def test_a_mark_is_opened_once_for_all_pipelines_and_only_when_wanted() -> None:
    shelf = Shelf(logo=plain("red"), other=plain("blue"))
    both = [step(), step(image=OTHER, gravity="northwest"), step(gravity="center")]
    made = outcomes(black(), shelf, as_png(*both), as_png({"op": "flip"}), as_png(step()))
    assert sorted(shelf.opened) == sorted([LOGO, OTHER])
    image = Image.open(BytesIO(made[0].data)).convert("RGB")
    assert [image.getpixel(at) for at in ((2, 2), (50, 30), (98, 58))] == [
        pictures.BLUE,
        pictures.RED,
        pictures.RED,
    ]
    shelf.opened.clear()
    outcomes(black(), shelf, as_png({"op": "flip"}))
    assert not shelf.opened


def test_a_mark_is_decoded_no_larger_than_the_largest_need() -> None:
    shelf = Shelf(logo=pictures.file(pictures.gradient(1600, 800)))
    with patch("processing.marks.decode", wraps=decode) as spied:
        outcomes(black(), shelf, as_png(step(scale=0.1)), as_png(step(scale=0.4)))
    (call,) = spied.call_args_list
    assert call.args[2] == 1600 / 40
    assert Watermark(image=LOGO, scale=1).spare_in(Size(50, 25), Size(100, 60)) == 1
    assert Watermark(image=LOGO, scale=0.01).spare_in(Size(3000, 5), Size(100, 60)) == 5


def test_a_mark_decoded_small_looks_like_one_decoded_whole() -> None:
    logo = pictures.gradient(1601, 803)
    made = laid(black(), pictures.file(logo, quality=95), scale=0.5)
    expected = Image.new("RGB", (100, 60))
    expected.paste(logo.resize((50, 25), Image.Resampling.LANCZOS), (50, 35))
    assert abs(pictures.pixels(made) - pictures.pixels(expected)).max() <= 4


BROKEN = {
    "unknown": None,
    "cut short": pictures.file(pictures.noise(64, 64), "png").getvalue()[:900],
    "no picture": b"Hello, this is no picture.",
    "empty": b"",
    "too large": plain("red", 300, 300).getvalue(),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_mark_that_cannot_be_used_fails_only_what_needs_it(kind: str) -> None:
    content = BROKEN[kind]
    code = "watermark_unreadable" if content is not None else "unknown_image"
    shelf = Shelf(other=plain("red"))
    if content is not None:
        shelf.content[LOGO] = content
    needy = as_png({"op": "flip"}, step(image=OTHER), step())
    limits = Limits(max_pixels=50_000)
    failed, fine, again = outcomes(
        black(), shelf, needy, as_png(step(image=OTHER)), as_png(step()), limits=limits
    )
    assert isinstance(fine, Result)
    assert (failed.code, failed.path) == (code, "operations.2.image")
    assert (again.code, again.path) == (code, "operations.0.image")
    assert LOGO in failed.detail
    assert sorted(shelf.opened) == sorted([LOGO, OTHER])


def test_without_other_images_there_is_no_watermark() -> None:
    (outcome,) = run(black(), [parse([step()], LIMITS)], LIMITS)
    assert isinstance(outcome, ProcessingError)
    assert (outcome.code, outcome.path) == ("unknown_image", "operations.0.image")


def test_a_storage_that_fails_ends_the_run() -> None:
    def open_image(image_id: str) -> Any:
        raise ConnectionError(image_id)

    with pytest.raises(ConnectionError):
        list(run(black(), [parse([step()], LIMITS)], LIMITS, open_image))


WRONG: dict[str, list[Any]] = {
    "image": [None, "logo.png", f"{{{LOGO}}}", "\uff11" * 32],
    "scale": [0, 1.1],
    "opacity": [1.5, -0.1],
    "rotate": [361],
    "gap": [-1],
    "tile": ["chess"],
    "blend_mode": ["add"],
    "gravity": ["smart"],
    "offset_x": ["101%", "--5%"],
    "offset_y": [65536, True, 0.5],
}


@pytest.mark.parametrize("field", WRONG)
def test_wrong_parameters_are_refused(field: str) -> None:
    for value in WRONG[field]:
        with pytest.raises(ValidationError) as caught:
            Watermark.model_validate({"image": LOGO, field: value})
        assert [error["loc"] for error in caught.value.errors()] == [(field,)]


def test_one_image_has_one_spelling() -> None:
    spelled = [LOGO, LOGO.upper(), LOGO.replace("-", "")]
    assert len({parse([step(image=one)], LIMITS).digest for one in spelled}) == 1
    ways = [step(offset_x=0.0, offset_y="-10.0%"), step(offset_x=0, offset_y="-10%")]
    assert len({parse([one], LIMITS).digest for one in ways}) == 1
