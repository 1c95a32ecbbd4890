"""A JPEG of which only the brightness counts is decoded without its colours."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms

from processing.decode import decode, inspect
from processing.limits import Limits
from processing.pipeline import Result, parse, run
from tests import pictures
from tests.processing.test_color import p3_profile

LIMITS = Limits()
LUMA = [0.299, 0.587, 0.114]
GRAYSCALE = {"op": "grayscale"}


def muted() -> Image.Image:
    """Colours far from the edges of RGB: those beyond it are clipped, and their brightness too."""
    colors = pictures.gradient(200, 120)
    return Image.blend(colors, Image.new("RGB", colors.size, "#808080"), 0.3)


def decoded(source: BytesIO, shrink: float = 1.0, *, grey: bool) -> Image.Image:
    return decode(source, inspect(source, LIMITS), shrink, grey=grey).frames[0].image


@pytest.mark.parametrize("shrink", [1.0, 4.0, 11.0])
@pytest.mark.parametrize("orientation", [1, 6])
def test_it_is_the_brightness_of_the_colours(shrink: float, orientation: int) -> None:
    source = pictures.photographed(muted(), orientation)
    grey, colors = decoded(source, shrink, grey=True), decoded(source, shrink, grey=False)
    assert (grey.mode, colors.mode) == ("L", "RGB")
    assert abs(pictures.pixels(grey) - pictures.pixels(colors) @ LUMA).max() <= 1.5


def test_a_profile_of_other_colours_is_worked_in_first() -> None:
    source = pictures.file(pictures.gradient(), icc_profile=p3_profile())
    assert decoded(source, grey=True).tobytes() == decoded(source, grey=False).tobytes()


def test_a_profile_of_srgb_changes_nothing() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    source = pictures.file(muted(), icc_profile=srgb)
    assert (
        decoded(source, grey=True).tobytes() == decoded(pictures.file(muted()), grey=True).tobytes()
    )


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_a_file_without_colours_to_leave_out_is_read_as_ever(mode: str) -> None:
    source = pictures.file(pictures.in_mode(mode, 40, 30))
    assert decoded(source, grey=True).tobytes() == decoded(source, grey=False).tobytes()


def made(source: BytesIO, *asked: Any) -> list[Image.Image]:
    pipelines = [
        parse({"operations": operations, "output": {"format": "png"}}, LIMITS)
        for operations in asked
    ]
    outcomes = [one for one in run(source, pipelines, LIMITS) if isinstance(one, Result)]
    return [Image.open(BytesIO(one.data)) for one in outcomes]


@pytest.mark.parametrize(
    "leading",
    [
        [],
        [{"op": "flip"}, {"op": "mirror"}],
        [{"op": "rotate", "angle": 90}],
        [{"op": "resize", "width": 50}],
        [{"op": "resize", "width": 150, "height": 150, "fit": "contain", "background": "#ff0000"}],
    ],
    ids=str,
)
def test_steps_on_grey_give_the_grey_of_the_same_steps(leading: list[Any]) -> None:
    # As a PNG it is decoded in colour.
    source = pictures.file(muted(), quality=95, subsampling=0)
    same = pictures.file(Image.open(source), "png")
    (grey,), (expected,) = (made(file, [*leading, GRAYSCALE]) for file in (source, same))
    assert grey.mode == expected.mode == "L"
    assert abs(pictures.pixels(grey) - pictures.pixels(expected)).max() <= 3


def test_no_colour_is_lost_to_another_pipeline() -> None:
    source = pictures.file(pictures.quarters(), quality=100, subsampling=0)
    grey, colors = made(source, [GRAYSCALE], [{"op": "flip"}])
    assert (grey.mode, colors.mode) == ("L", "RGB")
    assert colors.getpixel((5, 25)) == pytest.approx(pictures.RED, abs=4)
