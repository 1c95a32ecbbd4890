"""Light and dark further apart, or closer."""

from typing import Any, ClassVar, Literal

from processing.operation import Operation, Picture
from processing.parameters import Adjustment
from processing.pixels import with_levels

MIDDLE = 127.5
"""The level that is as far from black as from white."""


class Contrast(Operation):
    """Move light and dark further apart, or closer together."""

    example: ClassVar[dict[str, Any]] = {"op": "contrast", "amount": -20}

    op: Literal["contrast"] = "contrast"
    amount: Adjustment
    """-100 is an even grey, 0 changes nothing, 100 doubles every distance from middle grey."""

    def commutes_with_scaling(self) -> bool:
        """Tell whether no level is cut off at black or white."""
        return self.amount <= 0

    def apply(self, picture: Picture) -> Picture:
        """Stretch the levels about the middle."""
        factor = 1 + self.amount / 100

        def curve(level: int) -> float:
            return MIDDLE + (level - MIDDLE) * factor

        return picture.map(lambda image: with_levels(image, curve))
