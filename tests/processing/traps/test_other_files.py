"""Files that are damaged, lie about what they are, carry something else, or are oddly made."""

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
import pyvips
from PIL import Image

from processing.errors import ProcessingError, UnsupportedFormat
from processing.limits import Limits
from processing.pipeline import Result, parse, run
from tests import pictures

LIMITS = Limits()
FORMATS = ("jpeg", "png", "gif", "webp", "avif")
PAYLOAD = b"PK\x03\x04<script>alert(1)</script><?php evil(); ?>"


def outcome(content: bytes, *operations: object, format: str = "png") -> Result | ProcessingError:
    asked = {"operations": list(operations), "output": {"format": format}}
    (made,) = run(BytesIO(content), [parse(asked, LIMITS)], LIMITS)
    return made


def shown(content: bytes) -> Image.Image:
    made = outcome(content)
    assert isinstance(made, Result), made.detail
    with Image.open(BytesIO(made.data)) as image:
        return image.convert("RGB")


# --- Damage -----------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_cut_anywhere_is_never_half_a_picture(format: str) -> None:
    whole = pictures.file(pictures.noise(60, 50, 60).convert("RGB"), format).getvalue()
    for at in range(2, 100, 4):
        made = outcome(whole[: len(whole) * at // 100])
        assert isinstance(made, ProcessingError), at
        assert made.code in ("unreadable_image", "unsupported_format"), at


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("format", FORMATS)
def test_changed_bytes_give_a_picture_or_a_clean_error(format: str) -> None:
    chance = np.random.default_rng(11)
    image = pictures.noise(40, 30, 60).convert("RGB")
    whole = pictures.photographed(image, 6, format).getvalue()
    for number in range(60):
        content = bytearray(whole)
        reach = len(content) if number % 2 else min(512, len(content))
        for at in chance.integers(0, reach, number % 7 + 1):
            content[at] = chance.integers(0, 256)
        made = outcome(bytes(content), {"op": "flip"})
        assert isinstance(made, Result) or made.detail


@pytest.mark.parametrize("xmp", [b"\xff\xfe<x", b"<x:xmpmeta", b"\0" * 50, b"<" * 5000])
@pytest.mark.parametrize("format", ["jpeg", "png", "webp", "avif"])
def test_broken_xmp_is_no_reason_to_refuse(format: str, xmp: bytes) -> None:
    image = pictures.gradient()
    if format == "png":
        chunk = (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)
        rows = b"".join(b"\0" + row.tobytes() for row in np.asarray(image))
        content = pictures.png_of(64, 48, 8, 2, rows, chunk).getvalue()
    else:
        content = pictures.file(image, format, xmp=xmp, quality=95).getvalue()
    assert abs(pictures.pixels(shown(content)) - pictures.pixels(image)).mean() < 4


# --- Lies and stowaways -----------------------------------------------------------------------


@pytest.mark.parametrize("to", ["original", *FORMATS])
@pytest.mark.parametrize("format", FORMATS)
def test_nothing_that_rides_behind_a_picture_comes_out(format: str, to: str) -> None:
    content = pictures.file(pictures.gradient(), format).getvalue() + PAYLOAD
    made = outcome(content, format=to)
    assert isinstance(made, Result), made.detail
    assert PAYLOAD[4:12] not in made.data


@pytest.mark.parametrize(
    "head", [b"%PDF-1.7\n", b"<html>", b"PK\x03\x04", b"MZ", b"\0", b"\n", b"<svg>", b"#!/bin/sh\n"]
)
@pytest.mark.parametrize("format", FORMATS)
def test_a_picture_behind_something_else_is_not_one(format: str, head: bytes) -> None:
    content = head + pictures.file(pictures.gradient(), format).getvalue()
    assert isinstance(outcome(content), UnsupportedFormat)


@pytest.mark.parametrize("magic", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a"])
def test_the_first_bytes_of_one_format_before_another_are_refused(magic: bytes) -> None:
    for format in FORMATS:
        made = outcome(magic + pictures.file(pictures.gradient(), format).getvalue())
        assert isinstance(made, ProcessingError), format
        # As a GIF, what follows may say that it is huge.
        assert made.code in ("unreadable_image", "too_many_pixels"), format


def test_of_several_pictures_in_a_jpeg_the_first_is_shown() -> None:
    first, second = pictures.gradient(), pictures.quarters(64, 48)
    content = pictures.file(first, "mpo", save_all=True, append_images=[second]).getvalue()
    assert Image.open(BytesIO(content)).format == "MPO"
    made = outcome(content, format="original")
    assert isinstance(made, Result)
    assert (made.format, made.frames) == ("jpeg", 1)
    assert abs(pictures.pixels(shown(content)) - pictures.pixels(first)).mean() < 4


# --- Oddly made -------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{"interlace": True}, {"filter": "paeth"}, {"bitdepth": 1}])
def test_a_png_by_another_program_is_read_as_it_reads_it(options: dict[str, object]) -> None:
    image = pyvips.Image.new_from_array(pictures.pixels(pictures.gradient(61, 43)).astype("uint8"))
    content = image.pngsave_buffer(**options)
    expected = pyvips.Image.new_from_buffer(content, "").colourspace("srgb").numpy()
    assert (pictures.pixels(shown(content)) == expected[:, :, :3]).all()


@pytest.mark.parametrize("options", [{"interlace": True}, {"optimize_scans": True}, {"Q": 30}])
def test_a_jpeg_by_another_program_is_read_as_it_reads_it(options: dict[str, object]) -> None:
    image = pyvips.Image.new_from_array(pictures.pixels(pictures.gradient(61, 43)).astype("uint8"))
    content = image.jpegsave_buffer(**options)
    expected = pyvips.Image.new_from_buffer(content, "").numpy().astype(int)
    assert abs(pictures.pixels(shown(content)) - expected).max() <= 3


def test_chunks_that_nobody_knows_are_passed_over() -> None:
    rows = zlib.compress(bytes(10))
    head = struct.pack(">IIBBBBB", 4, 2, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"teSt", PAYLOAD), (b"IDAT", rows), (b"teSt", b""), (b"IEND", b"")]
    content = b"\x89PNG\r\n\x1a\n" + b"".join(pictures.png_chunk(*chunk) for chunk in chunks)
    assert shown(content).getextrema() == ((0, 0),) * 3
