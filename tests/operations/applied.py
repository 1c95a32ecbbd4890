"""What the tests of many operations ask for."""

import numpy as np
from PIL import Image

from processing.operation import Operation
from tests import pictures

Pixel = tuple[int, ...]


def image_of(operation: Operation, image: Image.Image) -> Image.Image:
    """What the operation makes of a still picture."""
    return operation.apply(pictures.picture(image)).frames[0].image


def pixel_of(operation: Operation, *pixel: int) -> Pixel:
    """What the operation makes of one pixel: grey, grey and alpha, RGB or RGBA."""
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[len(pixel)]
    made = image_of(operation, Image.new(mode, (1, 1), pixel if len(pixel) > 1 else pixel[0]))
    value = made.getpixel((0, 0))
    return value if isinstance(value, tuple) else (int(value or 0),)


def scaling_error(operation: Operation) -> int:
    """The most levels by which scaling before differs from scaling after, on saturated noise."""
    bits = np.random.default_rng(3).integers(0, 2, (16, 16, 3), "uint8")
    image = Image.fromarray(bits * 255)
    before = image_of(operation, image.reduce(2))
    after = image_of(operation, image).reduce(2)
    return int(abs(pictures.pixels(before) - pictures.pixels(after)).max())
