"""inflate: the same pixels of every PNG, without the work of compression left for Pillow."""

import struct
import zlib
from io import BytesIO

import pytest
import pyvips
from PIL import Image

from processing.decode import decode, inspect
from processing.errors import UnreadableImage
from processing.inflate import inflated
from processing.limits import Limits
from tests import pictures
from tests.pictures import png_chunk

LIMITS = Limits()
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Kind and content of every chunk."""
    found, at = [], len(SIGNATURE)
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        found.append((kind, data[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def split(data: bytes, size: int) -> bytes:
    """The same PNG with its pixels in chunks of this size."""
    parts = [SIGNATURE]
    for kind, content in chunks(data):
        pieces = [content[at : at + size] for at in range(0, len(content), size)]
        parts += [png_chunk(kind, piece) for piece in (pieces if kind == b"IDAT" else [content])]
    return b"".join(parts)


def decoded(data: bytes) -> Image.Image:
    return decode(BytesIO(data), inspect(BytesIO(data), LIMITS)).frames[0].image


SCENE = pictures.noise(300, 200).convert("RGB")
PNG = pictures.file(SCENE, "png").getvalue()


@pytest.mark.parametrize("size", [100, 777, 4096, 10**6])
def test_pixels_in_chunks_of_any_size(size: int) -> None:
    assert decoded(split(PNG, size)).tobytes() == SCENE.tobytes()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
@pytest.mark.parametrize("interlace", [False, True])
def test_every_kind_of_png(mode: str, interlace: bool) -> None:
    image = pictures.gradient(301, 203).convert(mode)
    data = pictures.file(image, "png").getvalue()
    if interlace:
        data = pyvips.Image.new_from_buffer(data, "").pngsave_buffer(interlace=True)
    with Image.open(BytesIO(data)) as expected:
        alike = expected.convert(decoded(data).mode)
    assert (pictures.pixels(decoded(data)) == pictures.pixels(alike)).all()


def test_pillow_is_left_nothing_to_decompress() -> None:
    file, made = inflated(BytesIO(PNG)), b""
    while piece := file.read(1000):
        made += piece
    (pixels,) = {kind for kind, _ in chunks(made)} - {b"IHDR", b"IEND"}
    stored = b"".join(content for kind, content in chunks(made) if kind == pixels)
    assert len(stored) > len(SCENE.tobytes())
    # zlib's own reading of it: a row is its filter and its pixels.
    assert len(zlib.decompressobj().decompress(stored)) == 200 * (300 * 3 + 1)


def test_what_follows_the_pixels_is_still_read() -> None:
    *before, (end, nothing) = chunks(PNG)
    profile = (b"eXIf", b"II*\0\x08\0\0\0\0\0\0\0\0\0")
    parts = [png_chunk(*part) for part in (*before, profile, (end, nothing))]
    with Image.open(inflated(BytesIO(SIGNATURE + b"".join(parts)))) as image:
        image.load()
        assert "exif" in image.info


@pytest.mark.parametrize("at", range(40, len(PNG) - 40, len(PNG) // 40))
def test_damage_is_found_where_zlib_finds_it(at: int) -> None:
    flipped = bytearray(PNG)
    flipped[at] ^= 0x55
    try:
        with Image.open(BytesIO(flipped)) as image:
            expected = image.convert("RGB").tobytes()
    except (OSError, SyntaxError):
        with pytest.raises(UnreadableImage):
            decoded(bytes(flipped))
    else:
        assert decoded(bytes(flipped)).tobytes() == expected
    with pytest.raises(UnreadableImage):
        decoded(PNG[:at])


def test_pixels_can_be_read_once() -> None:
    file = inflated(BytesIO(PNG))
    while file.read(65536):
        pass
    with pytest.raises(OSError, match="once"):
        file.seek(0)


def test_a_file_without_pixels_is_left_to_pillow() -> None:
    source = BytesIO(SIGNATURE + png_chunk(b"IHDR", bytes(13)))
    assert inflated(source) is source
