"""Take the colour out."""

from typing import Annotated, Any, ClassVar, Literal

from PIL import Image
from pydantic import Field

from processing.operation import Operation, Picture
from processing.pixels import has_alpha


class Grayscale(Operation):
    """Turn colours into greys of the same brightness."""

    example: ClassVar[dict[str, Any]] = {"op": "grayscale"}
    aliases: ClassVar[dict[str, dict[str, Any]]] = {"greyscale": {}, "gray": {}, "grey": {}}

    op: Literal["grayscale"] = "grayscale"
    amount: Annotated[float, Field(ge=0, le=100)] = 100
    """How far, in percent: 0 leaves the picture as it is, 100 leaves no colour."""

    def commutes_with_scaling(self) -> bool:
        """Every pixel is changed by itself."""
        return True

    def takes_color_out(self) -> bool:
        """Tell whether no colour is left."""
        return self.amount == 100

    def apply(self, picture: Picture) -> Picture:
        """Mix every pixel with its grey."""
        return picture.map(self._change)

    def _change(self, image: Image.Image) -> Image.Image:
        grey = image.convert("LA" if has_alpha(image) else "L")
        if self.amount == 100 or not image.mode.startswith("RGB"):
            return grey
        return Image.blend(image, grey.convert(image.mode), self.amount / 100)
