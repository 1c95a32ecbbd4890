"""Black and white."""

from typing import Any, ClassVar, Literal

from PIL import Image

from processing.operation import Operation, Picture
from processing.parameters import Level
from processing.pixels import has_alpha, with_levels


class Threshold(Operation):
    """Turn every pixel black or white."""

    example: ClassVar[dict[str, Any]] = {"op": "threshold"}

    op: Literal["threshold"] = "threshold"
    threshold: Level = 128
    """The lowest brightness that becomes white."""

    def apply(self, picture: Picture) -> Picture:
        """Compare the grey of every pixel."""

        def change(image: Image.Image) -> Image.Image:
            grey = image.convert("LA" if has_alpha(image) else "L")
            return with_levels(grey, lambda level: 255 if level >= self.threshold else 0)

        return picture.map(change)
