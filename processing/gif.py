"""GIF animations, composed as browsers show them.

Pillow composes frames as well, but fills what a frame leaves behind, or the first does not cover,
with the background colour wherever no transparent one is named. To browsers that is transparent.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import BinaryIO

from PIL import Image

from processing.errors import LimitExceeded
from processing.limits import Limits
from processing.operation import Size

CONTROL = b"\xf9"
CLEAR, RESTORE = 2, 3
"""Disposals: what becomes of a frame before the next is drawn. All others leave it."""
NO_CONTROL = bytes(4)


@dataclass(frozen=True)
class Part:
    """One frame as the file stores it: a picture on some part of the canvas."""

    header: bytes
    """Of the file, with its palette."""
    control: bytes
    """How it is drawn and for how long: flags, delay (2) and transparent colour."""
    place: bytes
    """Left, top, width and height (2 each), and flags."""
    data: bytes
    """Its own palette, if any, and its compressed pixels."""

    @property
    def disposal(self) -> int:
        """What becomes of the frame: CLEAR, RESTORE or else it stays."""
        return self.control[0] >> 2 & 7

    @property
    def duration(self) -> int:
        """Milliseconds."""
        return int.from_bytes(self.control[1:3], "little") * 10

    def canvas(self) -> tuple[int, int]:
        """Return width and height of the whole picture, as the file says."""
        return _pair(self.header, 6)

    def size(self) -> tuple[int, int]:
        """Return width and height of the frame."""
        return _pair(self.place, 4)

    def box(self) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom on the canvas, which it may leave."""
        left, top = _pair(self.place, 0)
        width, height = self.size()
        return left, top, left + width, top + height

    def image(self, most: Size) -> Image.Image:
        """Return its pixels as RGBA, no more than this from the top left."""
        size, transparent = self.place[4:8], bytes([self.control[0] & 1])
        file = b"".join(
            (
                *(self.header[:6], size, self.header[10:]),
                *(b"!", CONTROL, b"\4", transparent, self.control[1:], b"\0"),
                *(b",", bytes(4), size, self.place[8:], self.data, b";"),
            )
        )
        with Image.open(BytesIO(file), formats=["GIF"]) as image:
            inside = min(image.width, most.width), min(image.height, most.height)
            return image.crop((0, 0, *inside)).convert("RGBA")


def _pair(data: bytes, at: int) -> tuple[int, int]:
    """Return two numbers of two bytes each; a missing byte is 0."""
    return int.from_bytes(data[at : at + 2], "little"), int.from_bytes(
        data[at + 2 : at + 4], "little"
    )


def parts(source: BinaryIO) -> Iterator[Part]:
    """Yield the frames of a GIF as they stand in the file, decoding none.

    Raises LookupError where the file ends too early.
    """
    source.seek(0)
    header = source.read(13)
    header += _palette(source, header[10])
    control = NO_CONTROL
    while (block := source.read(1)) in (b",", b"!", b"\0"):
        if block == b"!":
            kind, data = source.read(1), _blocks(source)
            if kind == CONTROL:
                control = data[1:5].ljust(4, b"\0")
        elif block == b",":
            place = source.read(9)
            palette = _palette(source, place[8])
            yield Part(header, control, place, palette + source.read(1) + _blocks(source))
            control = NO_CONTROL


def count_frames(source: BinaryIO, limits: Limits) -> int:
    """Return the number of frames, counted no further than one more than there may be.

    Raises LimitExceeded where they hold too many pixels that nobody sees: what of a frame is
    outside the canvas has to be decompressed all the same. Raises LookupError as `parts` does.
    """
    count = unseen = 0
    for part in islice(parts(source), limits.max_frames + 1):
        count += 1
        unseen += max(0, math.prod(part.size()) - math.prod(part.canvas()))
    if unseen > limits.max_pixels:
        raise LimitExceeded(
            "too_many_pixels",
            f"A picture may have {limits.max_pixels} pixels, all frames together; this one has"
            f" {unseen} outside its canvas alone.",
        )
    return count


def _palette(source: BinaryIO, flags: int) -> bytes:
    return source.read(3 << ((flags & 7) + 1)) if flags & 0x80 else b""


def _blocks(source: BinaryIO) -> bytes:
    """Return a chain of blocks, each with its length before it, up to the empty one."""
    read = bytearray()
    while length := source.read(1)[0]:
        read += bytes([length]) + source.read(length)
    return bytes(read + b"\0")


def is_plain(source: BinaryIO, size: Size) -> bool:
    """Tell whether a GIF is a still picture that fills its canvas."""
    found = list(islice(parts(source), 2))
    return len(found) == 1 and found[0].box() == (0, 0, *size)


def composed(source: BinaryIO, size: Size) -> Iterator[tuple[Image.Image, int]]:
    """Yield every frame of a GIF as shown, in RGB or RGBA, and for how many milliseconds."""
    canvas = Image.new("RGBA", size)
    for part in parts(source):
        box = part.box()
        left, top = min(box[0], size.width), min(box[1], size.height)
        before = canvas.copy() if part.disposal == RESTORE else None
        image = part.image(Size(size.width - left, size.height - top))
        canvas.paste(image, (left, top), image)
        opaque = canvas.getchannel("A").getextrema() == (255, 255)
        yield canvas.convert("RGB") if opaque else canvas.copy(), part.duration
        if before is not None:
            canvas = before
        elif part.disposal == CLEAR:
            canvas.paste((0, 0, 0, 0), (left, top, left + image.width, top + image.height))
