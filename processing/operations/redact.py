"""Make regions unrecognisable."""

from math import ceil, floor
from typing import Annotated, Any, ClassVar, Literal

from PIL import Image
from pydantic import AfterValidator, BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from processing.errors import ProcessingError
from processing.operation import Operation, Picture, Size
from processing.parameters import Color, Length, pixels
from processing.pixels import able_to_hold, canvas

# How much is left of a region: so few colours along its longer side, none of a smaller block.
BLOCKS = 8
SMALLEST_BLOCK = 8
MOST_REGIONS = 100


class Region(BaseModel):
    """A rectangle of the displayed picture."""

    model_config = Operation.model_config

    left: Length
    """Distance from the left edge, in pixels or percent of the width."""
    top: Length
    """Distance from the top edge, in pixels or percent of the height."""
    width: Length
    """Width, in pixels or percent."""
    height: Length
    """Height, in pixels or percent."""

    @model_validator(mode="after")
    def _is_not_empty(self) -> "Region":
        if self.width in (0, "0%") or self.height in (0, "0%"):
            raise PydanticCustomError("length", "width and height should be above 0")
        return self

    def box(self, size: Size) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom of every pixel that it touches, inside the picture."""
        left, top = pixels(self.left, size.width), pixels(self.top, size.height)
        right = left + pixels(self.width, size.width)
        bottom = top + pixels(self.height, size.height)
        return floor(left), floor(top), min(ceil(right), size.width), min(ceil(bottom), size.height)


def some(regions: tuple[Region, ...]) -> tuple[Region, ...]:
    """Refuse an empty list; pydantic's own check would also count wrong items as missing ones."""
    if not regions:
        raise PydanticCustomError("too_short", "Input should have at least one region")
    return regions


class Redact(Operation):
    """Make regions of every frame unrecognisable."""

    example: ClassVar[dict[str, Any]] = {
        "op": "redact",
        "regions": [{"left": "10%", "top": "20%", "width": "30%", "height": "15%"}],
    }
    aliases: ClassVar[dict[str, dict[str, Any]]] = {"blur_areas": {"mode": "blur"}}

    op: Literal["redact"] = "redact"
    # JSON has lists only, which a strict tuple refuses.
    regions: Annotated[
        tuple[Region, ...],
        Field(strict=False, max_length=MOST_REGIONS, json_schema_extra={"minItems": 1}),
        AfterValidator(some),
    ]
    """Rectangles: left, top, width and height, in pixels or percent of the displayed picture."""
    mode: Literal["solid", "pixelate", "blur"] = "solid"
    """What is left of a region: one colour; or eight colours along its longer side at most, as \
squares or as a blur. Only solid leaves nothing to guess from."""
    color: Color = "#000000ff"
    """Colour of mode solid. It replaces what was there, also where it is transparent."""

    def size_after(self, size: Size) -> Size:
        """Return the same size; raises ProcessingError when a region lies outside the picture."""
        for number, region in enumerate(self.regions):
            left, top, right, bottom = region.box(size)
            if left >= right or top >= bottom:
                raise ProcessingError(
                    "region_outside",
                    f"A region should lie inside the picture, which is {size.width}x{size.height};"
                    f" this one begins {left} px from the left and {top} px from the top.",
                    f"regions.{number}",
                )
        return size

    def apply(self, picture: Picture) -> Picture:
        """Cover the regions of every frame."""
        boxes = [region.box(picture.size) for region in self.regions]

        def change(image: Image.Image) -> Image.Image:
            result = able_to_hold(image, self.color) if self.mode == "solid" else image.copy()
            for box in boxes:
                result.paste(self._covered(result.crop(box)), box)
            return result

        return picture.map(change)

    def _covered(self, part: Image.Image) -> Image.Image:
        size = Size(*part.size)
        if self.mode == "solid":
            return canvas(part, size, self.color)
        block = max(SMALLEST_BLOCK, ceil(max(size) / BLOCKS))
        coarse = part.reduce(block)
        smooth = self.mode == "blur"
        resampling = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
        enlarged = coarse.resize((coarse.width * block, coarse.height * block), resampling)
        return enlarged.crop((0, 0, *size))
