"""Brown as an old photograph."""

from typing import Annotated, Any, ClassVar, Literal

from PIL import Image
from pydantic import Field

from processing.operation import Operation, Picture

# The matrix of the CSS filter sepia(1), row by row.
SEPIA = (0.393, 0.769, 0.189, 0.349, 0.686, 0.168, 0.272, 0.534, 0.131)
IDENTITY = (1, 0, 0, 0, 1, 0, 0, 0, 1)


class Sepia(Operation):
    """Tone the picture brown, as an old photograph."""

    example: ClassVar[dict[str, Any]] = {"op": "sepia", "amount": 80}

    op: Literal["sepia"] = "sepia"
    amount: Annotated[float, Field(ge=0, le=100)] = 100
    """How far, in percent: 0 leaves the picture as it is."""

    def apply(self, picture: Picture) -> Picture:
        """Mix the bands of every pixel."""
        share = self.amount / 100
        mix = [one + (full - one) * share for full, one in zip(SEPIA, IDENTITY, strict=True)]
        matrix = (*mix[0:3], 0, *mix[3:6], 0, *mix[6:9], 0)

        def change(image: Image.Image) -> Image.Image:
            toned = image.convert("RGB").convert("RGB", matrix)
            if image.mode in ("LA", "RGBA"):
                toned.putalpha(image.getchannel("A"))
            return toned

        return picture.map(change)
