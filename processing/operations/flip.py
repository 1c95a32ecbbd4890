"""Top to bottom."""

from typing import Any, ClassVar, Literal

from PIL import Image

from processing.operation import Operation, Picture


class Flip(Operation):
    """Turn the picture upside down, top to bottom, as a reflection in water."""

    example: ClassVar[dict[str, Any]] = {"op": "flip"}

    op: Literal["flip"] = "flip"

    def commutes_with_scaling(self) -> bool:
        """Pixels only move."""
        return True

    def treats_bands_alike(self) -> bool:
        """Pixels only move."""
        return True

    def apply(self, picture: Picture) -> Picture:
        """Reverse the rows."""
        return picture.transposed(Image.Transpose.FLIP_TOP_BOTTOM)
