"""Recipes 9 and 10: more frames than anybody watches, and numbers of frames that lie."""

import struct
from collections.abc import Iterator
from functools import partial

from tests.bombs.bomb import PNG, Bomb, gif_frame, gif_head, riff, riff_chunk, segment, u24, zeros
from tests.bombs.samples import sample
from tests.pictures import png_chunk

TOO_MUCH = 422


def bombs() -> Iterator[Bomb]:
    yield Bomb(9, "GIF of 100,000 frames", partial(gif, 100_000, 1), TOO_MUCH)
    yield Bomb(9, "GIF of 10,000 frames of 4000x4000", partial(gif, 10_000, 4000), TOO_MUCH)
    yield Bomb(9, "GIF of 301 frames without a trailer", partial(gif, 301, 1, b""), TOO_MUCH)
    yield Bomb(9, "GIF of 300 frames without a pause", partial(gif, 300, 1))
    yield Bomb(9, "GIF of 300 frames, cut", lambda: gif(300, 1)[:-20])
    yield Bomb(9, "GIF of 300 frames of 400x400", partial(gif, 300, 400), heavy=True)
    yield Bomb(9, "GIF of 300 frames of 40x40", partial(gif, 300, 40))
    yield Bomb(9, "GIF that ends in a frame", lambda: gif(3, 9, b",")[:-1])
    blocks = partial(gif_in_blocks, 4_000_000)
    yield Bomb(9, "GIF whose pixels are in blocks of one byte", blocks, heavy=True)
    yield Bomb(9, "GIF with 40,000 comments", partial(gif_comments, 40_000), heavy=True)
    yield Bomb(9, "GIF with one comment in 80,000 blocks", partial(gif_comment, 80_000), heavy=True)
    yield Bomb(9, "GIF with 3,000 comments", partial(gif_comments, 3_000))
    for count in (2**31 - 1, 2**32 - 1, 301, 0):
        yield Bomb(10, f"APNG that says {count} frames", partial(apng, count, 2))
    for count in (2, 100_000):
        many = partial(apng, count, 100_000)
        yield Bomb(10, f"APNG that says {count} and has 100,000 frames", many, heavy=True)
    yield Bomb(10, "APNG with more frames than it says", partial(apng, 2, 500))
    yield Bomb(10, "APNG of frames outside the picture", partial(apng, 3, 3, 2**31 - 1))
    yield Bomb(10, "WebP of 100,000 frames", partial(webp, 100_000), TOO_MUCH)
    yield Bomb(10, "WebP of 301 frames", partial(webp, 301), TOO_MUCH)
    yield Bomb(10, "WebP of 300 frames", partial(webp, 300))
    yield Bomb(10, "MPO of 10,000 pictures", partial(mpo, 10_000))
    yield Bomb(10, "MPO that says 2^32-1 pictures", partial(mpo, 2, 2**32 - 1))


def gif(count: int, side: int, end: bytes = b";") -> bytes:
    """A GIF with frames of this size that hold a pixel, or nothing."""
    return gif_head(side, side) + gif_frame(0, 0, side, side) * count + end


def gif_in_blocks(count: int) -> bytes:
    """A GIF with all of its pixels in blocks of one byte."""
    head = b"," + struct.pack("<HHHHB", 0, 0, 2000, 2000, 0) + b"\x02"
    return gif_head(2000, 2000) + head + b"\x01\x44" * count + b"\0;"


def gif_comments(count: int) -> bytes:
    """A GIF with comments before its frame, each in one full block."""
    comment = b"!\xfe\xff" + b"c" * 255 + b"\0"
    return gif_head(1, 1) + comment * count + gif_frame(0, 0, 1, 1) + b";"


def gif_comment(blocks: int) -> bytes:
    """A GIF with one long comment."""
    comment = b"!\xfe" + (b"\xff" + b"c" * 255) * blocks + b"\0"
    return gif_head(1, 1) + comment + gif_frame(0, 0, 1, 1) + b";"


def apng(said: int, count: int, left: int = 0) -> bytes:
    """An APNG of 4x4 with so many frames, and one that says it has as many as it says."""
    parts = [(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 0, 0, 0, 0))]
    parts.append((b"acTL", struct.pack(">II", said, 0)))
    pixels = zeros(20)
    for number in range(count):
        place = (4, 4, left if number else 0, 0)
        order = max(0, 2 * number - 1)
        parts.append((b"fcTL", struct.pack(">IIIIIHHBB", order, *place, 1, 100, 0, 0)))
        data = struct.pack(">I", order + 1) + pixels
        parts.append((b"fdAT", data) if number else (b"IDAT", pixels))
    return PNG + b"".join(png_chunk(*part) for part in [*parts, (b"IEND", b"")])


def webp(count: int) -> bytes:
    """A WebP with so many frames of one picture."""
    still = sample("lossless.webp")[12:]
    frame = bytes(6) + u24(47) + u24(35) + u24(100) + b"\0" + still
    if count > 1000:
        # The same with a frame of a few bytes, which holds no picture.
        frame = (
            bytes(6) + u24(47) + u24(35) + u24(100) + b"\0" + riff_chunk(b"VP8L", b"/" + bytes(9))
        )
    head = bytes((0x02, 0, 0, 0)) + u24(47) + u24(35)
    chunks = [(b"VP8X", head), (b"ANIM", bytes(6))]
    body = riff(*chunks)[12:] + riff_chunk(b"ANMF", frame) * count
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def mpo(count: int, said: int | None = None) -> bytes:
    """A JPEG that says it is followed by others, and is."""
    entries = [(0xB000, 7, 4, b"0100"), (0xB001, 4, 1, struct.pack("<I", said or count))]
    entries.append((0xB002, 7, min(16 * count, 2**32 - 1), struct.pack("<I", 50)))
    directory = b"".join(struct.pack("<HHI4s", *entry) for entry in entries)
    table = b"MPF\0II*\0\x08\0\0\0" + struct.pack("<H", 3) + directory + bytes(4)
    data = sample("baseline.jpeg")
    rest = bytes(min(16 * count, 60_000))
    return data[:2] + segment(0xE2, table + rest) + data[2:] + data[:400] * min(count, 10_000)
