"""Soften."""

from typing import Annotated, Any, ClassVar, Literal

from PIL import Image, ImageFilter
from pydantic import Field

from processing.operation import Operation, Picture
from processing.pixels import premultiplied


class Blur(Operation):
    """Soften the picture with a Gaussian blur."""

    example: ClassVar[dict[str, Any]] = {"op": "blur", "sigma": 4}

    op: Literal["blur"] = "blur"
    sigma: Annotated[float, Field(ge=0.3, le=100)] = 2
    """Standard deviation of the blur, in pixels."""

    def apply(self, picture: Picture) -> Picture:
        """Blur every frame."""
        blur = ImageFilter.GaussianBlur(self.sigma)

        def change(image: Image.Image) -> Image.Image:
            return premultiplied(image, lambda bands: bands.filter(blur))

        return picture.map(change)
