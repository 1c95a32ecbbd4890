"""What an operation is, and the picture it works on."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, NamedTuple

from PIL import Image
from pydantic import BaseModel, ConfigDict


class Size(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int


Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels."""

# Every transposition is some of three, in this order: mirror, flip, swap the axes.
MIRRORING = {
    Image.Transpose.FLIP_LEFT_RIGHT,
    Image.Transpose.ROTATE_180,
    Image.Transpose.ROTATE_90,
    Image.Transpose.TRANSVERSE,
}
FLIPPING = {
    Image.Transpose.FLIP_TOP_BOTTOM,
    Image.Transpose.ROTATE_180,
    Image.Transpose.ROTATE_270,
    Image.Transpose.TRANSVERSE,
}
SWAPPING = {
    Image.Transpose.TRANSPOSE,
    Image.Transpose.TRANSVERSE,
    Image.Transpose.ROTATE_90,
    Image.Transpose.ROTATE_270,
}


@dataclass(frozen=True)
class Frame:
    """One picture of an animation, shown for `duration` milliseconds."""

    image: Image.Image
    duration: float = 0


@dataclass(frozen=True)
class Picture:
    """An upright sRGB picture on its way through a pipeline; nothing changes it in place.

    Frames are of equal size and in mode L, LA, RGB or RGBA. `size` is the size the picture counts
    as. Until the first resize its frames may hold fewer pixels, when decoding shrank them; the
    picture is then what lies in `part` of them, the last row and column being filled in part.
    """

    frames: tuple[Frame, ...]
    size: Size
    format: str
    """Format of the source: "jpeg", "png" ..."""
    plays: int = 0
    """How often an animation plays; 0 is for ever."""
    exif: bytes = b""
    xmp: bytes = b""
    icc: bytes = b""
    """Profile of the space the pixels are in; sRGB where there is none."""
    part: Box | None = None
    """None is the whole of the frames."""
    images: Mapping[str, "Picture"] = field(default_factory=dict)
    """The other pictures that operations name in `images()`, by id."""

    def map(self, change: Callable[[Image.Image], Image.Image]) -> "Picture":
        """Return the picture with the colours of every frame changed, but no pixel moved."""
        frames = tuple(Frame(change(frame.image), frame.duration) for frame in self.frames)
        return replace(self, frames=frames)

    def reshaped(self, change: Callable[[Image.Image], Image.Image], size: Size) -> "Picture":
        """Return the picture with every frame changed into one of this size."""
        return replace(self.map(change), size=size, part=None)

    def transposed(self, how: Image.Transpose) -> "Picture":
        """Return the picture with its rows and columns in another order."""
        part, size = self.part, self.size
        if part is not None:
            part = _transposed(part, self.frames[0].image.size, how)
        if how in SWAPPING:
            size = Size(size.height, size.width)
        return replace(self.map(lambda image: image.transpose(how)), size=size, part=part)

    def first(self) -> "Picture":
        """Return the still picture of the first frame."""
        return replace(self, frames=self.frames[:1])


def _transposed(box: Box, size: tuple[int, int], how: Image.Transpose) -> Box:
    left, top, right, bottom = box
    if how in MIRRORING:
        left, right = size[0] - right, size[0] - left
    if how in FLIPPING:
        top, bottom = size[1] - bottom, size[1] - top
    return (top, left, bottom, right) if how in SWAPPING else (left, top, right, bottom)


class Operation(BaseModel):
    """One step on the pixels; its fields are its parameters."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )

    op: str
    example: ClassVar[dict[str, Any]]
    aliases: ClassVar[dict[str, dict[str, Any]]] = {}
    """Other names that clients may use, each with the parameters that it implies."""
    parameter_aliases: ClassVar[dict[str, str]] = {}
    """Other names of parameters."""
    exact: ClassVar[bool] = True
    """Whether `size_after` is the size; if not, only pixels can tell, and it is the most."""

    def size_after(self, size: Size) -> Size:
        """Return the size of the result, by sums alone; raises ProcessingError where none fits."""
        return size

    def commutes_with_scaling(self) -> bool:
        """Tell whether scaling before this step gives the same as scaling after it."""
        return False

    def treats_bands_alike(self) -> bool:
        """Tell whether taking the colour out before this step gives the same as after it."""
        return False

    def takes_color_out(self) -> bool:
        """Tell whether a picture comes out as if it had come in grey."""
        return False

    def spare(self, size: Size) -> float:
        """Return how many times smaller a picture of this size may come in, with nothing lost."""
        del size
        return 1.0

    def images(self) -> tuple[str, ...]:
        """Return the ids of the other pictures it needs; `apply` finds them in `Picture.images`."""
        return ()

    def spare_in(self, image: Size, size: Size) -> float:
        """Return how many times smaller such another picture may come in, for one of this size."""
        del image, size
        return 1.0

    @abstractmethod
    def apply(self, picture: Picture) -> Picture:
        """Return the changed picture; the given one stays as it is."""
