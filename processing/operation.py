"""What an operation is, and the words its parameters are made of."""

import re
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from PIL import Image, ImageColor
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

MAX_SIDE = 65535
"""The largest number of pixels any length may name."""


class Size(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int


Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels."""

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
"""Every transposition is some of three, in this order: mirror, flip, swap the axes."""


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
    part: Box | None = None
    """None is the whole of the frames."""

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

    def size_after(self, size: Size) -> Size:
        """Return the size of the result, by sums alone; raises ProcessingError where none fits."""
        return size

    def commutes_with_scaling(self) -> bool:
        """Tell whether scaling before this step gives the same as scaling after it."""
        return False

    def spare(self, size: Size) -> float:
        """Return how many times smaller a picture of this size may come in, with nothing lost."""
        del size
        return 1.0

    @abstractmethod
    def apply(self, picture: Picture) -> Picture:
        """Return the changed picture; the given one stays as it is."""


# --- Types of parameters ---------------------------------------------------------------------


def integral(value: object) -> object:
    """Take 800.0 for 800: JSON has only one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Pixels = Annotated[int, Field(ge=1, le=MAX_SIDE), BeforeValidator(integral)]

_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)%")


def _length(value: object) -> int | str:
    value = integral(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_SIDE:
        return value
    match = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if match and float(match[1]) <= 100:
        return f"{float(match[1]):g}%"
    raise PydanticCustomError(
        "length",
        f'Input should be a number of pixels from 0 to {MAX_SIDE} or a string from "0%" to "100%"',
    )


Length = Annotated[
    int | str,
    PlainValidator(_length),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": MAX_SIDE},
                {"type": "string", "format": "percentage", "pattern": rf"^{_PERCENT.pattern}$"},
            ]
        }
    ),
]


def pixels(length: int | str, whole: int) -> Fraction:
    """Return a Length in pixels of a side of `whole` pixels, not yet rounded."""
    if isinstance(length, int):
        return Fraction(length)
    return Fraction(length.rstrip("%")) * whole / 100


def rounded(value: Fraction) -> int:
    """Return the nearest whole number, halves upwards."""
    return int(value + Fraction(1, 2)) if value >= 0 else -int(-value + Fraction(1, 2))


def _color(value: str) -> str:
    name = value.strip().lower()
    if name == "transparent":
        return "#00000000"
    if name.startswith("#") or name in ImageColor.colormap:
        try:
            color = ImageColor.getrgb(name)
        except ValueError:
            pass
        else:
            return "#" + bytes((*color, 255)[:4]).hex()
    raise PydanticCustomError(
        "color",
        'Input should be "#rgb", "#rgba", "#rrggbb", "#rrggbbaa", a CSS name or "transparent"',
    )


Color = Annotated[
    str,
    Field(max_length=40, json_schema_extra={"format": "color"}),
    AfterValidator(_color),
]


def rgba(color: str) -> tuple[int, int, int, int]:
    """Return the four bytes of a validated Color."""
    red, green, blue, alpha = bytes.fromhex(color[1:])
    return red, green, blue, alpha


Gravity = Literal[
    "center",
    "north",
    "northeast",
    "east",
    "southeast",
    "south",
    "southwest",
    "west",
    "northwest",
]


def leftover(gravity: Gravity) -> tuple[Fraction, Fraction]:
    """Return which share of the spare room stays left of, and above, what is placed."""
    half = Fraction(1, 2)
    across = Fraction(0) if "west" in gravity else Fraction(1) if "east" in gravity else half
    down = Fraction(0) if "north" in gravity else Fraction(1) if "south" in gravity else half
    return across, down


_RATIO = r"^\d{1,5}(\.\d{1,4})?:\d{1,5}(\.\d{1,4})?$"


def _ratio(value: str) -> str:
    width, height = (Fraction(part) for part in value.split(":"))
    if not width or not height:
        raise PydanticCustomError("ratio", "Both sides of a ratio should be above 0")
    return value


AspectRatio = Annotated[
    str,
    Field(pattern=_RATIO, json_schema_extra={"format": "ratio"}),
    AfterValidator(_ratio),
]


def ratio(value: str) -> Fraction:
    """Return width / height of a validated AspectRatio such as "16:9"."""
    width, height = value.split(":")
    return Fraction(width) / Fraction(height)


# --- Pixels ----------------------------------------------------------------------------------


def has_alpha(image: Image.Image) -> bool:
    """Tell whether the frame has an alpha channel."""
    return image.mode in ("LA", "RGBA")


def premultiplied(image: Image.Image, change: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """Change an image while transparent pixels weigh nothing, so that no halo appears."""
    if not has_alpha(image):
        return change(image)
    return change(image.convert({"LA": "La", "RGBA": "RGBa"}[image.mode])).convert(image.mode)


def able_to_hold(image: Image.Image, color: str) -> Image.Image:
    """Return the image in the smallest mode that holds both its pixels and the colour."""
    red, green, blue, alpha = rgba(color)
    mode = "RGB" if image.mode.startswith("RGB") or not red == green == blue else "L"
    return image.convert(mode + "A" if has_alpha(image) or alpha < 255 else mode)


def canvas(image: Image.Image, size: Size, color: str) -> Image.Image:
    """Return a new image of one colour, in the mode of the given one."""
    red, green, blue, alpha = rgba(color)
    inks: dict[str, float | tuple[float, ...]] = {
        "L": red,
        "LA": (red, alpha),
        "RGB": (red, green, blue),
        "RGBA": (red, green, blue, alpha),
    }
    return Image.new(image.mode, size, inks[image.mode])


def placed(image: Image.Image, size: Size, color: str, gravity: Gravity = "center") -> Image.Image:
    """Return the image on a canvas of this size: cut where it is larger, coloured where smaller."""
    across, down = leftover(gravity)
    at = (
        rounded((size.width - image.width) * across),
        rounded((size.height - image.height) * down),
    )
    image = able_to_hold(image, color)
    result = canvas(image, size, color)
    result.paste(image, at)
    return result
