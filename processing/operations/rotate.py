"""Turn."""

import math
from typing import Annotated, Any, ClassVar, Literal

from PIL import Image
from pydantic import Field

from processing.operation import Operation, Picture, Size
from processing.parameters import Color
from processing.pixels import able_to_hold, canvas, placed

TURNS = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}

TRANSPARENT = "#00000000"


class Rotate(Operation):
    """Turn the picture clockwise by any angle."""

    example: ClassVar[dict[str, Any]] = {"op": "rotate", "angle": 90}

    op: Literal["rotate"] = "rotate"
    angle: Annotated[float, Field(ge=-360, le=360)]
    """Degrees clockwise. Multiples of 90 move pixels and lose nothing."""
    expand: bool = True
    """Whether the picture grows to hold the turned one. If not, the corners are cut."""
    background: Color = TRANSPARENT
    """Colour of the corners that open up."""

    def commutes_with_scaling(self) -> bool:
        """Tell whether pixels only move."""
        return self.angle % 90 == 0 and self.expand

    def size_after(self, size: Size) -> Size:
        """Return the smallest size that holds the turned picture, or the same size."""
        if not self.expand:
            return size
        if self.angle % 90 == 0:
            return Size(size.height, size.width) if self.angle % 180 else size
        cosine, sine = self._direction()
        cosine, sine = abs(cosine), abs(sine)
        # Rounded first: a turn by 0.0000001 degrees is not worth a row of pixels.
        return Size(
            math.ceil(round(size.width * cosine + size.height * sine, 6)),
            math.ceil(round(size.width * sine + size.height * cosine, 6)),
        )

    def _direction(self) -> tuple[float, float]:
        return math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))

    def apply(self, picture: Picture) -> Picture:
        """Turn every frame."""
        after = self.size_after(picture.size)
        if self.angle % 90:
            return picture.reshaped(lambda image: self._turned(image, after), after)
        turn = TURNS.get(int(self.angle % 360))
        if turn is not None:
            picture = picture.transposed(turn)
        if picture.size == after:
            return picture
        return picture.reshaped(lambda image: placed(image, after, self.background), after)

    def _turned(self, image: Image.Image, after: Size) -> Image.Image:
        cosine, sine = self._direction()
        # A transparent margin lets the edges fade instead of ending in steps.
        margin = Size(image.width + 2, image.height + 2)
        source = placed(image, margin, TRANSPARENT)
        # Pillow asks where each pixel of the result comes from: the turn backwards, about centres.
        x, y = after.width / 2, after.height / 2
        matrix = (
            cosine,
            sine,
            margin.width / 2 - cosine * x - sine * y,
            -sine,
            cosine,
            margin.height / 2 + sine * x - cosine * y,
        )
        turned = source.transform(after, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)
        if self.background == TRANSPARENT:
            return turned
        turned = able_to_hold(turned, self.background)
        below = canvas(turned, after, self.background)
        if turned.mode == "LA":
            below.paste(turned, mask=turned.getchannel("A"))
            return below
        return Image.alpha_composite(below, turned)
