"""The negative of light parts."""

from typing import Any, ClassVar, Literal

from processing.operation import Operation, Picture
from processing.parameters import Level
from processing.pixels import with_levels


class Solarize(Operation):
    """Turn what is light into its negative, as film exposed twice."""

    example: ClassVar[dict[str, Any]] = {"op": "solarize"}

    op: Literal["solarize"] = "solarize"
    threshold: Level = 128
    """The lowest level of each colour that is inverted."""

    def apply(self, picture: Picture) -> Picture:
        """Invert the levels from the threshold upwards."""

        def curve(level: int) -> int:
            return 255 - level if level >= self.threshold else level

        return picture.map(lambda image: with_levels(image, curve))
