"""Cut off empty borders."""

from typing import Annotated, Any, ClassVar, Literal

from PIL import Image
from pydantic import BeforeValidator, Field

from processing.operation import Operation, Picture, Size
from processing.parameters import MAX_SIDE, Color, Level, integral, rgba
from processing.pixels import able_to_hold

WholeBox = tuple[int, int, int, int]


def corner_color(image: Image.Image) -> str:
    """Return the colour of the top left pixel."""
    pixel = image.crop((0, 0, 1, 1)).convert("RGBA").tobytes()
    return "#" + pixel.hex()


def content(image: Image.Image, color: str, threshold: int) -> WholeBox | None:
    """Return what is left without borders of a colour, or None when nothing is.

    A pixel belongs to the border when no channel differs by more than the threshold; what is
    transparent has no colour to differ.
    """
    image = able_to_hold(image, color)
    red, green, blue, alpha = rgba(color)
    inks = dict(zip("RGBA", (red, green, blue, alpha), strict=True)) | {"L": red}
    bands = image.getbands() if alpha else ("A",)
    found: WholeBox | None = None
    # Band by band, because a picture of the differences would be as large as the picture.
    for band in bands:
        differs = [255 * (abs(level - inks[band]) > threshold) for level in range(256)]
        found = together(found, image.getchannel(band).point(differs).getbbox())
    return found


def together(one: WholeBox | None, other: WholeBox | None) -> WholeBox | None:
    """Return the smallest box that holds both."""
    if one is None or other is None:
        return one or other
    return (*map(min, one[:2], other[:2]), *map(max, one[2:], other[2:]))  # type: ignore[return-value]


class Trim(Operation):
    """Cut off borders of one colour, or of nothing."""

    example: ClassVar[dict[str, Any]] = {"op": "trim", "threshold": 20, "padding": 4}
    exact: ClassVar[bool] = False
    aliases: ClassVar[dict[str, dict[str, Any]]] = {"autocrop": {}}

    op: Literal["trim"] = "trim"
    threshold: Level = 10
    """How much a channel may differ, in levels, and still be border."""
    padding: Annotated[int, Field(ge=0, le=MAX_SIDE), BeforeValidator(integral)] = 0
    """Pixels of the border that stay, as far as there are any."""
    color: Color | None = None
    """Colour of the border; that of the top left corner unless given. Of transparent borders only \
the transparency counts."""

    def apply(self, picture: Picture) -> Picture:
        """Cut every frame to what is left of all of them; a picture of border only stays."""
        color = self.color or corner_color(picture.frames[0].image)
        found: WholeBox | None = None
        for frame in picture.frames:
            found = together(found, content(frame.image, color, self.threshold))
        if found is None:
            return picture
        box = (
            max(0, found[0] - self.padding),
            max(0, found[1] - self.padding),
            min(picture.size.width, found[2] + self.padding),
            min(picture.size.height, found[3] + self.padding),
        )
        size = Size(box[2] - box[0], box[3] - box[1])
        return picture.reshaped(lambda image: image.crop(box), size)
