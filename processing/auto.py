"""format: auto. Which formats serve a finished picture best, by what it is."""

from PIL import Image, ImageChops

from processing.operation import Picture
from processing.output import FORMATS, Output
from processing.palette import MOST_COLORS, with_one_palette
from processing.pixels import has_alpha

ANIMATION = ("webp", "avif", "gif", "png")
PHOTOGRAPH = ("avif", "webp", "jpeg", "png", "tiff", "gif")
WITH_ALPHA = ("avif", "webp", "png", "tiff", "gif", "jpeg")
EXACT = ("webp", "png")
"""Both are written, and the smaller is taken."""
FLAT = ("tiff", "gif", "jpeg", "avif")
"""For flat graphics where neither of those is wanted: those with alpha first."""
LARGEST_AVIF = 16_000_000
"""Pixels up to which an AVIF takes no longer to write than a client waits."""

SAMPLED_ROWS = 128
FLAT_SHARE = 0.5
"""Of neighbours in a row, how many are equal in flat graphics; in photographs a quarter are."""
FEW_COLORS = 32


def without_idle_alpha(picture: Picture) -> Picture:
    """Return the picture without its alpha, unless some pixel of some frame makes use of it."""
    images = [frame.image for frame in picture.frames]
    if any(has_alpha(image) and image.getchannel("A").getextrema()[0] != 255 for image in images):
        return picture
    return picture.map(
        lambda image: image.convert(image.mode.removesuffix("A")) if has_alpha(image) else image
    )


def choices(
    picture: Picture, formats: tuple[str, ...], output: Output
) -> tuple[tuple[str, Output], ...]:
    """Return in which of these formats to write the picture, and how: the smallest file is best.

    `formats` are those a client can show and the picture fits into, at least one.
    """
    animated = len(picture.frames) > 1
    if animated and (able := first(ANIMATION, formats)):
        return ((able, output),)
    picture = picture.first()
    image = picture.frames[0].image
    exact = tuple(name for name in EXACT if name in formats)
    if exact and (output.lossless or (output.palette_colors is None and is_flat(image))):
        return tuple((name, exactly(name, image, output)) for name in exact)
    if is_flat(image) and output.palette_colors is None and (able := first(FLAT, formats)):
        return ((able, output),)
    order: tuple[str, ...] = WITH_ALPHA if has_alpha(image) else PHOTOGRAPH
    if image.width * image.height > LARGEST_AVIF:
        order = tuple(name for name in order if name != "avif") + ("avif",)
    able = first(order, formats)
    return ((able or formats[0], output),)


def first(order: tuple[str, ...], formats: tuple[str, ...]) -> str | None:
    """Return the first of an order that is among the formats."""
    return next((name for name in order if name in formats), None)


def is_flat(image: Image.Image) -> bool:
    """Tell a drawing, a text or a screenshot from a photograph.

    Looks at no more than 128 rows: of few colours, or with neighbours that mostly are equal.
    """
    rows = image.resize((image.width, min(image.height, SAMPLED_ROWS)), Image.Resampling.NEAREST)
    if rows.getcolors(FEW_COLORS):
        return True
    steps = ImageChops.difference(rows, ImageChops.offset(rows, 1, 0)).split()
    largest = steps[0]
    for step in steps[1:]:
        largest = ImageChops.lighter(largest, step)
    return largest.histogram()[0] >= FLAT_SHARE * rows.width * rows.height


def exactly(name: str, image: Image.Image, output: Output) -> Output:
    """Return how this format keeps every pixel; a PNG with a palette, where that is enough."""
    if name == "png" and image.mode != "L" and image.getcolors(MOST_COLORS):
        (fitted,) = with_one_palette([image], MOST_COLORS)
        whole = image.convert("RGBA")
        if ImageChops.difference(fitted.convert("RGBA"), whole).getbbox(alpha_only=False) is None:
            return output.model_copy(update={"palette_colors": MOST_COLORS, "lossless": False})
    return output.model_copy(update={"lossless": FORMATS[name].lossless})
