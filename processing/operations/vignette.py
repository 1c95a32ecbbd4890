"""Dark corners."""

from typing import Any, ClassVar, Literal

from PIL import Image, ImageChops

from processing.operation import Operation, Picture, Size
from processing.parameters import Percent
from processing.pixels import recolored


def shade(size: Size, share: float) -> Image.Image:
    """Return how dark it gets, 0 to 255: as the square of the distance, `share` in the corners."""

    def profile(length: int) -> bytes:
        places = ((2 * pixel + 1) / length - 1 for pixel in range(length))
        return bytes(round(255 * share * place**2 / 2) for place in places)

    across = Image.frombytes("L", (size.width, 1), profile(size.width))
    down = Image.frombytes("L", (1, size.height), profile(size.height))
    nearest = Image.Resampling.NEAREST
    return ImageChops.add(across.resize(size, nearest), down.resize(size, nearest))


class Vignette(Operation):
    """Darken the picture towards its corners."""

    example: ClassVar[dict[str, Any]] = {"op": "vignette", "amount": 60}

    op: Literal["vignette"] = "vignette"
    amount: Percent = 50
    """How dark the corners get, in percent: 0 leaves the picture as it is, 100 makes them black."""

    def apply(self, picture: Picture) -> Picture:
        """Mix every pixel with black."""
        mask = shade(picture.size, self.amount / 100)

        def change(colors: Image.Image) -> Image.Image:
            return Image.composite(Image.new(colors.mode, colors.size), colors, mask)

        return picture.map(lambda image: recolored(image, change))
