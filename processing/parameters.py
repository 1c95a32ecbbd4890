"""The words that parameters of operations are made of, and what they come to in pixels."""

import re
import uuid
from collections.abc import Mapping
from difflib import get_close_matches
from fractions import Fraction
from typing import Annotated, Any

from PIL import ImageColor
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

MAX_SIDE = 65535
"""The largest number of pixels any length may name."""


def integral(value: object) -> object:
    """Take 800.0 for 800: JSON has only one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def synonyms(words: Mapping[str, tuple[str, ...]]) -> BeforeValidator:
    """Take, for each word, those that other products use for it, in any case, with - or _."""
    known = {name: word for word, also in words.items() for name in (word, *also)}

    def usual(value: object) -> object:
        if not isinstance(value, str):
            return value
        return known.get(value.lower().replace("_", "-"), value)

    return BeforeValidator(usual)


Pixels = Annotated[int, Field(ge=1, le=MAX_SIDE), BeforeValidator(integral)]
Level = Annotated[int, Field(ge=0, le=255), BeforeValidator(integral)]
Percent = Annotated[float, Field(ge=0, le=100)]
Adjustment = Annotated[float, Field(ge=-100, le=100)]

_PERCENT = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)%")


def _length(value: object, least: int = 0, most: int = 100, also: str = "") -> int | str:
    """Return pixels from `least` on, or percent up to `most`; "0%" only if 0 pixels are allowed."""
    value = integral(value)
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= MAX_SIDE:
        return value
    match = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    share = float(match[1]) if match else -1
    if 0 < share <= most or share == least == 0:
        return f"{share:.8g}%"
    percent = f'from "0%" to "{most}%"' if least == 0 else f'above "0%", at most "{most}%"'
    raise PydanticCustomError(
        "length",
        f"Input should be a number of pixels from {least} to {MAX_SIDE} or a string"
        f" {percent}{also}",
    )


PERCENTAGE = {"type": "string", "format": "percentage", "pattern": rf"^{_PERCENT.pattern}$"}


def _length_schemas(least: int = 0) -> list[dict[str, Any]]:
    return [{"type": "integer", "minimum": least, "maximum": MAX_SIDE}, PERCENTAGE]


Length = Annotated[
    int | str,
    PlainValidator(lambda value: _length(value)),
    WithJsonSchema({"anyOf": _length_schemas()}),
]
Side = Annotated[
    int | str,
    PlainValidator(lambda value: _length(value, least=1, most=1000)),
    WithJsonSchema({"anyOf": _length_schemas(1)}),
]
"""A length that may be larger than the picture, but not nothing."""


def _offset(value: object) -> int | str:
    value = integral(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_SIDE:
        return value
    match = _PERCENT.fullmatch(value.removeprefix("-")) if isinstance(value, str) else None
    if match and float(match[1]) <= 100:
        sign = "-" if match.string != value and float(match[1]) else ""
        return f"{sign}{float(match[1]):g}%"
    raise PydanticCustomError(
        "offset",
        f"Input should be a number of pixels from -{MAX_SIDE} to {MAX_SIDE} or a string from"
        ' "-100%" to "100%"',
    )


Offset = Annotated[
    int | str,
    PlainValidator(_offset),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": -MAX_SIDE, "maximum": MAX_SIDE},
                {"type": "string", "format": "percentage", "pattern": rf"^-?{_PERCENT.pattern}$"},
            ]
        }
    ),
]
"""A Length that may be negative."""


def _radius(value: object) -> int | str:
    return "max" if value == "max" else _length(value, also=' or "max"')


Radius = Annotated[
    int | str,
    PlainValidator(_radius),
    WithJsonSchema({"anyOf": [*_length_schemas(), {"enum": ["max"]}]}),
]


def pixels(length: int | str, whole: int) -> Fraction:
    """Return a Length, Side or Offset in pixels of a side of `whole` pixels, not yet rounded."""
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
    near = get_close_matches(name, ImageColor.colormap, 1)
    raise PydanticCustomError(
        "color",
        'Input should be "#rgb", "#rgba", "#rrggbb", "#rrggbbaa", "transparent" or a CSS name'
        "{such_as}",
        {"such_as": f' such as "{near[0]}"' if near else ""},
    )


Color = Annotated[
    str,
    Field(max_length=40, json_schema_extra={"format": "color"}),
    AfterValidator(_color),
]


def _solid(color: str) -> str:
    if not color.endswith("ff"):
        raise PydanticCustomError("solid_color", "Input should be a colour without transparency")
    return color


SolidColor = Annotated[Color, AfterValidator(_solid)]


def rgba(color: str) -> tuple[int, int, int, int]:
    """Return the four bytes of a validated Color."""
    red, green, blue, alpha = bytes.fromhex(color[1:])
    return red, green, blue, alpha


_IMAGE_ID = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){4}[0-9a-f]{8}", re.IGNORECASE)


def _image_id(value: str) -> str:
    if not _IMAGE_ID.fullmatch(value):
        raise PydanticCustomError("image_id", "Input should be the id of one of your images")
    return str(uuid.UUID(value))


ImageId = Annotated[
    str, AfterValidator(_image_id), WithJsonSchema({"type": "string", "format": "uuid"})
]


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
