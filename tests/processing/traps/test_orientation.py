"""A camera held any way: every operation sees the picture upright, and nothing turns it twice."""

from io import BytesIO
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
import pyvips
from numpy.typing import NDArray
from PIL import Image

from processing.limits import Limits
from processing.pipeline import Result, parse, run
from tests import pictures

LIMITS = Limits()
Pixels = NDArray[np.int_]
WIDTH, HEIGHT = 48, 36


def scene() -> Image.Image:
    """Four colours in blocks of eight pixels, so that no format blurs what is looked at."""
    return pictures.quarters(WIDTH, HEIGHT)


# What comes of the upright picture, by hand: rows first.
STEPS: dict[str, tuple[dict[str, Any], Any]] = {
    "flip": ({"op": "flip"}, lambda rows: rows[::-1]),
    "crop by pixels": (
        {"op": "crop", "left": 24, "top": 6, "width": 12, "height": 24},
        lambda rows: rows[6:30, 24:36],
    ),
    "crop by gravity": (
        {"op": "crop", "width": 20, "height": 10, "gravity": "northeast"},
        lambda rows: rows[:10, 28:],
    ),
    "quarter turn": ({"op": "rotate", "angle": 90}, lambda rows: np.rot90(rows, -1)),
    "redact": (
        {"op": "redact", "regions": [{"left": "50%", "top": 0, "width": 24, "height": "50%"}]},
        lambda rows: covered(rows, slice(0, 18), slice(24, 48)),
    ),
    "cover": (
        {"op": "resize", "width": 6, "height": 18, "fit": "cover", "gravity": "west"},
        lambda rows: rows[1::2, 1:13:2],
    ),
    "watermark in the corner": (
        {"op": "watermark", "image": str(uuid4()), "scale": 0.5, "opacity": 1},
        lambda rows: covered(rows, slice(18, 36), slice(24, 48)),
    ),
    "border": (
        {"op": "border", "width": 2, "color": "black"},
        lambda rows: np.pad(rows, ((2, 2), (2, 2), (0, 0))),
    ),
}


def open_black(image_id: str) -> BytesIO:
    return pictures.file(Image.new("L", (8, 6)), "png")


def covered(rows: Pixels, down: slice, across: slice) -> Pixels:
    rows = rows.copy()
    rows[down, across] = 0
    return rows


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_step_works_on_the_displayed_picture(orientation: int, step: str) -> None:
    asked, by_hand = STEPS[step]
    expected = by_hand(pictures.pixels(scene()))
    for format in ("jpeg", "png", "webp", "avif"):
        source = pictures.photographed(scene(), orientation, format)
        pipeline = {"operations": [asked], "output": {"format": "png", "metadata": "keep"}}
        (result,) = run(source, [parse(pipeline, LIMITS)], LIMITS, open_black)
        assert isinstance(result, Result), result.detail
        assert (result.height, result.width) == expected.shape[:2], format
        with Image.open(BytesIO(result.data)) as image:
            assert 0x0112 not in image.getexif(), format
            made = pictures.pixels(image.convert("RGB"))
        # Edges between colours are soft in all but PNG.
        assert np.median(abs(made - expected)) <= 6, format
        assert (abs(made - expected).max(axis=2) > 60).mean() < 0.15, format


@pytest.mark.parametrize("to", ["jpeg", "png", "webp", "avif", "tiff"])
@pytest.mark.parametrize("metadata", ["none", "copyright", "keep"])
def test_no_reader_turns_the_result_again(to: str, metadata: str) -> None:
    source = pictures.photographed(scene(), 6, "jpeg")
    pipeline = {"output": {"format": to, "metadata": metadata, "quality": 95}}
    (result,) = run(source, [parse(pipeline, LIMITS)], LIMITS)
    assert isinstance(result, Result)
    image = pyvips.Image.new_from_buffer(result.data, "").autorot()
    assert (image.width, image.height) == (WIDTH, HEIGHT)
    with Image.open(BytesIO(result.data)) as other:
        assert 0x0112 not in other.getexif()
        assert other.size == (WIDTH, HEIGHT)
