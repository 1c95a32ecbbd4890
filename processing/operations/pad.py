"""Room around the picture."""

from math import ceil
from typing import Any, ClassVar, Literal, NamedTuple

from PIL import Image, ImageFilter, ImageOps
from pydantic import model_validator
from pydantic_core import PydanticCustomError

from processing.gravity import Gravity, leftover
from processing.operation import Operation, Picture, Size
from processing.parameters import AspectRatio, Color, Length, pixels, ratio, rounded
from processing.pixels import able_to_hold, canvas, premultiplied

# The backdrop is blurred this many times smaller, where it costs nothing and looks the same.
COARSE = 8
BLUR = 0.02
"""Standard deviation of the blur of the backdrop, as a share of its longer side."""


class Margins(NamedTuple):
    """Pixels added on each side."""

    left: int
    top: int
    right: int
    bottom: int


def backdrop(image: Image.Image, size: Size) -> Image.Image:
    """Return the image blurred and scaled so that it covers this size."""
    coarse = Size(ceil(size.width / COARSE), ceil(size.height / COARSE))
    blur = ImageFilter.GaussianBlur(BLUR * max(coarse))
    small = premultiplied(ImageOps.fit(image, coarse), lambda bands: bands.filter(blur))
    return small.resize(size, Image.Resampling.BICUBIC)


def stretched(image: Image.Image, left: int, right: int) -> Image.Image:
    """Return the image with its first and last column repeated."""
    width, height = image.size
    wide = Image.new(image.mode, (left + width + right, height))
    wide.paste(image, (left, 0))
    for column, at, count in ((0, 0, left), (width - 1, left + width, right)):
        if count:
            strip = image.crop((column, 0, column + 1, height)).resize((count, height))
            wide.paste(strip, (at, 0))
    return wide


def mirrored(image: Image.Image, left: int, right: int) -> Image.Image:
    """Return the image continued by its reflections, as often as needed."""
    width, height = image.size
    wide = Image.new(image.mode, (left + width + right, height))
    reflection = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    for number in range(-ceil(left / width), ceil(right / width) + 1):
        wide.paste(reflection if number % 2 else image, (left + number * width, 0))
    return wide


class Pad(Operation):
    """Add room around the picture: on the sides named, or until it has an aspect ratio."""

    example: ClassVar[dict[str, Any]] = {"op": "pad", "aspect_ratio": "1:1", "background": "white"}
    aliases: ClassVar[dict[str, dict[str, Any]]] = {
        "extend": {},
        "padding": {},
        "border_fill": {},
    }
    parameter_aliases: ClassVar[dict[str, str]] = {"color": "background"}

    op: Literal["pad"] = "pad"
    top: Length | None = None
    """Room above, in pixels or percent of the height."""
    right: Length | None = None
    """Room on the right, in pixels or percent of the width."""
    bottom: Length | None = None
    """Room below, in pixels or percent of the height."""
    left: Length | None = None
    """Room on the left, in pixels or percent of the width."""
    all: Length | None = None
    """Room on every side instead of the four, in pixels or percent."""
    aspect_ratio: AspectRatio | None = None
    """Shape of the result, such as "16:9", instead of room on named sides."""
    gravity: Gravity = "center"
    """Where the picture stands when aspect_ratio makes the room."""
    mode: Literal["color", "blur", "edge", "mirror"] = "color"
    """What fills the room: a colour; the picture itself, enlarged and blurred; its outermost \
pixels, repeated; or its reflection."""
    background: Color = "#00000000"
    """Colour of the room in mode color."""

    @model_validator(mode="after")
    def _is_one_of_three(self) -> "Pad":
        sides = (self.top, self.right, self.bottom, self.left)
        named = any(side is not None for side in sides)
        ways = [named, self.all is not None, self.aspect_ratio is not None]
        if not any(ways):
            raise PydanticCustomError(
                "missing_size",
                "pad needs some of top, right, bottom and left, or all, or an aspect_ratio",
            )
        if sum(ways) > 1:
            raise PydanticCustomError(
                "ambiguous_pad", "pad takes either sides, or all, or an aspect_ratio"
            )
        if self.gravity != "center" and self.aspect_ratio is None:
            raise PydanticCustomError("ambiguous_pad", "gravity goes with an aspect_ratio only")
        return self

    def margins(self, size: Size) -> Margins:
        """Return how many pixels are added to a picture of this size."""
        if self.aspect_ratio is not None:
            shape, (across, down) = ratio(self.aspect_ratio), leftover(self.gravity)
            wider = max(0, rounded(size.height * shape) - size.width)
            higher = max(0, rounded(size.width / shape) - size.height)
            left, top = rounded(wider * across), rounded(higher * down)
            return Margins(left, top, wider - left, higher - top)

        def room(side: int | str | None, length: int) -> int:
            given = side if side is not None else self.all
            return rounded(pixels(given, length)) if given is not None else 0

        return Margins(
            room(self.left, size.width),
            room(self.top, size.height),
            room(self.right, size.width),
            room(self.bottom, size.height),
        )

    def size_after(self, size: Size) -> Size:
        """Return the size with the margins."""
        left, top, right, bottom = self.margins(size)
        return Size(left + size.width + right, top + size.height + bottom)

    def apply(self, picture: Picture) -> Picture:
        """Put every frame in the middle of its margins."""
        margins, after = self.margins(picture.size), self.size_after(picture.size)
        return picture.reshaped(lambda image: self._padded(image, margins, after), after)

    def _padded(self, image: Image.Image, margins: Margins, after: Size) -> Image.Image:
        if self.mode in ("edge", "mirror"):
            widen = stretched if self.mode == "edge" else mirrored
            swap = Image.Transpose.TRANSPOSE
            wide = widen(image, margins.left, margins.right).transpose(swap)
            return widen(wide, margins.top, margins.bottom).transpose(swap)
        if self.mode == "blur":
            result = backdrop(image, after)
        else:
            image = able_to_hold(image, self.background)
            result = canvas(image, after, self.background)
        result.paste(image, (margins.left, margins.top))
        return result
