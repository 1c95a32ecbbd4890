"""Recipes 1 to 8: pictures that are small as files, and enormous, or impossible, as pixels."""

import struct
from collections.abc import Iterator
from functools import partial

from tests.bombs.bomb import (
    MEGABYTE,
    PNG,
    Bomb,
    gif_frame,
    gif_head,
    png,
    riff,
    segment,
    u24,
    zeros,
)
from tests.bombs.samples import sample
from tests.pictures import png_chunk

HUGE = 2**31 - 1
MOST_PIXELS = 50_000_000
TOO_MUCH, UNSUPPORTED = 422, 415


def bombs() -> Iterator[Bomb]:
    yield from _of_png()
    yield from _of_jpeg()
    yield from _of_others()
    yield from _not_opened()


def _of_png() -> Iterator[Bomb]:
    wide = (50_000, 50_000)
    whole = partial(png, wide, depth=1, kind=0)
    yield Bomb(1, "PNG of 2.5 Gpx, whole", whole, TOO_MUCH)
    for depth, kind in ((8, 3), (16, 6), (8, 2), (16, 0)):
        rows = partial(png, wide, depth=depth, kind=kind, pixels=zeros(MEGABYTE))
        yield Bomb(1, f"PNG of 2.5 Gpx, kind {kind} depth {depth}", rows, TOO_MUCH)
    limit = partial(png, (8_000, 6_250), depth=1, kind=0)
    yield Bomb(2, "PNG exactly at the limit", limit, 202)
    for size in ((8_000, 6_251), (8_001, 6_250), (50_000_001, 1), (1, 50_000_001)):
        over = partial(png, size, depth=1, kind=0)
        yield Bomb(2, f"PNG just over the limit {size}", over, TOO_MUCH)
    yield Bomb(2, "PNG one pixel high", partial(png, (MOST_PIXELS, 1), depth=1, kind=0), heavy=True)
    yield Bomb(2, "PNG one pixel wide", partial(png, (1, MOST_PIXELS), depth=1, kind=0), heavy=True)
    for size in ((HUGE, 1), (1, HUGE), (HUGE, HUGE), (0, 9), (9, 0), (0, 0), (2**32 - 1, 1)):
        extreme = partial(png, size, pixels=zeros(1000))
        yield Bomb(3, f"PNG of {size}", extreme, TOO_MUCH)
    for depth, kind in ((3, 2), (16, 3), (0, 0), (255, 6)):
        odd = partial(_odd_png, depth, kind)
        yield Bomb(3, f"PNG of kind {kind} and depth {depth}", odd, TOO_MUCH)
    gigabyte = partial(_inflating, 1024 * MEGABYTE)
    yield Bomb(3, "PNG of 8x8 with pixels of 1 GB", gigabyte, heavy=True)
    yield Bomb(3, "PNG of 8x8 with pixels of 64 MB", partial(_inflating, 64 * MEGABYTE))


def _odd_png(depth: int, kind: int) -> bytes:
    head = struct.pack(">IIBBBBB", 9, 9, depth, kind, 0, 0, 0)
    parts = [(b"IHDR", head), (b"PLTE", bytes(6)), (b"IDAT", zeros(999)), (b"IEND", b"")]
    return PNG + b"".join(png_chunk(*part) for part in parts)


def _inflating(count: int) -> bytes:
    return png((8, 8), pixels=zeros(count))


def _of_jpeg() -> Iterator[Bomb]:
    for name in ("baseline.jpeg", "progressive.jpeg", "cmyk.jpeg"):
        for size in ((65_535, 65_535), (65_535, 763), (0, 9), (9, 0)):
            resized = partial(jpeg_of_size, name, *size)
            yield Bomb(4, f"{name} that says {size}", resized, TOO_MUCH)
        smaller = partial(jpeg_of_size, name, 7000, 7000)
        yield Bomb(4, f"{name} that says 7000x7000", smaller, heavy=True)
    yield Bomb(5, "JPEG of 10,000 scans", partial(scans, 10_000, 512), TOO_MUCH)
    yield Bomb(5, "JPEG of 49 Mpx and 10,000 scans", partial(scans, 10_000, 7000), TOO_MUCH)
    yield Bomb(5, "JPEG of 49 Mpx and 200,000 scans", partial(scans, 200_000, 7000), TOO_MUCH)
    yield Bomb(5, "baseline JPEG of 10,000 empty scans", partial(empty_scans, 10_000), TOO_MUCH)
    yield Bomb(5, "JPEG of 49 Mpx and 90 scans", partial(scans, 90, 7000), heavy=True)
    yield Bomb(5, "JPEG of 90 scans", partial(scans, 90, 512))


def jpeg_of_size(name: str, across: int, down: int) -> bytes:
    """A sample that says it is of another size."""
    data = sample(name)
    at = max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"))
    return data[: at + 5] + struct.pack(">HH", down, across) + data[at + 9 :]


