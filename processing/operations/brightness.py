"""Lighter or darker."""

from typing import Any, ClassVar, Literal

from processing.operation import Operation, Picture
from processing.parameters import Adjustment
from processing.pixels import with_levels


class Brightness(Operation):
    """Make the picture lighter or darker."""

    example: ClassVar[dict[str, Any]] = {"op": "brightness", "amount": -20}

    op: Literal["brightness"] = "brightness"
    amount: Adjustment
    """-100 is black, 0 changes nothing, 100 is twice as bright."""

    def commutes_with_scaling(self) -> bool:
        """Tell whether no level is cut off at white."""
        return self.amount <= 0

    def apply(self, picture: Picture) -> Picture:
        """Multiply every level."""
        factor = 1 + self.amount / 100
        return picture.map(lambda image: with_levels(image, lambda level: level * factor))
