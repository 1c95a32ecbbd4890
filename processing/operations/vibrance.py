"""Stronger dull colours."""

from functools import reduce
from typing import Any, ClassVar, Literal

from PIL import Image, ImageChops, ImageEnhance

from processing.operation import Operation, Picture
from processing.parameters import Adjustment
from processing.pixels import recolored


def dullness(colors: Image.Image) -> Image.Image:
    """Return 255 less the difference between the strongest and the weakest band of each pixel."""
    bands = colors.split()
    strongest, weakest = reduce(ImageChops.lighter, bands), reduce(ImageChops.darker, bands)
    return ImageChops.invert(ImageChops.subtract(strongest, weakest))


class Vibrance(Operation):
    """Make dull colours stronger, and vivid ones less so; greys stay."""

    example: ClassVar[dict[str, Any]] = {"op": "vibrance", "amount": 50}

    op: Literal["vibrance"] = "vibrance"
    amount: Adjustment
    """-100 takes the colour out of what is dull, 0 changes nothing, 100 doubles dull colours."""

    def apply(self, picture: Picture) -> Picture:
        """Move every pixel from its grey, the less the further away it is."""
        factor = 1 + self.amount / 100

        def change(colors: Image.Image) -> Image.Image:
            if colors.mode == "L":
                return colors.copy()
            changed = ImageEnhance.Color(colors).enhance(factor)
            return Image.composite(changed, colors, dullness(colors))

        return picture.map(lambda image: recolored(image, change))
