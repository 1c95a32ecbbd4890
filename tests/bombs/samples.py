"""One small picture for each format and mode, for others to damage."""

import struct
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms

from tests.pictures import animation, file, gradient, in_mode, png_chunk

SIZE = (48, 36)


def _saved(format: str, mode: str = "RGB", **options: Any) -> Callable[[], bytes]:
    def make() -> bytes:
        image = gradient(*SIZE) if mode == "RGB" else in_mode(mode, *SIZE)
        return file(image, format, **options).getvalue()

    return make


def _interlaced() -> bytes:
    """A PNG in seven passes, which Pillow does not write."""
    image = gradient(8, 8)
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2)]
    rows = b""
    for left, top, right, down in [*passes, (0, 1, 1, 2)]:
        for y in range(top, 8, down):
            rows += b"\0" + bytes(
                value
                for x in range(left, 8, right)
                for value in image.getpixel((x, y))  # type: ignore[union-attr]
            )
    return _png_of_rows(rows)


def _png_of_rows(rows: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 1)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*part) for part in parts)


def _with_everything() -> bytes:
    """A JPEG with EXIF, a profile, XMP and a comment."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a description"
    target = BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    gradient(*SIZE).save(target, "JPEG", exif=exif, icc_profile=profile, comment=b"a comment")
    return target.getvalue()


SAMPLES: dict[str, Callable[[], bytes]] = {
    "baseline.jpeg": _saved("jpeg"),
    "progressive.jpeg": _saved("jpeg", progressive=True),
    "cmyk.jpeg": _saved("jpeg", "CMYK"),
    "grey.jpeg": _saved("jpeg", "L"),
    "metadata.jpeg": _with_everything,
    "1bit.png": _saved("png", "1"),
    "8bit.png": _saved("png"),
    "16bit.png": _saved("png", "I;16"),
    "alpha.png": _saved("png", "RGBA"),
    "palette.png": _saved("png", "P+tRNS"),
    "interlaced.png": _interlaced,
    "animated.png": lambda: animation("png").getvalue(),
    "still.gif": _saved("gif", "P"),
    "animated.gif": lambda: animation("gif").getvalue(),
    "lossy.webp": _saved("webp"),
    "lossless.webp": _saved("webp", lossless=True),
    "alpha.webp": _saved("webp", "RGBA"),
    "animated.webp": lambda: animation("webp").getvalue(),
    "still.avif": _saved("avif"),
    "animated.avif": lambda: animation("avif").getvalue(),
}


@cache
def sample(name: str) -> bytes:
    """The sample of this name, made once."""
    return SAMPLES[name]()