def scans(count: int, side: int) -> bytes:
    """A progressive grey JPEG whose scans each say, in a few bytes, that nothing changes."""
    frame = segment(0xC2, struct.pack(">BHHBBBB", 8, side, side, 1, 1, 0x11, 0))
    tables = segment(0xDB, b"\0" + b"\1" * 64)
    # One code in each table: of 1 bit, for "no difference" and "the next 16,384 blocks end here".
    tables += segment(0xC4, b"\0" + b"\1" + bytes(15) + b"\0")
    tables += segment(0xC4, b"\x10" + b"\1" + bytes(15) + b"\xe0")
    first = segment(0xDA, bytes((1, 1, 0x00, 0, 0, 0))) + bytes(((side + 7) // 8) ** 2 // 8 + 1)
    run = segment(0xDA, bytes((1, 1, 0x00, 1, 63, 0)))
    run += bytes(((side + 7) // 8) ** 2 // 16_384 * 2 + 2)
    return b"\xff\xd8" + tables + frame + first + run * count + b"\xff\xd9"


def empty_scans(count: int) -> bytes:
    """A baseline JPEG with one more heading of a scan after the other, and nothing between."""
    data = jpeg_of_size("baseline.jpeg", 4000, 4000)
    at = data.find(b"\xff\xda")
    one = segment(0xDA, bytes((1, 1, 0x00, 0, 63, 0)))
    return data[:at] + one * count + b"\xff\xd9"


def _of_others() -> Iterator[Bomb]:
    pixel = gif_frame(0, 0, 1, 1)
    empty = gif_head(65_535, 65_535) + pixel + b";"
    yield Bomb(6, "GIF screen of 65535x65535", lambda: empty, TOO_MUCH)
    for place in ((0, 0, 9, 9), (65_535, 65_535, 9, 9), (9, 9, 65_535, 1), (0, 0, 0, 0)):
        outside = gif_head(4, 4) + pixel + gif_frame(*place) + b";"
        yield Bomb(6, f"GIF frame outside the screen {place}", partial(bytes, outside))
    larger = gif_head(4, 4) + gif_frame(0, 0, 65_535, 65_535) + b";"
    yield Bomb(6, "GIF frame larger than the screen", lambda: larger, TOO_MUCH)
    later = gif_head(4, 4) + pixel + gif_frame(0, 0, 65_535, 65_535) + b";"
    yield Bomb(6, "GIF frame, the second, larger than the screen", lambda: later, TOO_MUCH)
    many = partial(large_frames, 200, 9000)
    yield Bomb(6, "GIF of 200 frames larger than the screen", many, TOO_MUCH)
    yield Bomb(7, "WebP canvas of 16384x16384", partial(webp_canvas, 16_384), TOO_MUCH)
    yield Bomb(7, "WebP canvas of 2^24", partial(webp_canvas, 2**24), TOO_MUCH)
    for side in (65_536, 2**31 - 1, 2**32 - 1, 0):
        resized = partial(avif_of_size, side)
        yield Bomb(7, f"AVIF that says {side}x{side}", resized)
    yield Bomb(7, "AVIF with 10,000 items", partial(avif_items, 10_000), TOO_MUCH)
    yield Bomb(7, "AVIF with 60,000 items", partial(avif_items, 60_000), TOO_MUCH)


def large_frames(count: int, side: int) -> bytes:
    """A GIF of one pixel, with frames whose pixels nobody will see."""
    clear, end = 4, 5
    codes = bytes((clear | end << 3,))
    frames = gif_frame(0, 0, 1, 1) + gif_frame(0, 0, side, side, codes * 9) * count
    return gif_head(1, 1) + frames + b";"


def webp_canvas(side: int) -> bytes:
    """A WebP of this canvas with a frame of its own size."""
    still = sample("lossy.webp")[12:]
    head = bytes((0x02, 0, 0, 0)) + u24(side - 1) * 2
    frame = bytes(6) + u24(47) + u24(35) + u24(100) + b"\0" + still
    return riff((b"VP8X", head), (b"ANIM", bytes(6)), (b"ANMF", frame))


def avif_of_size(side: int) -> bytes:
    """An AVIF whose property of extent says another size than its pixels."""
    data = sample("still.avif")
    at = data.find(b"ispe") + 8
    return data[:at] + struct.pack(">II", side, side) + data[at + 8 :]


def avif_items(count: int) -> bytes:
    """An AVIF whose list of items is long, and names the same pixels again and again."""
    data = sample("still.avif")
    at = data.find(b"iinf") - 4
    length = int.from_bytes(data[at : at + 4], "big")
    entry = data[at + 14 : at + length]
    items = b"".join(entry[:12] + struct.pack(">H", n) + entry[14:] for n in range(1, count + 1))
    box = struct.pack(">I4sIH", 14 + len(items), b"iinf", 0, count) + items
    grown = len(box) - length
    meta = data.find(b"meta") - 4
    size = int.from_bytes(data[meta : meta + 4], "big") + grown
    body = data[meta + 4 : at] + box + data[at + length :]
    return data[:meta] + struct.pack(">I", size) + body


def _not_opened() -> Iterator[Bomb]:
    bitmap = b"BM" + bytes(12) + struct.pack("<Iii", 40, HUGE, -(2**31)) + bytes(40)
    yield Bomb(8, "BMP of 2^31-1 x -2^31", lambda: bitmap, UNSUPPORTED)
    icon = struct.pack("<HHHBBBBHHII", 0, 1, 1, 0, 0, 0, 0, 1, 32, 40, 22) + bitmap[14:]
    yield Bomb(8, "ICO of 2^31-1 x -2^31", lambda: icon, UNSUPPORTED)
    for name, entries, following in (
        ("a strip of 1 GB", [(256, 4, 1, 30_000), (257, 4, 1, 30_000), (279, 4, 1, 2**32 - 1)], 0),
        ("a loop of directories", [(256, 4, 1, 9), (257, 4, 1, 9)], 8),
    ):
        body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
        tiff = b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + body
        made = tiff + struct.pack("<I", following) + zeros(1024 * MEGABYTE // 64)
        yield Bomb(8, f"TIFF with {name}", partial(bytes, made), UNSUPPORTED)
