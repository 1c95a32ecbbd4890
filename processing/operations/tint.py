"""A wash of colour."""

from typing import Any, ClassVar, Literal

from PIL import Image

from processing.operation import Operation, Picture, Size
from processing.parameters import Percent, SolidColor
from processing.pixels import able_to_hold, canvas, recolored


class Tint(Operation):
    """Lay a colour over the picture; transparency stays."""

    example: ClassVar[dict[str, Any]] = {"op": "tint", "color": "#ff8800", "amount": 30}

    op: Literal["tint"] = "tint"
    color: SolidColor
    """The colour."""
    amount: Percent = 50
    """How much of it, in percent: 0 leaves the picture as it is, 100 only the colour."""

    def commutes_with_scaling(self) -> bool:
        """Every pixel is mixed in proportion."""
        return True

    def apply(self, picture: Picture) -> Picture:
        """Mix every pixel with the colour."""

        def change(colors: Image.Image) -> Image.Image:
            colors = able_to_hold(colors, self.color)
            wash = canvas(colors, Size(*colors.size), self.color)
            return Image.blend(colors, wash, self.amount / 100)

        return picture.map(lambda image: recolored(image, change))
