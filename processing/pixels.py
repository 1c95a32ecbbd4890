"""What operations share when they touch pixels."""

from collections.abc import Callable, Iterable

from PIL import Image

from processing.operation import Size
from processing.parameters import Gravity, leftover, rgba, rounded


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


def placed(image: Image.Image, size: Size, color: str, gravity: Gravity = "center") -> Image.Image:
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
