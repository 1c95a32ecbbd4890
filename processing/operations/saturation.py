"""Stronger or weaker colours."""

from typing import Any, ClassVar, Literal

from PIL import Image, ImageEnhance

from processing.operation import Operation, Picture
from processing.parameters import Adjustment
from processing.pixels import recolored


class Saturation(Operation):
    """Make colours stronger or weaker; greys stay."""

    example: ClassVar[dict[str, Any]] = {"op": "saturation", "amount": -40}

    op: Literal["saturation"] = "saturation"
    amount: Adjustment
    """-100 is grey, 0 changes nothing, 100 doubles every distance from grey."""

    def commutes_with_scaling(self) -> bool:
        """Tell whether no level is cut off at black or white."""
        return self.amount <= 0

    def apply(self, picture: Picture) -> Picture:
        """Move every pixel away from, or towards, its grey."""
        factor = 1 + self.amount / 100

        def change(colors: Image.Image) -> Image.Image:
            return ImageEnhance.Color(colors).enhance(factor)

        return picture.map(lambda image: recolored(image, change))
