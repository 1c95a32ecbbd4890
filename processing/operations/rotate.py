"""Turn."""

from typing import Annotated, Any, ClassVar, Literal

from PIL import Image
from pydantic import Field

from processing.operation import Operation, Picture, Size
from processing.parameters import Color
from processing.pixels import (
    TRANSPARENT,
    TURNS,
    able_to_hold,
    canvas,
    placed,
    turned,
    turned_size,
)


class Rotate(Operation):
    """Turn the picture clockwise by any angle."""

    example: ClassVar[dict[str, Any]] = {"op": "rotate", "angle": 90}
    parameter_aliases: ClassVar[dict[str, str]] = {"degrees": "angle"}

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

    def treats_bands_alike(self) -> bool:
        """Tell whether pixels only move."""
        return self.commutes_with_scaling()

    def size_after(self, size: Size) -> Size:
        """Return the smallest size that holds the turned picture, or the same size."""
        return turned_size(size, self.angle) if self.expand else size

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
        result = turned(image, self.angle, after)
        if self.background == TRANSPARENT:
            return result
        result = able_to_hold(result, self.background)
        below = canvas(result, after, self.background)
        return Image.alpha_composite(below, result)
