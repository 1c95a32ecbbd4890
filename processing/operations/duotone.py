"""Two colours."""

from typing import Any, ClassVar, Literal

from PIL import Image, ImageOps

from processing.operation import Operation, Picture
from processing.parameters import Percent, SolidColor, rgba
from processing.pixels import recolored


class Duotone(Operation):
    """Turn brightness into a scale between two colours."""

    example: ClassVar[dict[str, Any]] = {
        "op": "duotone",
        "shadow": "#192550",
        "highlight": "#f5d9a6",
    }
    aliases: ClassVar[dict[str, dict[str, Any]]] = {
        "monochrome": {"shadow": "black", "highlight": "white"}
    }

    op: Literal["duotone"] = "duotone"
    shadow: SolidColor
    """Colour of what is black."""
    highlight: SolidColor
    """Colour of what is white."""
    amount: Percent = 100
    """How far, in percent: 0 leaves the picture as it is."""

    def commutes_with_scaling(self) -> bool:
        """Brightness is mixed in proportion."""
        return True

    def apply(self, picture: Picture) -> Picture:
        """Colour the grey of every pixel."""
        shadow, highlight = rgba(self.shadow)[:3], rgba(self.highlight)[:3]

        def change(colors: Image.Image) -> Image.Image:
            toned = ImageOps.colorize(colors.convert("L"), shadow, highlight)
            return Image.blend(colors.convert("RGB"), toned, self.amount / 100)

        return picture.map(lambda image: recolored(image, change))
