"""Other colours of the same lightness."""

import math
from typing import Annotated, Any, ClassVar, Literal

from PIL import Image
from pydantic import Field

from processing.operation import Operation, Picture
from processing.pixels import recolored

# The filter hue-rotate of CSS: what the bands count for in lightness, and the turn about that.
LIGHTNESS = (0.213, 0.715, 0.072)
TURN = ((-0.213, -0.715, 0.928), (0.143, 0.140, -0.283), (-0.787, 0.715, 0.072))


class Hue(Operation):
    """Turn every colour around the colour wheel; greys stay."""

    example: ClassVar[dict[str, Any]] = {"op": "hue", "degrees": 120}

    op: Literal["hue"] = "hue"
    degrees: Annotated[float, Field(ge=-360, le=360)]
    """How far: 120 makes red green, green blue and blue red."""

    def apply(self, picture: Picture) -> Picture:
        """Mix the bands of every pixel."""
        matrix = self.matrix()

        def change(colors: Image.Image) -> Image.Image:
            return colors.copy() if colors.mode == "L" else colors.convert("RGB", matrix)

        return picture.map(lambda image: recolored(image, change))

    def matrix(self) -> tuple[float, ...]:
        """Return how the bands mix: three rows of three shares and nothing added."""
        cosine, sine = math.cos(math.radians(self.degrees)), math.sin(math.radians(self.degrees))
        mix: list[float] = []
        for row, turns in enumerate(TURN):
            for band, (light, turn) in enumerate(zip(LIGHTNESS, turns, strict=True)):
                mix.append(light + ((row == band) - light) * cosine + turn * sine)
            mix.append(0)
        return tuple(mix)
