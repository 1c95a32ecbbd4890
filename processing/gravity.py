"""Where something lies in a picture, or the part that is kept of one."""

from fractions import Fraction
from typing import Annotated, Literal, TypeGuard, get_args

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from processing.parameters import synonyms

Compass = Literal[
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
Looking = Literal["smart", "entropy", "attention"]
"""Where the pixels of a picture say."""
COMPASS: tuple[str, ...] = get_args(Compass)
CHOOSING: tuple[str, ...] = (*get_args(Looking), "focal")
"""The gravities that only make sense for the part that is kept of a picture."""
CROP_GRAVITIES = COMPASS + CHOOSING

_GRAVITIES = synonyms(
    {
        "center": ("centre", "middle"),
        "north": ("n", "top"),
        "northeast": ("ne", "north-east", "top-right"),
        "east": ("e", "right"),
        "southeast": ("se", "south-east", "bottom-right"),
        "south": ("s", "bottom"),
        "southwest": ("sw", "south-west", "bottom-left"),
        "west": ("w", "left"),
        "northwest": ("nw", "north-west", "top-left"),
        **dict.fromkeys(CHOOSING, ()),
    }
)


def _keeps_all(gravity: object) -> object:
    if gravity in CHOOSING:
        raise PydanticCustomError(
            "gravity",
            f'"{gravity}" chooses the part that a crop, or a resize with fit cover, keeps; nothing'
            f" is cut off here, so it should be one of {', '.join(COMPASS)}",
        )
    return gravity


Gravity = Annotated[Compass, BeforeValidator(_keeps_all), _GRAVITIES]
"""Where something is placed."""
CropGravity = Annotated[Literal[Compass, Looking, "focal"], _GRAVITIES]
"""Where the part lies that is kept."""


def looks(gravity: CropGravity) -> TypeGuard[Looking]:
    """Tell whether only pixels can say where this is."""
    return gravity in get_args(Looking)


def leftover(gravity: CropGravity) -> tuple[Fraction, Fraction]:
    """Return which share of the spare room stays left of, and above, what is placed.

    A gravity that is no direction counts as the centre.
    """
    half = Fraction(1, 2)
    across = Fraction(0) if "west" in gravity else Fraction(1) if "east" in gravity else half
    down = Fraction(0) if "north" in gravity else Fraction(1) if "south" in gravity else half
    return across, down


def _focal(value: float | None, info: ValidationInfo) -> float | None:
    if "gravity" not in info.data:
        return value
    is_focal = info.data["gravity"] == "focal"
    if is_focal and value is None:
        raise PydanticCustomError(
            "missing_focal", "gravity focal needs focal_x and focal_y, each from 0 to 1"
        )
    if value is not None and not is_focal:
        raise PydanticCustomError("ambiguous_gravity", "focal_x and focal_y go with gravity focal")
    return value


Focal = Annotated[
    Annotated[float, Field(ge=0, le=1)] | None,
    Field(validate_default=True),
    AfterValidator(_focal),
]
"""A place in the picture, for gravity focal; to be declared after the gravity."""


def around(focal: float, length: Fraction, whole: int) -> Fraction:
    """Return where a part of a side begins: centred on the place, but inside the picture."""
    return min(max(Fraction(str(focal)) * whole - length / 2, Fraction(0)), whole - length)
