"""From black to white."""

from itertools import accumulate
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from processing.operation import Operation, Picture
from processing.pixels import level_counts, with_levels


def ends(counts: list[int], cutoff: float) -> tuple[int, int]:
    """Return the lowest and the highest level, passing over `cutoff` percent at either end."""
    passed = sum(counts) * cutoff / 100
    low, high = (
        next((level for level, upto in enumerate(accumulate(side)) if upto > passed), 0)
        for side in (counts, counts[::-1])
    )
    return low, 255 - high


class AutoContrast(Operation):
    """Stretch the levels of all colours alike, until they reach from black to white."""

    example: ClassVar[dict[str, Any]] = {"op": "auto_contrast", "cutoff": 1}
    aliases: ClassVar[dict[str, dict[str, Any]]] = {"enhance": {}, "normalize": {}}

    op: Literal["auto_contrast"] = "auto_contrast"
    cutoff: Annotated[float, Field(ge=0, le=49)] = 0
    """Percent of the levels that are passed over at either end, as noise."""

    def apply(self, picture: Picture) -> Picture:
        """Stretch every level by one table: an animation must not flicker."""
        low, high = ends(level_counts(frame.image for frame in picture.frames), self.cutoff)
        # A picture of one level has no contrast to stretch.
        offset, factor = (low, 255 / (high - low)) if high > low else (0, 1)
        return picture.map(
            lambda image: with_levels(image, lambda level: (level - offset) * factor)
        )
