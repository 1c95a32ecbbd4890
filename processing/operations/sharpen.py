"""Bring out edges."""

from typing import Annotated, Any, ClassVar, Literal

from PIL import Image, ImageFilter
from pydantic import BeforeValidator, Field

from processing.operation import Operation, Picture
from processing.parameters import integral
from processing.pixels import premultiplied


class Sharpen(Operation):
    """Bring out edges with an unsharp mask."""

    example: ClassVar[dict[str, Any]] = {"op": "sharpen", "sigma": 1, "amount": 120}
    aliases: ClassVar[dict[str, dict[str, Any]]] = {"unsharp_mask": {}}

    op: Literal["sharpen"] = "sharpen"
    sigma: Annotated[float, Field(ge=0.1, le=10)] = 1
    """Width of the edges brought out: standard deviation of the mask, in pixels."""
    amount: Annotated[int, Field(ge=0, le=500), BeforeValidator(integral)] = 100
    """How much of the difference to the blurred picture is added, in percent."""
    threshold: Annotated[int, Field(ge=0, le=255), BeforeValidator(integral)] = 3
    """Smallest difference, in levels of 255, that counts as an edge."""

    def apply(self, picture: Picture) -> Picture:
        """Sharpen every frame."""
        mask = ImageFilter.UnsharpMask(self.sigma, self.amount, self.threshold)

        def change(image: Image.Image) -> Image.Image:
            return premultiplied(image, lambda bands: bands.filter(mask))

        return picture.map(change)
