"""Recipes 11 to 13: what stands beside the pixels, too large, broken, or written for a browser."""

import struct
import zlib
from collections.abc import Iterator
from functools import partial

from PIL import Image, ImageCms

from tests.bombs.bomb import (
    MARKER,
    MEGABYTE,
    PNG,
    Bomb,
    exif_of,
    gif_frame,
    gif_head,
    png,
    segment,
    with_segments,
    zeros,
)
from tests.bombs.samples import sample
from tests.pictures import file, gradient, png_chunk

GIGABYTE = 1024 * MEGABYTE
SMALL = (9, 9)
TEXT = MARKER.decode()
PAYLOADS = {
    "script": f"<script>alert('{TEXT}')</script>",
    "event handler": f'"><img src=x onerror={TEXT}>',
    "header": f"x\r\nSet-Cookie: {TEXT}=1\r\n\r\n",
    "null": f"{TEXT}\0{TEXT}",
    "a megabyte": TEXT * (MEGABYTE // len(TEXT)),
    "right to left": f"\u202e{TEXT}\u202d",
    "SQL": f"'; DROP TABLE images_image; -- {TEXT}",
    "template": f"{{{{ 7*7 }}}}${{{{{TEXT}}}}}{{% debug %}}%s%n",
}


def bombs() -> Iterator[Bomb]:
    yield from _of_png()
    yield from _of_exif()
    yield from _of_jpeg()
    yield from _texts()


def _of_png() -> Iterator[Bomb]:
    inflating = {
        b"zTXt": b"key\0\0",
        b"iTXt": b"key\0\1\0en\0key\0",
        b"iCCP": b"profile\0\0",
    }
    for kind, head in inflating.items():
        for count in (GIGABYTE, 2 * MEGABYTE):
            chunk = partial(_png_with, kind, head, count)
            yield Bomb(
                11, f"PNG with {kind.decode()} of {count} bytes", chunk, heavy=count == GIGABYTE
            )
    text = png_chunk(b"tEXt", b"key\0value")
    yield Bomb(11, "PNG of 100,000 texts", partial(png_repeating, text, 100_000))
    yield Bomb(
        11,
        "PNG of 2,000,000 chunks",
        partial(png_repeating, png_chunk(b"abCd", b""), 2_000_000),
        heavy=True,
    )
    for count in (1_000_000, 20_000):
        crumbs = partial(png_in_crumbs, count)
        yield Bomb(11, f"PNG of {count} chunks of pixels", crumbs, heavy=count > 20_000)
    for kind in (b"IDAT", b"tEXt", b"abcd", b"IHDR"):
        endless = PNG + png((4, 4))[8:33] + struct.pack(">I", 2**31 - 1) + kind + bytes(99)
        yield Bomb(11, f"PNG with {kind.decode()} of 2^31-1 bytes", partial(bytes, endless))
    for count, heavy in ((16 * MEGABYTE, True), (MEGABYTE, False)):
        exif = partial(_png_exif, count)
        yield Bomb(11, f"PNG with EXIF of {count} bytes", exif, heavy=heavy)
    for kind in (b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"acTL", b"fcTL", b"cICP"):
        for body in (b"", bytes(1), b"\xff" * 5, b"\xff" * 2000):
            odd = partial(png, SMALL, (kind, body))
            yield Bomb(11, f"PNG with {kind.decode()} of {len(body)} odd bytes", odd)


def _png_with(kind: bytes, head: bytes, count: int) -> bytes:
    return png(SMALL, (kind, head + zeros(count)))


def png_repeating(chunk: bytes, count: int) -> bytes:
    whole = png(SMALL)
    return whole[:33] + chunk * count + whole[33:]


def png_in_crumbs(count: int) -> bytes:
    """Pixels of which each byte has a chunk; enough of them are there."""
    size = (3000, max(1, count // 3000))
    pixels = zeros(3001 * size[1]).ljust(count, b"\0")
    whole = png(size, kind=0, pixels=b"")
    crumbs = b"".join(png_chunk(b"IDAT", bytes((byte,))) for byte in pixels[:count])
    return whole[:33] + crumbs + png_chunk(b"IEND", b"")


def _png_exif(count: int) -> bytes:
    """A directory of as many entries as there can be, each of which says it is all of the block."""
    entry = (700, 7, count - 9, bytes(4))
    exif = exif_of(*((tag, *entry[1:]) for tag in range(60_000)))
    return png(SMALL, (b"eXIf", exif.ljust(count, b"\0")))


def _of_exif() -> Iterator[Bomb]:
    def short(value: int) -> bytes:
        return struct.pack("<HH", value, 0)

    blocks = {
        "a loop": exif_of((0x0112, 3, 1, short(6)), following=8),
        "a loop of groups": exif_of((0x8769, 4, 1, struct.pack("<I", 8))),
        "a loop of GPS": exif_of((0x8825, 4, 1, struct.pack("<I", 8))),
        "count 2^32-1": exif_of((0x010E, 2, 2**32 - 1, struct.pack("<I", 8))),
        "rationals 2^31": exif_of((0x011A, 5, 2**31, bytes(4)), (0x0128, 3, 1, short(2))),
        "0 over 0": exif_of((0x011A, 5, 1, bytes(4)), (0x0128, 3, 1, short(2))),
        "orientation 0": exif_of((0x0112, 3, 1, short(0))),
        "orientation 9": exif_of((0x0112, 3, 1, short(9))),
        "orientation 65535": exif_of((0x0112, 3, 1, short(65_535))),
        "orientation as text": exif_of((0x0112, 2, 4, b"six\0")),
        "orientation as many": exif_of((0x0112, 3, 1000, bytes(4))),
        "orientation as fraction": exif_of((0x0112, 5, 1, bytes(4))),
        "orientation twice": exif_of((0x0112, 3, 1, short(6)), (0x0112, 3, 1, short(3))),
        "no directory": b"II*\0\xff\xff\xff\xff",
        "half a head": b"II*",
        "no head": b"garbage",
        "another order": b"XX*\0\x08\0\0\0\0\0",
        "big TIFF": b"II+\0\x08\0\0\0" + bytes(40),
        "types unknown": exif_of(*((tag, tag % 256, 9, bytes(4)) for tag in range(3000))),
    }
    for name, block in blocks.items():
        jpeg = segment(0xE1, b"Exif\0\0" + block)
        yield Bomb(12, f"JPEG with EXIF: {name}", partial(_jpeg_with, jpeg))
        yield Bomb(12, f"PNG with EXIF: {name}", partial(png, SMALL, (b"eXIf", block)))
        yield Bomb(12, f"WebP with EXIF: {name}", partial(_saved, "webp", block))


def _saved(format: str, exif: bytes) -> bytes:
    return file(gradient(*SMALL), format, exif=exif).getvalue()


def _jpeg_with(*segments: bytes) -> bytes:
    return with_segments(sample("baseline.jpeg"), *segments)


def _of_jpeg() -> Iterator[Bomb]:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for total in (0, 1, 254, 255):
        segments = [_icc(number, total, b"x" * 40) for number in range(1, 256)]
        yield Bomb(
            12, f"JPEG with a profile in 255 parts of {total}", partial(_jpeg_with, *segments)
        )
    broken = {
        "outside": profile[:132] + b"\xff" * 48 + profile[180:],
        "of 2^32-1 tags": profile[:128] + b"\xff" * 4 + profile[132:],
        "cut": profile[:200],
        "of length 2^32-1": b"\xff" * 4 + profile[4:],
        "of another space": profile[:16] + b"CMYK" + profile[20:],
        "of a link": profile[:12] + b"link" + profile[16:],
        "of zeros": bytes(500),
    }
    for name, data in broken.items():
        yield Bomb(12, f"JPEG with a profile {name}", partial(_jpeg_with, _icc(1, 1, data)))
        chunk = (b"iCCP", b"p\0\0" + zeros(0)[:2] + _stored(data))
        yield Bomb(12, f"PNG with a profile {name}", partial(png, SMALL, chunk))
    comments = [segment(0xFE, b"c" * 60_000)]
    yield Bomb(12, "JPEG with 500 comments", partial(_jpeg_with, *comments * 500), heavy=True)
    yield Bomb(12, "JPEG with 50 comments", partial(_jpeg_with, *comments * 50))
    empty = [segment(0xFE, b"")]
    yield Bomb(
        12, "JPEG with 2,000,000 comments", partial(_jpeg_with, *empty * 2_000_000), heavy=True
    )
    more = [segment(0xE1, b"Exif\0\0" + b"e" * 60_000)]
    yield Bomb(12, "JPEG with EXIF in 500 parts", partial(_jpeg_with, *more * 500), heavy=True)
    few = [segment(0xE1, b"Exif\0\0" + b"e" * 1000)]
    yield Bomb(12, "JPEG with EXIF in 2,000 parts", partial(_jpeg_with, *few * 2_000))
    yield Bomb(
        12, "JPEG after 30 MB of zeros", partial(_jpeg_with, bytes(30 * MEGABYTE)), heavy=True
    )
    yield Bomb(12, "JPEG after 1 MB of zeros", partial(_jpeg_with, bytes(MEGABYTE)))
    yield Bomb(12, "JPEG after 1 MB of FF", partial(_jpeg_with, b"\xff" * MEGABYTE))
    yield Bomb(12, "JPEG after 300,000 restarts", partial(_jpeg_with, b"\xff\xd0" * 300_000))


def _icc(number: int, total: int, data: bytes) -> bytes:
    return segment(0xE2, b"ICC_PROFILE\0" + bytes((number, total)) + data)


def _stored(data: bytes) -> bytes:
    return zlib.compress(data)[2:]


def _texts() -> Iterator[Bomb]:
    for name, text in PAYLOADS.items():
        yield Bomb(13, f"EXIF text: {name}", partial(_exif_text, text))
        data = text.encode()
        xmp = b"http://ns.adobe.com/xap/1.0/\0" + data[:60_000]
        yield Bomb(13, f"XMP text: {name}", partial(_jpeg_with, segment(0xE1, xmp)))
        iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(data[:60_000]))
        yield Bomb(
            13, f"IPTC text: {name}", partial(_jpeg_with, segment(0xED, iptc + data[:60_000]))
        )
        yield Bomb(13, f"PNG text: {name}", partial(png, SMALL, (b"tEXt", b"Comment\0" + data)))
        yield Bomb(13, f"PNG keyword: {name}", partial(png, SMALL, (b"tEXt", data[:79] + b"\0x")))
        blocks = b"".join(
            bytes([len(data[at : at + 255])]) + data[at : at + 255]
            for at in range(0, 60_000, 255)
            if data[at : at + 255]
        )
        gif = gif_head(1, 1) + b"!\xfe" + blocks + b"\0" + gif_frame(0, 0, 1, 1) + b";"
        yield Bomb(13, f"GIF comment: {name}", partial(bytes, gif))


def _exif_text(text: str) -> bytes:
    exif = Image.Exif()
    short = text[:20_000].encode("ascii", "replace").decode()
    exif[0x013B], exif[0x010E], exif[0x8298] = short, short, short
    return file(gradient(*SMALL), "jpeg", exif=exif).getvalue()
