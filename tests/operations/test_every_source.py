"""Every operation on files of every kind of pixels that an install may accept."""

from functools import cache
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from processing.color import to_srgb
from processing.limits import Limits
from processing.operation import Operation
from processing.operations import OPERATION, OPERATIONS
from processing.pipeline import Result, parse, run
from tests import pictures

LIMITS = Limits(formats=(*Limits().formats, "tiff"))
SIZE = (213, 47)
# Every mode of pictures.MODES that a format can store.
STORED = [
    *(("png", mode) for mode in ("1", "L", "LA", "P", "P+tRNS", "RGB", "RGBA", "I;16")),
    *(("jpeg", mode) for mode in ("L", "RGB", "CMYK", "YCbCr")),
    *(("webp", mode) for mode in ("RGB", "RGBA")),
    *(("avif", mode) for mode in ("RGB", "RGBA")),
    *(("gif", mode) for mode in ("L", "P", "P+tRNS")),
    *(("tiff", mode) for mode in ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK")),
    *(("tiff", mode) for mode in ("YCbCr", "LAB", "I;16", "I", "F")),
]


@cache
def stored(format: str, mode: str) -> bytes:
    return pictures.file(pictures.in_mode(mode, *SIZE), format).getvalue()


@cache
def shown(format: str, mode: str) -> Image.Image:
    with Image.open(BytesIO(stored(format, mode))) as image:
        tiles = getattr(image, "tile", ())
        image.load()
        return to_srgb(image, tiles)


def made_by_run(content: bytes, operations: list[Any]) -> Image.Image:
    """What comes out of the front door, without loss."""
    asked = parse([*operations, {"op": "convert", "format": "png"}], LIMITS)
    (result,) = run(BytesIO(content), [asked], LIMITS, pictures.open_quarters)
    assert isinstance(result, Result), result.detail
    with Image.open(BytesIO(result.data)) as image:
        assert image.size == (result.width, result.height)
        image.load()
        return image


@pytest.mark.parametrize("model", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_a_file_of_every_kind_comes_out_as_its_pixels_would(model: type[Operation]) -> None:
    operation: Operation = OPERATION.validate_python(model.example)
    for kind in STORED:
        result = made_by_run(stored(*kind), [model.example])
        expected = operation.apply(pictures.picture(shown(*kind)))
        assert result.size == expected.size, kind
        wanted = expected.frames[0].image.convert("RGBA")
        difference = pictures.pixels(result.convert("RGBA")) - pictures.pixels(wanted)
        # Grey of a JPEG is taken as it is stored, which saves a rounding.
        assert abs(difference).max() <= (kind[0] == "jpeg"), kind


@pytest.mark.parametrize(("format", "mode"), STORED, ids=str)
def test_a_file_shows_what_was_stored(format: str, mode: str) -> None:
    """By the grey of the picture it was made from: no kind comes out white, black or negative."""
    made = pictures.pixels(made_by_run(stored(format, mode), []).convert("RGBA")).astype(float)
    grey, visible = made[:, :, :3] @ (0.299, 0.587, 0.114), made[:, :, 3] > 0
    expected = pictures.pixels(pictures.gradient(*SIZE).convert("L"))
    # Dithering, few colours and CMYK are coarse; over a block of the picture they even out.
    coarse = 20 if mode == "P+tRNS" else 12
    for x in (0, 40, 100, 170):
        block = (slice(None), slice(x, x + 40))
        assert visible[block].any() or mode == "P+tRNS"
        if visible[block].any():
            found, wanted = grey[block][visible[block]], expected[block][visible[block]]
            assert abs(found.mean() - wanted.mean()) < coarse, x
