"""Large squares instead of pixels."""

from typing import Annotated, Any, ClassVar, Literal

from PIL import Image
from pydantic import BeforeValidator, Field

from processing.operation import Operation, Picture
from processing.parameters import integral


class Pixelate(Operation):
    """Turn the picture into squares, each of one colour: the mean of what it covers."""

    example: ClassVar[dict[str, Any]] = {"op": "pixelate", "size": 8}

    op: Literal["pixelate"] = "pixelate"
    size: Annotated[int, Field(ge=2, le=256), BeforeValidator(integral)] = 10
    """Side of a square in pixels, counted from the top left."""

    def apply(self, picture: Picture) -> Picture:
        """Average every square."""

        def change(image: Image.Image) -> Image.Image:
            # This weighs pixels by their alpha.
            squares = image.reduce(self.size)
            whole = (squares.width * self.size, squares.height * self.size)
            enlarged = squares.resize(whole, Image.Resampling.NEAREST)
            return enlarged.crop((0, 0, *image.size))

        return picture.map(change)
