"""Warmer or cooler."""

from typing import Any, ClassVar, Literal

from PIL import Image

from processing.operation import Operation, Picture
from processing.parameters import Adjustment
from processing.pixels import recolored

STRONGEST = 0.3


class Temperature(Operation):
    """Make the picture warmer, towards red, or cooler, towards blue."""

    example: ClassVar[dict[str, Any]] = {"op": "temperature", "amount": 40}

    op: Literal["temperature"] = "temperature"
    amount: Adjustment
    """-100 is cool, 0 changes nothing, 100 is warm: 30 percent more red and less blue."""

    def apply(self, picture: Picture) -> Picture:
        """Scale red and blue against each other."""
        shift = STRONGEST * self.amount / 100
        matrix = (1 + shift, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1 - shift, 0)

        def change(colors: Image.Image) -> Image.Image:
            return colors.convert("RGB").convert("RGB", matrix)

        return picture.map(lambda image: recolored(image, change))
