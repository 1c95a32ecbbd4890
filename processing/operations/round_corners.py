"""Corners cut round."""

from math import ceil, hypot, sqrt
from typing import Any, ClassVar, Literal

from PIL import Image, ImageChops

from processing.operation import Operation, Picture, Size
from processing.parameters import Radius, pixels, rounded
from processing.pixels import has_alpha

CORNERS = (
    (Image.Transpose.FLIP_LEFT_RIGHT, 1, 0),
    (Image.Transpose.FLIP_TOP_BOTTOM, 0, 1),
    (Image.Transpose.ROTATE_180, 1, 1),
)
"""How the top left corner becomes the three others, and on which side each lies."""


def corner(radius: int) -> Image.Image:
    """Return how much of each pixel the top left quarter of a disc covers, 0 to 255.

    Row by row, because a disc drawn larger and scaled down takes many times the memory.
    """
    rows = bytearray()
    for row in range(radius):
        up = radius - row - 0.5
        # The circle passes through the pixels whose centres are up to half a pixel from it.
        empty, partly = (
            min(radius, max(0, ceil(radius - 0.5 - sqrt(max(0, reach**2 - up**2)))))
            for reach in (radius + 0.5, radius - 0.5)
        )
        away = (hypot(radius - column - 0.5, up) for column in range(empty, partly))
        rows += bytes(empty)
        rows += bytes(round(255 * min(1, max(0, radius + 0.5 - one))) for one in away)
        rows += b"\xff" * (radius - partly)
    return Image.frombytes("L", (radius, radius), bytes(rows))


def rounded_rectangle(size: Size, radius: int) -> Image.Image:
    """Return the alpha of a solid rectangle with round corners."""
    mask = Image.new("L", size, 255)
    if radius:
        quarter = corner(radius)
        mask.paste(quarter)
        for turn, right, bottom in CORNERS:
            at = (right * (size.width - radius), bottom * (size.height - radius))
            mask.paste(quarter.transpose(turn), at)
    return mask


class RoundCorners(Operation):
    """Cut the corners round; what is cut off becomes transparent."""

    example: ClassVar[dict[str, Any]] = {"op": "round_corners", "radius": "10%"}
    aliases: ClassVar[dict[str, dict[str, Any]]] = {"circle": {"radius": "max"}, "mask": {}}

    op: Literal["round_corners"] = "round_corners"
    radius: Radius
    """Radius in pixels or percent of the shorter side; half that side at most, which is "max" and \
makes a square a disc."""

    def apply(self, picture: Picture) -> Picture:
        """Cut every frame."""
        side = min(picture.size)
        most = side // 2
        radius = most if self.radius == "max" else min(most, rounded(pixels(self.radius, side)))
        mask = rounded_rectangle(picture.size, radius)

        def change(image: Image.Image) -> Image.Image:
            alpha = mask
            if has_alpha(image):
                alpha = ImageChops.multiply(mask, image.getchannel("A"))
            cut = image.copy()
            cut.putalpha(alpha)
            return cut

        return picture.map(change)
