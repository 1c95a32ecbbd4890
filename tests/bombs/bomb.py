"""What every hostile file here is: bytes made in code, and what must become of them."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from tests.pictures import png_chunk

MARKER = b"FOREIGN-PART-7f3a"
"""Stands in whatever must not be passed on; no result, answer or log may hold it."""
PNG = b"\x89PNG\r\n\x1a\n"
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Bomb:
    """One hostile file."""

    recipe: int
    name: str
    make: Callable[[], bytes]
    status: int | None = None
    """That of the refusal; None where it may be accepted as well."""
    heavy: bool = False
    """Costs seconds, or megabytes: for the long form only."""


def zeros(count: int) -> bytes:
    """So many zero bytes compressed by zlib, in a moment and in a thousandth of the room."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    # After a full flush nothing refers to what was before, so that the piece can be repeated.
    end = zlib.compressobj(9, zlib.DEFLATED, -15)
    rest = end.compress(bytes(count % MEGABYTE)) + end.flush()
    adler = (count % 65521) << 16 | 1
    return b"\x78\xda" + piece * (count // MEGABYTE) + rest + struct.pack(">I", adler)


def png(
    size: tuple[int, int],
    *chunks: tuple[bytes, bytes],
    depth: int = 8,
    kind: int = 2,
    pixels: bytes | None = None,
) -> bytes:
    """A PNG of zeros; chunks stand before the pixels, which are those of a whole picture."""
    across, down = size
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    if pixels is None:
        pixels = zeros(((across * samples * depth + 7) // 8 + 1) * down)
    head = struct.pack(">IIBBBBB", across, down, depth, kind, 0, 0, 0)
    palette = [(b"PLTE", bytes(6))] if kind == 3 else []
    parts = [(b"IHDR", head), *palette, *chunks, (b"IDAT", pixels), (b"IEND", b"")]
    return PNG + b"".join(png_chunk(*part) for part in parts)


def segment(marker: int, body: bytes) -> bytes:
    """One segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """The JPEG with these right after its first one, as no JPEG begins otherwise."""
    first = 4 + int.from_bytes(jpeg[4:6], "big")
    return jpeg[:first] + b"".join(segments) + jpeg[first:]


def gif_head(across: int, down: int) -> bytes:
    """A GIF up to its first frame, with two colours."""
    return b"GIF89a" + struct.pack("<HHBBB", across, down, 0x80, 0, 0) + bytes(6)


def gif_frame(left: int, top: int, across: int, down: int, data: bytes = b"\x02D\x01") -> bytes:
    """A frame; its pixels are as many as the data holds, which is one."""
    blocks = b"".join(
        bytes([len(data[at : at + 255])]) + data[at : at + 255] for at in range(0, len(data), 255)
    )
    return b"," + struct.pack("<HHHHB", left, top, across, down, 0) + b"\x02" + blocks + b"\0"


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    """A WebP of these chunks."""
    body = b"".join(riff_chunk(*chunk) for chunk in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def riff_chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk of a WebP."""
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def u24(number: int) -> bytes:
    """A number in three bytes, as WebP writes them."""
    return struct.pack("<I", number)[:3]


def exif_of(*entries: tuple[int, int, int, bytes], following: int = 0) -> bytes:
    """An EXIF block with one directory: tag, type, count and the four bytes of the value."""
    body = b"".join(struct.pack("<HHI4s", *entry) for entry in entries)
    return (
        b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + body + struct.pack("<I", following)
    )
