"""A frame around the picture."""

from typing import Any, ClassVar, Literal

from processing.operation import Operation, Picture, Size
from processing.parameters import Color, Pixels
from processing.pixels import placed


class Border(Operation):
    """Draw a border around the picture, which grows by it on every side."""

    example: ClassVar[dict[str, Any]] = {"op": "border", "width": 4, "color": "white"}

    op: Literal["border"] = "border"
    width: Pixels = 1
    """Width of the border in pixels."""
    color: Color = "#000000ff"
    """Colour of the border."""

    def size_after(self, size: Size) -> Size:
        """Return the size with a border on every side."""
        return Size(size.width + 2 * self.width, size.height + 2 * self.width)

    def apply(self, picture: Picture) -> Picture:
        """Draw it around every frame."""
        after = self.size_after(picture.size)
        return picture.reshaped(lambda image: placed(image, after, self.color), after)
