"""The negative."""

from typing import Any, ClassVar, Literal

from processing.operation import Operation, Picture
from processing.parameters import Percent
from processing.pixels import with_levels


class Invert(Operation):
    """Turn the picture into its negative; transparency stays."""

    example: ClassVar[dict[str, Any]] = {"op": "invert"}

    op: Literal["invert"] = "invert"
    amount: Percent = 100
    """How far, in percent: 0 leaves the picture as it is, 50 is an even grey."""

    def commutes_with_scaling(self) -> bool:
        """Every level is changed in proportion, and none is cut off."""
        return True

    def apply(self, picture: Picture) -> Picture:
        """Mix every level with its opposite."""
        share = self.amount / 100
        return picture.map(
            lambda image: with_levels(image, lambda level: level + (255 - 2 * level) * share)
        )
