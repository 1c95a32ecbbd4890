"""Cut out a part."""

from fractions import Fraction
from typing import Any, ClassVar, Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from processing.errors import ProcessingError
from processing.gravity import CropGravity, Focal, around, leftover, looks
from processing.operation import Operation, Picture, Size
from processing.parameters import AspectRatio, Length, pixels, ratio, rounded
from processing.saliency import best_part


def edges(name: str, start: Fraction, length: Fraction, whole: int) -> tuple[int, int]:
    """Return where one side of a box begins and ends, in whole pixels, at least one apart."""
    if start < 0 or start >= whole or start + length > whole:
        raise ProcessingError(
            "crop_outside",
            f"The box should lie inside the picture, whose {name} is {whole} px; it reaches from"
            f" {rounded(start)} to {rounded(start + length)}.",
            name,
        )
    first = min(rounded(start), whole - 1)
    return first, max(first + 1, rounded(start + length))


class Crop(Operation):
    """Cut out a part: a box, a size at a gravity, or the largest part of an aspect ratio."""

    example: ClassVar[dict[str, Any]] = {
        "op": "crop",
        "left": 10,
        "top": "25%",
        "width": 200,
        "height": "50%",
    }
    aliases: ClassVar[dict[str, dict[str, Any]]] = {"extract": {}, "cropbox": {}}
    parameter_aliases: ClassVar[dict[str, str]] = {"x": "left", "y": "top"}

    op: Literal["crop"] = "crop"
    left: Length | None = None
    """Distance of the box from the left edge, in pixels or percent of the width."""
    top: Length | None = None
    """Distance of the box from the top edge, in pixels or percent of the height."""
    width: Length | None = None
    """Width of the part, in pixels or percent."""
    height: Length | None = None
    """Height of the part, in pixels or percent."""
    aspect_ratio: AspectRatio | None = None
    """Shape of the part, such as "16:9", instead of a width and height."""
    gravity: CropGravity = "center"
    """Where the part lies when left and top are not given: smart, entropy and attention look for \
the part worth keeping."""
    focal_x: Focal = None
    """For gravity focal: how far right in the picture the part has its centre, from 0 to 1."""
    focal_y: Focal = None
    """For gravity focal: how far down in the picture the part has its centre, from 0 to 1."""

    @model_validator(mode="after")
    def _is_one_of_three(self) -> "Crop":
        placed = self.left is not None or self.top is not None
        sized = self.width is not None and self.height is not None
        if self.aspect_ratio is not None:
            if placed or self.width is not None or self.height is not None:
                raise PydanticCustomError(
                    "ambiguous_crop", "aspect_ratio goes with gravity, not with a box"
                )
        elif not sized:
            raise PydanticCustomError(
                "missing_size", "crop needs a width and a height, or an aspect_ratio"
            )
        elif placed and self.gravity != "center":
            raise PydanticCustomError(
                "ambiguous_crop", "crop takes either left and top or a gravity, not both"
            )
        if self.width in (0, "0%") or self.height in (0, "0%"):
            raise PydanticCustomError("length", "width and height should be above 0")
        return self

    def box(self, size: Size) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom in a picture of this size.

        The box of a gravity that looks at pixels lies at the centre: only its size is right.
        """
        if self.aspect_ratio is not None:
            shape = ratio(self.aspect_ratio)
            width = min(Fraction(size.width), size.height * shape)
            height = min(Fraction(size.height), size.width / shape)
            width, height = Fraction(max(1, rounded(width))), Fraction(max(1, rounded(height)))
        else:
            width = pixels(self.width or 0, size.width)
            height = pixels(self.height or 0, size.height)
        if self.left is not None or self.top is not None:
            left = pixels(self.left or 0, size.width)
            top = pixels(self.top or 0, size.height)
        elif self.gravity == "focal":
            left = around(self.focal_x or 0, width, size.width)
            top = around(self.focal_y or 0, height, size.height)
        else:
            across, down = leftover(self.gravity)
            left, top = (size.width - width) * across, (size.height - height) * down
        x, right = edges("width", left, width, size.width)
        y, bottom = edges("height", top, height, size.height)
        return x, y, right, bottom

    def size_after(self, size: Size) -> Size:
        """Return the size of the box; raises ProcessingError when it leaves the picture."""
        left, top, right, bottom = self.box(size)
        return Size(right - left, bottom - top)

    def apply(self, picture: Picture) -> Picture:
        """Cut every frame."""
        left, top, right, bottom = box = self.box(picture.size)
        if looks(self.gravity):
            x, y, _, _ = best_part(picture, box, self.gravity)
            box = (round(x), round(y), round(x) + right - left, round(y) + bottom - top)
        return picture.reshaped(lambda image: image.crop(box), Size(right - left, bottom - top))
