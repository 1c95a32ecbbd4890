"""What operations share when they touch pixels."""

import math
from collections.abc import Callable, Iterable

from PIL import Image

from processing.gravity import CropGravity, leftover
from processing.operation import Size
from processing.parameters import rgba, rounded

REDUCING_GAP = 1.16
"""How much of a shrink is left for a good filter after whole pixels were averaged, which is
several times faster; the structural similarity to the filter alone stays above 0.99."""

TRANSPARENT = "#00000000"

TURNS = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
"""What turns by so many degrees clockwise without mixing pixels."""


def has_alpha(image: Image.Image) -> bool:
    """Tell whether the frame has an alpha channel."""
    return image.mode in ("LA", "RGBA")


def premultiplied(image: Image.Image, change: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """Change an image while transparent pixels weigh nothing, so that no halo appears."""
    if not has_alpha(image):
        return change(image)
    return change(image.convert({"LA": "La", "RGBA": "RGBa"}[image.mode])).convert(image.mode)


def recolored(image: Image.Image, change: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """Change the colours of an image, in mode L or RGB, and give it back its alpha."""
    if not has_alpha(image):
        return change(image)
    changed = change(image.convert(image.mode.removesuffix("A")))
    changed.putalpha(image.getchannel("A"))
    return changed


def with_levels(image: Image.Image, curve: Callable[[int], float]) -> Image.Image:
    """Return the image with every level of its colours replaced; alpha stays.

    `curve` is asked once for each level from 0 to 255; what it says is rounded, and
    clipped by Pillow.
    """
    levels = [round(curve(level)) for level in range(256)]
    return recolored(image, lambda colors: colors.point(levels * len(colors.getbands())))


def level_counts(images: Iterable[Image.Image]) -> list[int]:
    """Return how often each level from 0 to 255 occurs, in all colours of all visible pixels."""
    counts = [0] * 256
    for image in images:
        visible = image.getchannel("A") if has_alpha(image) else None
        for band in image.getbands():
            if band != "A":
                found = image.getchannel(band).histogram(visible)
                counts = [old + new for old, new in zip(counts, found, strict=True)]
    return counts


# What lossy writers mix: colours of two by two pixels, and blocks of 8 and 64 that they transform.
MIXED = (2, 4, 8)


def bled(image: Image.Image) -> Image.Image:
    """Return the image with the colours of visible pixels under the transparent ones near by.

    Lossy writers mix neighbours whether they can be seen or not: what hides there would show.
    """
    if not has_alpha(image) or image.getchannel("A").getextrema()[0] != 0:
        return image
    colors = _filled(image, MIXED)
    colors.putalpha(image.getchannel("A"))
    return colors


def _filled(image: Image.Image, sides: tuple[int, ...]) -> Image.Image:
    """Return the colours of an image, transparent pixels having the mean of their square."""
    colors = image.convert(image.mode.removesuffix("A"))
    if not sides:
        return colors
    side, *larger = sides
    coarse = _filled(image.reduce(side), tuple(larger))
    whole = (coarse.width * side, coarse.height * side)
    below = coarse.resize(whole, Image.Resampling.NEAREST).crop((0, 0, *image.size))
    below.paste(colors, mask=image.getchannel("A").point(lambda level: 255 * (level > 0)))
    return below


def able_to_hold(image: Image.Image, color: str) -> Image.Image:
    """Return the image in the smallest mode that holds both its pixels and the colour."""
    red, green, blue, alpha = rgba(color)
    mode = "RGB" if image.mode.startswith("RGB") or not red == green == blue else "L"
    return image.convert(mode + "A" if has_alpha(image) or alpha < 255 else mode)


def canvas(image: Image.Image, size: Size, color: str) -> Image.Image:
    """Return a new image of one colour, in the mode of the given one."""
    red, green, blue, alpha = rgba(color)
    inks: dict[str, float | tuple[float, ...]] = {
        "L": red,
        "LA": (red, alpha),
        "RGB": (red, green, blue),
        "RGBA": (red, green, blue, alpha),
    }
    return Image.new(image.mode, size, inks[image.mode])


def placed(
    image: Image.Image, size: Size, color: str, gravity: CropGravity = "center"
) -> Image.Image:
    """Return the image on a canvas of this size: cut where it is larger, coloured where smaller."""
    across, down = leftover(gravity)
    at = (
        rounded((size.width - image.width) * across),
        rounded((size.height - image.height) * down),
    )
    image = able_to_hold(image, color)
    result = canvas(image, size, color)
    result.paste(image, at)
    return result


def turned_size(size: Size, angle: float) -> Size:
    """Return the smallest size that holds a picture of this size turned by so many degrees."""
    if angle % 90 == 0:
        return Size(size.height, size.width) if angle % 180 else size
    cosine, sine = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
    # Rounded first: a turn by 0.0000001 degrees is not worth a row of pixels.
    return Size(
        math.ceil(round(size.width * cosine + size.height * sine, 6)),
        math.ceil(round(size.width * sine + size.height * cosine, 6)),
    )


def turned(
    image: Image.Image, angle: float, window: Size, shift: tuple[float, float] = (0, 0)
) -> Image.Image:
    """Return the image turned clockwise about its centre, on a transparent window of this size.

    `shift` is how far the centre of the window lies right of, and below, that of the image.
    """
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    # A transparent margin lets the edges fade instead of ending in steps.
    margin = Size(image.width + 2, image.height + 2)
    source = placed(image, margin, TRANSPARENT)
    # Pillow asks where each pixel of the result comes from: the turn backwards, about centres.
    x, y = window.width / 2 - shift[0], window.height / 2 - shift[1]
    matrix = (
        cosine,
        sine,
        margin.width / 2 - cosine * x - sine * y,
        -sine,
        cosine,
        margin.height / 2 + sine * x - cosine * y,
    )
    return source.transform(window, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)
