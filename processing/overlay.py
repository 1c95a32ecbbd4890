"""What every operation shares that lays one picture on another."""

from itertools import product
from typing import Annotated, Literal

from PIL import Image, ImageChops
from pydantic import BeforeValidator, Field

from processing.gravity import Gravity, leftover
from processing.operation import Operation, Picture, Size
from processing.parameters import MAX_SIDE, Offset, integral, pixels, rounded
from processing.pixels import (
    TRANSPARENT,
    TURNS,
    able_to_hold,
    has_alpha,
    turned,
    turned_size,
)

Opacity = Annotated[float, Field(ge=0, le=1)]

BLENDS = {
    "multiply": ImageChops.multiply,
    "screen": ImageChops.screen,
    "overlay": ImageChops.overlay,
    "darken": ImageChops.darker,
    "lighten": ImageChops.lighter,
    "hard_light": ImageChops.hard_light,
    "difference": ImageChops.difference,
}
"""What each mode makes of the colours below and those of the mark, in that order."""

BAND = 256
"""Rows that are laid on at a time, so that a mark as large as the picture takes little memory."""

Corner = tuple[int, int]
"""Left and top, in whole pixels."""


def over(
    image: Image.Image, mark: Image.Image, at: Corner, opacity: float = 1, blend: str = "normal"
) -> Image.Image:
    """Return the image with a mark of mode LA or RGBA on it, which must lie inside.

    The result has colour where one of them has it, and alpha where the image has it. Blending is
    that of the W3C: transparent pixels below blend nothing, they let the mark through.
    """
    colors = "RGB" if "RGB" in image.mode + mark.mode else "L"
    result = image.convert(colors + "A" if has_alpha(image) else colors)
    for top in range(0, mark.height, BAND):
        part = mark.crop((0, top, mark.width, min(top + BAND, mark.height)))
        place = (at[0], at[1] + top, at[0] + part.width, at[1] + top + part.height)
        ink, alpha = part.convert(colors), part.getchannel("A")
        alpha = alpha.point([round(level * opacity) for level in range(256)])
        if blend != "normal":
            ink = blended(result.crop(place), ink, blend)
        if has_alpha(result):
            ink.putalpha(alpha)
            result.paste(Image.alpha_composite(result.crop(place), ink), place)
        else:
            result.paste(ink, place, alpha)
    return result


def blended(below: Image.Image, ink: Image.Image, blend: str) -> Image.Image:
    """Return the colours of a mark, in mode L or RGB, mixed with what lies below them."""
    mixed = BLENDS[blend](below.convert(ink.mode), ink)
    if not has_alpha(below):
        return mixed
    return Image.composite(mixed, ink, below.getchannel("A"))


def repeat(image: Image.Image, period: Size) -> None:
    """Repeat the top left part of this size all over the image, in place."""
    width, height = period
    while width < image.width:
        image.paste(image.crop((0, 0, width, min(height, image.height))), (width, 0))
        width *= 2
    while height < image.height:
        image.paste(image.crop((0, 0, image.width, height)), (0, height))
        height *= 2


class Overlay(Operation):
    """Something laid on every frame: where, how solid, how often."""

    gravity: Gravity = "southeast"
    """Where it lies. A grid is begun there, too."""
    offset_x: Offset = 0
    """Distance from the left or right edge that gravity names, else shift to the right, in pixels \
or percent of the width. Negative ones lead out of the picture."""
    offset_y: Offset = 0
    """Distance from the top or bottom edge that gravity names, else shift downwards, in pixels or \
percent of the height. Negative ones lead out of the picture."""
    opacity: Opacity = 1
    """From 0, invisible, to 1, as solid as it is."""
    rotate: Annotated[float, Field(ge=-360, le=360)] = 0
    """Degrees by which it is turned clockwise."""
    tile: Literal["none", "grid"] = "none"
    """Whether it is repeated all over the picture."""
    gap: Annotated[int, Field(ge=0, le=MAX_SIDE), BeforeValidator(integral)] = 20
    """Room between the repetitions, in pixels."""
    blend_mode: Literal[
        "normal",
        "multiply",
        "screen",
        "overlay",
        "darken",
        "lighten",
        "hard_light",
        "difference",
    ] = "normal"
    """How its colours are mixed with those below."""

    def stamped(self, picture: Picture, mark: Image.Image) -> Picture:
        """Return the picture with a mark laid on every frame; its size stays.

        The mark is in a working mode and as large as it shall be before it is turned. It may be
        larger than the picture, and is then cut.
        """
        layer, at = self._layer(able_to_hold(mark, TRANSPARENT), picture.size)
        if not self.opacity or 0 in layer.size:
            return picture
        return picture.map(lambda image: over(image, layer, at, self.opacity, self.blend_mode))

    def _layer(self, mark: Image.Image, size: Size) -> tuple[Image.Image, Corner]:
        """Return all that is laid on a picture of this size, never larger than it, and where."""
        whole = turned_size(Size(*mark.size), self.rotate)
        x, y = self._corner(whole, size)
        if self.tile == "none":
            return self._visible(mark, (x, y), size)
        period = Size(whole.width + self.gap, whole.height + self.gap)
        x, y = x % period.width, y % period.height
        layer = Image.new(mark.mode, size)
        # The marks that reach into the first period; all others are their repetition.
        for corner in product((x - period.width, x), (y - period.height, y)):
            layer.paste(*self._visible(mark, corner, size))
        repeat(layer, period)
        return layer, (0, 0)

    def _corner(self, whole: Size, size: Size) -> Corner:
        """Return where the top left corner of the turned mark lies; it may be outside."""
        across, down = leftover(self.gravity)
        x, y = pixels(self.offset_x, size.width), pixels(self.offset_y, size.height)
        return (
            rounded((size.width - whole.width) * across + (-x if across == 1 else x)),
            rounded((size.height - whole.height) * down + (-y if down == 1 else y)),
        )

    def _visible(self, mark: Image.Image, corner: Corner, size: Size) -> tuple[Image.Image, Corner]:
        """Return what of the turned mark lies inside the picture, which may be nothing, and where.

        Nothing outside is ever drawn: a mark as large as the picture grows a lot when it is turned.
        """
        whole = turned_size(Size(*mark.size), self.rotate)
        left, top = max(0, corner[0]), max(0, corner[1])
        right = max(left, min(size.width, corner[0] + whole.width))
        bottom = max(top, min(size.height, corner[1] + whole.height))
        window = Size(right - left, bottom - top)
        if not window.width or not window.height:
            return Image.new(mark.mode, window), (left, top)
        if self.rotate % 90:
            shift = (
                (left + right - whole.width) / 2 - corner[0],
                (top + bottom - whole.height) / 2 - corner[1],
            )
            return turned(mark, self.rotate, window, shift), (left, top)
        turn = TURNS.get(int(self.rotate % 360))
        mark = mark if turn is None else mark.transpose(turn)
        x, y = corner
        return mark.crop((left - x, top - y, right - x, bottom - y)), (left, top)
