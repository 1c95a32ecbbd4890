"""redact: regions made unrecognisable."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from processing.errors import InvalidPipeline, ProcessingError
from processing.limits import Limits
from processing.operation import Size
from processing.operations.redact import Redact
from processing.pipeline import Result, parse, run
from tests import pictures
from tests.operations.applied import image_of

WHOLE = {"left": 0, "top": 0, "width": "100%", "height": "100%"}


def redact(*regions: dict[str, object], **more: object) -> Redact:
    return Redact.model_validate({"regions": list(regions), **more})


def region(left: object, top: object, width: object, height: object) -> dict[str, object]:
    return {"left": left, "top": top, "width": width, "height": height}


@pytest.mark.parametrize(
    ("given", "box"),
    [
        # Of a picture of 50 x 30: left, top, right, bottom.
        (region(10, 5, 20, 10), (10, 5, 30, 15)),
        (region("20%", "50%", "10%", "10%"), (10, 15, 15, 18)),
        # 0.5 to 1.5 px: a pixel that is touched is covered.
        (region("1%", 0, "2%", 1), (0, 0, 2, 1)),
        (region(40, 20, 65535, 65535), (40, 20, 50, 30)),
        (WHOLE, (0, 0, 50, 30)),
    ],
    ids=str,
)
def test_every_pixel_a_region_touches_is_covered_and_no_other(
    given: dict[str, object], box: tuple[int, int, int, int]
) -> None:
    image = Image.new("RGB", (50, 30), pictures.WHITE)
    made = pictures.pixels(image_of(redact(given), image))
    left, top, right, bottom = box
    expected = np.full((30, 50, 3), 255)
    expected[top:bottom, left:right] = 0
    assert (made == expected).all()


@pytest.mark.parametrize("mode", pictures.WORKING_MODES)
@pytest.mark.parametrize(
    ("color", "seen"),
    [("#f00", (255, 0, 0, 255)), ("#0f08", (0, 255, 0, 136)), ("transparent", (0, 0, 0, 0))],
)
def test_a_colour_replaces_what_was_there_even_a_transparent_one(
    mode: str, color: str, seen: tuple[int, ...]
) -> None:
    image = pictures.gradient(20, 20).convert(mode)
    made = image_of(redact(region(5, 5, 5, 5), color=color), image).convert("RGBA")
    assert (pictures.pixels(made)[5:10, 5:10] == seen).all()
    assert made.getpixel((4, 4)) == image.convert("RGBA").getpixel((4, 4))


@pytest.mark.parametrize("mode", ["pixelate", "blur"])
@pytest.mark.parametrize("size", [(160, 80), (80, 160), (16, 8), (2, 2)], ids=str)
def test_of_two_pictures_with_the_same_means_the_same_is_left(
    mode: str, size: tuple[int, int]
) -> None:
    # Stripes of one pixel, black and white: in the other picture every pixel is the opposite.
    stripes = np.indices(size[::-1])[1] % 2
    first, second = (
        pictures.pixels(
            image_of(redact(WHOLE, mode=mode), Image.fromarray((levels * 200).astype("uint8")))
        )
        for levels in (stripes, 1 - stripes)
    )
    assert (first == 100).all()
    assert (second == 100).all()


@pytest.mark.parametrize(
    ("size", "block"), [((160, 90), 20), ((90, 161), 21), ((20, 10), 8), ((3, 3), 8)], ids=str
)
def test_pixelate_leaves_means_of_an_eighth_of_the_longer_side(
    size: tuple[int, int], block: int
) -> None:
    image = pictures.gradient(*size)
    source, made = (
        pictures.pixels(image),
        pictures.pixels(image_of(redact(WHOLE, mode="pixelate"), image)),
    )
    for top in range(0, size[1], block):
        for left in range(0, size[0], block):
            square = np.s_[top : top + block, left : left + block]
            assert abs(made[square] - source[square].mean(axis=(0, 1))).max() <= 0.51


def test_blur_is_smooth_where_pixelate_has_edges() -> None:
    image = pictures.gradient(160, 160)
    steps = {
        mode: abs(np.diff(pictures.pixels(image_of(redact(WHOLE, mode=mode), image))[80, :, 0]))
        for mode in ("pixelate", "blur")
    }
    assert steps["pixelate"].max() > 20
    assert steps["blur"].max() < 5


@pytest.mark.parametrize("mode", ["pixelate", "blur"])
def test_no_hidden_colour_is_left_in_a_region(mode: str) -> None:
    made = pictures.pixels(image_of(redact(WHOLE, mode=mode), pictures.half_transparent()))
    assert made[:, :, 1].max() <= 5


def test_every_frame_is_redacted_in_the_file_itself() -> None:
    frames = [Image.new("RGB", (40, 30), color) for color in ("red", "green", "blue")]
    source = pictures.file(
        frames[0], "webp", save_all=True, append_images=frames[1:], lossless=True, duration=50
    )
    pipeline = {
        "operations": [{"op": "redact", "regions": [region(10, 10, 10, 10)]}],
        "output": {"lossless": True},
    }
    (result,) = run(source, [parse(pipeline, Limits())], Limits())
    assert isinstance(result, Result)
    with Image.open(BytesIO(result.data)) as image:
        for number, color in enumerate([(255, 0, 0), (0, 128, 0), (0, 0, 255)]):
            image.seek(number)
            seen = image.convert("RGB")
            assert seen.getpixel((15, 15)) == (0, 0, 0)
            assert seen.getpixel((5, 5)) == color


@pytest.mark.parametrize("orientation", range(1, 9))
def test_regions_are_of_the_displayed_picture(orientation: int) -> None:
    source = pictures.photographed(pictures.quarters(40, 32), orientation)
    pipeline = {
        "operations": [{"op": "redact", "regions": [region(0, 0, "50%", "50%")]}],
        "output": {"format": "png"},
    }
    (result,) = run(source, [parse(pipeline, Limits())], Limits())
    assert isinstance(result, Result)
    with Image.open(BytesIO(result.data)) as image:
        assert image.getpixel((10, 8)) == (0, 0, 0)
        assert image.getpixel((30, 8)) == pytest.approx(pictures.GREEN, abs=3)
        assert image.getpixel((10, 24)) == pytest.approx(pictures.BLUE, abs=3)


@pytest.mark.parametrize(
    "given", [region(50, 0, 5, 5), region(0, 30, 5, 5), region("100%", 0, 1, 1)]
)
def test_a_region_outside_the_picture_is_an_error_and_not_passed_over(given: Any) -> None:
    with pytest.raises(ProcessingError) as error:
        redact(WHOLE, given).size_after(Size(50, 30))
    assert (error.value.code, error.value.path) == ("region_outside", "regions.1")
    assert "50x30" in error.value.detail


@pytest.mark.parametrize(
    ("parameters", "path"),
    [
        ({}, "regions"),
        ({"regions": []}, "regions"),
        ({"regions": [WHOLE] * 101}, "regions"),
        ({"regions": "0,0,1,1"}, "regions"),
        ({"regions": [{"left": 0, "top": 0, "width": 5}]}, "regions.0.height"),
        ({"regions": [WHOLE, {**WHOLE, "left": -1}]}, "regions.1.left"),
        ({"regions": [{**WHOLE, "shape": "oval"}]}, "regions.0.shape"),
        ({"regions": [region(0, 0, 0, 5)]}, "regions.0"),
        ({"regions": [WHOLE], "mode": "invert"}, "mode"),
        ({"regions": [WHOLE], "color": "none"}, "color"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_it_rejects_and_names_the_place(parameters: dict[str, object], path: str) -> None:
    with pytest.raises(InvalidPipeline) as error:
        parse([{"op": "redact", **parameters}], Limits())
    assert [wrong.path for wrong in error.value.errors] == [f"operations.0.{path}"]


def test_the_canonical_form_is_taken_back() -> None:
    pipeline = parse([{"op": "redact", "regions": [WHOLE]}], Limits())
    assert parse(pipeline.canonical(), Limits()) == pipeline
