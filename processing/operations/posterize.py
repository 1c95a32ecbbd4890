"""Few levels."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from processing.operation import Operation, Picture
from processing.parameters import integral
from processing.pixels import with_levels


class Posterize(Operation):
    """Leave few levels of each colour; black and white stay."""

    example: ClassVar[dict[str, Any]] = {"op": "posterize", "bits": 3}

    op: Literal["posterize"] = "posterize"
    bits: Annotated[int, Field(ge=1, le=8), BeforeValidator(integral)] = 4
    """How many levels are left, as a power of two: 1 is two levels, 4 is 16, 8 is all."""

    def apply(self, picture: Picture) -> Picture:
        """Round every level down to one that stays, and spread those evenly."""
        dropped, highest = 8 - self.bits, 2**self.bits - 1
        return picture.map(
            lambda image: with_levels(image, lambda level: (level >> dropped) * 255 / highest)
        )
