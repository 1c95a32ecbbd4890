"""Test pictures, made in code: nothing is read from disk."""

import struct
import zlib
from collections import defaultdict
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from processing.operation import Frame, Picture, Size

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)

# Every mode Pillow may hand over; P+tRNS is a palette with a transparent entry.
MODES = (
    *("1", "L", "LA", "P", "P+tRNS", "PA", "RGB", "RGBA"),
    *("CMYK", "YCbCr", "LAB", "I;16", "I", "F"),
)
WORKING_MODES = ("L", "LA", "RGB", "RGBA")

UNDO = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a camera of each EXIF orientation stores what it saw."""


def gradient(width: int = 64, height: int = 48) -> Image.Image:
    """Red grows to the right, green downwards, blue is even: 0 to 255, smooth as a photograph."""
    red = np.linspace(0, 255, width)[None, :].repeat(height, 0)
    green = np.linspace(0, 255, height)[:, None].repeat(width, 1)
    bands = np.stack([red, green, np.full((height, width), 128.0)], axis=2)
    return Image.fromarray(bands.round().astype("uint8"))


def noise(width: int, height: int, spread: float = 60) -> Image.Image:
    """Grey noise around 128, the same every time."""
    levels = np.random.default_rng(7).normal(128, spread, (height, width))
    return Image.fromarray(levels.clip(0, 255).astype("uint8"))


def quarters(width: int = 40, height: int = 30) -> Image.Image:
    """Red, green, blue and white quarters, from the top left along the rows."""
    image = Image.new("RGB", (2, 2))
    image.putdata([RED, GREEN, BLUE, WHITE])
    return image.resize((width, height), Image.Resampling.NEAREST)


def half_transparent(width: int = 40, height: int = 40) -> Image.Image:
    """Opaque red on the left; on the right transparent, with green hidden under it."""
    image = Image.new("RGBA", (width, height), (*GREEN, 0))
    image.paste((*RED, 255), (0, 0, width // 2, height))
    return image


def in_mode(mode: str, width: int = 16, height: int = 12) -> Image.Image:
    """The gradient in one of MODES."""
    image = gradient(width, height)
    if mode in ("I;16", "I"):
        return image.convert("I").point(lambda level: level * 257 + 0).convert(mode)
    if mode == "P+tRNS":
        image = image.quantize(8)
        image.info["transparency"] = 0
        return image
    if mode == "PA":
        return image.convert("P").convert("PA")
    return image.convert(mode)


def picture(*images: Image.Image, duration: float = 100) -> Picture:
    """Images in working modes as the engine holds them; several are an animation.

    Whatever other image an operation names, it finds the quarters.
    """
    frames = tuple(Frame(image, duration if len(images) > 1 else 0) for image in images)
    others: dict[str, Picture] = defaultdict(lambda: picture(quarters()))
    return Picture(frames=frames, size=Size(*images[0].size), format="png", images=others)


def open_quarters(image_id: str) -> BytesIO:
    """For `run`: the quarters as a file, whatever image is named."""
    return file(quarters(), "png")


def pixels(image: Image.Image) -> NDArray[np.int_]:
    """The samples as numbers, rows first."""
    return np.asarray(image).astype(int)


def file(image: Image.Image, format: str = "jpeg", **options: Any) -> BytesIO:
    """The image as a file."""
    target = BytesIO()
    image.save(target, format.upper(), **options)
    target.seek(0)
    return target


def frames(count: int = 3, size: tuple[int, int] = (24, 18)) -> list[Image.Image]:
    """A white square that moves over transparent, one step a frame."""
    made = []
    for number in range(count):
        image = Image.new("RGBA", size, (0, 0, 0, 0))
        image.paste((*WHITE, 255), (number * 4, 2, number * 4 + 8, 10))
        made.append(image)
    return made


def animation(
    format: str = "gif", durations: tuple[int, ...] = (100, 50, 200), **more: Any
) -> BytesIO:
    """An animation of `frames`, one for each duration in milliseconds."""
    first, *rest = frames(len(durations))
    options: dict[str, Any] = {"duration": list(durations), **more}
    if format == "gif":
        options["disposal"] = 2
    if format == "webp":
        # Whole frames: of parts, libwebp would forget to say that the rest is transparent.
        options |= {"kmin": 0, "kmax": 1}
    return file(first, format, save_all=True, append_images=rest, **options)


def photographed(image: Image.Image, orientation: int, format: str = "jpeg") -> BytesIO:
    """The image as a camera held in this EXIF orientation stores it."""
    if orientation in UNDO:
        image = image.transpose(UNDO[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, Any] = {"lossless": True} if format == "webp" else {}
    if format == "jpeg":
        options = {"quality": 100, "subsampling": 0}
    return file(image, format, exif=exif, **options)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(
    width: int, height: int, depth: int, kind: int, rows: bytes, *chunks: tuple[bytes, bytes]
) -> BytesIO:
    """A PNG written by hand; `rows` are the bytes before compression, filter bytes included."""
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return BytesIO(b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*part) for part in parts))


def gif_of(count: int) -> BytesIO:
    """A GIF of so many frames of one pixel, without pause."""
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6)
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return BytesIO(head + frame * count + b";")
