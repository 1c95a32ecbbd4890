"""Another of your images, laid on."""

from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal

from PIL import Image
from pydantic import Field

from processing.operation import Picture, Size
from processing.overlay import Opacity, Overlay
from processing.parameters import ImageId, rounded
from processing.pixels import REDUCING_GAP


class Watermark(Overlay):
    """Lay another of your images on every frame."""

    example: ClassVar[dict[str, Any]] = {
        "op": "watermark",
        "image": "8f14e45f-ceea-467f-a0e6-1c8b8f2d3c4a",
        "opacity": 0.6,
        "offset_x": "2%",
        "offset_y": "2%",
    }
    aliases: ClassVar[dict[str, dict[str, Any]]] = {"overlay": {}, "watermark_image": {}}

    op: Literal["watermark"] = "watermark"
    image: ImageId
    """Id of the image; of an animation it is the first frame. This makes no image live longer: \
upload a logo with `keep`."""
    scale: Annotated[float, Field(ge=0.01, le=1)] = 0.2
    """Its width as a share of the picture's; it keeps its shape, and is never higher than the \
picture. A small image is enlarged."""
    opacity: Opacity = 0.5
    """From 0, invisible, to 1, as solid as it is."""

    def images(self) -> tuple[str, ...]:
        """Return the one."""
        return (self.image,)

    def size_in(self, image: Size, size: Size) -> Size:
        """Return how large an image of the one size lies on a picture of the other."""
        by = min(
            Fraction(self.scale) * size.width / image.width, Fraction(size.height, image.height)
        )
        return Size(max(1, rounded(image.width * by)), max(1, rounded(image.height * by)))

    def spare_in(self, image: Size, size: Size) -> float:
        """Return by how much the image is denser than what is seen of it."""
        laid = self.size_in(image, size)
        return max(1.0, min(image.width / laid.width, image.height / laid.height))

    def apply(self, picture: Picture) -> Picture:
        """Lay the image, scaled, on every frame."""
        mark = picture.images[self.image]
        scaled = mark.frames[0].image.resize(
            self.size_in(mark.size, picture.size),
            Image.Resampling.LANCZOS,
            mark.part,
            REDUCING_GAP,
        )
        return self.stamped(picture, scaled)
