"""Pictures of few colours, as PNG and GIF store them: a table, and numbers in it for pixels."""

from collections.abc import Sequence
from math import sqrt

from PIL import Image

from processing.pixels import has_alpha

MOST_COLORS = 256
OPAQUE = 128
"""Alpha from which a pixel is solid where there is only solid or not."""

MOST_SAMPLED = 2_000_000
"""Pixels from which a palette is chosen: of 50 million it takes close to a minute, in one call
that no time limit can end, and is not seen to be better."""

ENOUGH_FOR_DEGREES = 16
"""Colours from which on degrees of alpha get some of them."""

UNLIKELY = (255, 0, 255, 0)
"""Stands for what is hidden while an octree grows: black would be mixed with faint shadows."""

ENOUGH_GREYS = 64
"""Greys from which on no eye sees the steps: Pillow tells no more than these apart for dots."""


def solid_or_not(image: Image.Image, colors: int | None = None) -> Image.Image:
    """Return a working image with a palette of its own; where it has alpha, one entry is empty."""
    if image.mode == "L" and colors is None:
        return image
    colors = colors or MOST_COLORS
    if not has_alpha(image):
        return _dithered(image, colors)
    result = _dithered(image.convert(image.mode.removesuffix("A")), colors - 1)
    empty = colors - 1
    table = (result.getpalette() or [])[: 3 * empty]
    result.putpalette(table + [0] * (3 * colors - len(table)))
    result.paste(empty, mask=image.getchannel("A").point(lambda alpha: 255 * (alpha < OPAQUE)))
    result.info["transparency"] = empty
    return result


def _dithered(image: Image.Image, colors: int) -> Image.Image:
    """Return an L or RGB image in so many of its own colours, mixed by dots if they are too few."""
    if image.getcolors(colors) or (image.mode == "L" and colors >= ENOUGH_GREYS):
        return image.convert("RGB").quantize(colors)
    fitting = _sample(image).convert("RGB").quantize(colors)
    return image.convert("RGB").quantize(palette=fitting)


def _sample(image: Image.Image) -> Image.Image:
    """Return the image, or pixels from all over it where it has more than a palette needs."""
    dense = sqrt(image.width * image.height / MOST_SAMPLED)
    if dense <= 1:
        return image
    size = max(1, int(image.width / dense)), max(1, int(image.height / dense))
    return image.resize(size, Image.Resampling.NEAREST)


def with_one_palette(images: Sequence[Image.Image], colors: int) -> list[Image.Image]:
    """Return working images of one size and mode with one palette, which holds alpha as well."""
    width, height = images[0].size
    joined = Image.new(images[0].mode, (width, height * len(images)))
    for number, image in enumerate(images):
        joined.paste(image, (0, height * number))
    if not has_alpha(joined):
        result = _dithered(joined, colors)
    else:
        result = _with_alpha(joined.convert("RGBA"), colors)
    boxes = [(0, height * number, width, height * (number + 1)) for number in range(len(images))]
    return [result.crop(box) for box in boxes]


def _with_alpha(image: Image.Image, colors: int) -> Image.Image:
    """Return an RGBA image in so many colours.

    An octree knows degrees of alpha, which a median cut does not: on soft edges it comes several
    times nearer. With very few colours it wastes them. What is hidden must not be mixed in.
    """
    if colors < ENOUGH_FOR_DEGREES:
        return solid_or_not(image, colors)
    visible = image.copy()
    visible.paste(UNLIKELY, mask=image.getchannel("A").point(lambda alpha: 255 * (not alpha)))
    result = visible.quantize(colors, Image.Quantize.FASTOCTREE)
    table = bytes(result.getpalette("RGBA") or ())
    entries = (table[at : at + 4] for at in range(0, len(table), 4))
    result.putpalette(b"".join(one if one[3] else bytes(4) for one in entries), "RGBA")
    return result
