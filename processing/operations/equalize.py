"""Equally many pixels of every brightness."""

from itertools import accumulate
from typing import Any, ClassVar, Literal

from PIL import Image

from processing.operation import Operation, Picture
from processing.pixels import level_counts, recolored


def brightness(colors: Image.Image) -> Image.Image:
    """Return the band of an image without alpha that is spread."""
    return colors if colors.mode == "L" else colors.convert("YCbCr").getchannel("Y")


def equalizing(counts: list[int]) -> list[int]:
    """Return for each level the one that spreads these counts evenly from 0 to 255."""
    darkest = next((count for count in counts if count), 0)
    spread = sum(counts) - darkest
    if not spread:
        return list(range(256))
    return [round(255 * max(0, upto - darkest) / spread) for upto in accumulate(counts)]


class Equalize(Operation):
    """Spread brightness so that every level has as many pixels; colours keep their hue."""

    example: ClassVar[dict[str, Any]] = {"op": "equalize"}

    op: Literal["equalize"] = "equalize"

    def apply(self, picture: Picture) -> Picture:
        """Change the brightness of every pixel by one table: an animation must not flicker."""
        table = equalizing(
            level_counts(recolored(frame.image, brightness) for frame in picture.frames)
        )

        def change(colors: Image.Image) -> Image.Image:
            if colors.mode == "L":
                return colors.point(table)
            light, *hue = colors.convert("YCbCr").split()
            return Image.merge("YCbCr", (light.point(table), *hue)).convert("RGB")

        return picture.map(lambda image: recolored(image, change))
