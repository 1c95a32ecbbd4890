"""Lighter or darker middle tones."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from processing.operation import Operation, Picture
from processing.pixels import with_levels


class Gamma(Operation):
    """Make middle tones lighter or darker; black and white stay."""

    example: ClassVar[dict[str, Any]] = {"op": "gamma", "gamma": 1.8}

    op: Literal["gamma"] = "gamma"
    gamma: Annotated[float, Field(ge=0.1, le=10)]
    """Above 1 is lighter, below 1 darker: levels from 0 to 1 are raised to the power 1 / gamma."""

    def apply(self, picture: Picture) -> Picture:
        """Bend the levels."""
        power = 1 / self.gamma
        return picture.map(
            lambda image: with_levels(image, lambda level: 255 * (level / 255) ** power)
        )
