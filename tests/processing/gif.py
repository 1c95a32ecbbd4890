"""GIF files written block by block, and what a browser shows of them: neither by Pillow."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

PALETTE = [(0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (9, 99, 199)]
OTHER = [(200, 100, 0), (0, 200, 100), (100, 0, 200), (50, 60, 70), (80, 90, 10), (1, 2, 3)]
KEEP, CLEAR, RESTORE = 1, 2, 3
"""What becomes of a frame before the next one is drawn: the disposal of the format."""

Color = tuple[int, int, int]


@dataclass(frozen=True)
class Part:
    """One frame as a GIF stores it: often only the part of the canvas that changes."""

    left: int
    top: int
    levels: NDArray[np.int_]
    """Numbers of colours in the palette, rows first."""
    disposal: int = KEEP
    transparent: int | None = None
    delay: int = 10
    """Hundredths of a second."""
    palette: Sequence[Color] | None = None
    """A palette of its own, or that of the file."""


def gif(
    size: tuple[int, int], parts: Sequence[Part], plays: int = 0, background: int = 0
) -> BytesIO:
    """The file. It says how often to repeat, and nothing where it plays once."""
    head = b"GIF89a" + struct.pack("<HHBBB", *size, 0x80 | 6, background, 0) + colors(PALETTE)
    loop = struct.pack("<H", max(0, plays - 1))
    repeat = b"" if plays == 1 else b"!\xff\x0bNETSCAPE2.0\x03\x01" + loop + b"\0"
    return BytesIO(head + repeat + b"".join(map(blocks, parts)) + b";")


def colors(palette: Sequence[Color]) -> bytes:
    return b"".join(map(bytes, palette)).ljust(3 * 128, b"\0")


def blocks(part: Part) -> bytes:
    flags = part.disposal << 2 | (part.transparent is not None)
    control = b"!\xf9\x04" + struct.pack("<BHBB", flags, part.delay, part.transparent or 0, 0)
    height, width = part.levels.shape
    own = b"" if part.palette is None else colors(part.palette)
    local = 0x80 | 6 if own else 0
    place = b"," + struct.pack("<HHHHB", part.left, part.top, width, height, local)
    return control + place + own + b"\x07" + packed(part.levels.ravel().tolist())


def packed(levels: list[int]) -> bytes:
    """The levels as LZW that never gets longer than a byte, as it begins anew all the time."""
    codes = bytearray()
    for start in range(0, len(levels), 100):
        codes += bytes([128, *levels[start : start + 100]])
    codes.append(129)
    cut = [bytes(codes[start : start + 255]) for start in range(0, len(codes), 255)]
    return b"".join(bytes([len(one)]) + one for one in cut) + b"\0"


def shown(size: tuple[int, int], parts: Sequence[Part]) -> list[NDArray[np.int_]]:
    """Every frame as RGBA on a canvas that is transparent at first, as browsers have it."""
    canvas = np.zeros((size[1], size[0], 4), int)
    frames = []
    for part in parts:
        before = canvas.copy()
        height, width = part.levels.shape
        area = canvas[part.top : part.top + height, part.left : part.left + width]
        levels = part.levels[: area.shape[0], : area.shape[1]]
        palette = np.array(part.palette or PALETTE)
        drawn = levels != (-1 if part.transparent is None else part.transparent)
        area[drawn] = np.dstack([palette[levels], np.full(levels.shape, 255)])[drawn]
        frames.append(canvas.copy())
        if part.disposal == CLEAR:
            area[:] = 0
        elif part.disposal == RESTORE:
            canvas = before
    return frames
