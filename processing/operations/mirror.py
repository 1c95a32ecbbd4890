"""Left to right."""

from typing import Any, ClassVar, Literal

from PIL import Image

from processing.operation import Operation, Picture


class Mirror(Operation):
    """Swap left and right, as a mirror does."""

    example: ClassVar[dict[str, Any]] = {"op": "mirror"}
    aliases: ClassVar[dict[str, dict[str, Any]]] = {"flop": {}}

    op: Literal["mirror"] = "mirror"

    def commutes_with_scaling(self) -> bool:
        """Pixels only move."""
        return True

    def treats_bands_alike(self) -> bool:
        """Pixels only move."""
        return True

    def apply(self, picture: Picture) -> Picture:
        """Reverse the columns."""
        return picture.transposed(Image.Transpose.FLIP_LEFT_RIGHT)
