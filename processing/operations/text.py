"""Words on the picture."""

import unicodedata
from fractions import Fraction
from functools import reduce
from typing import Annotated, Any, ClassVar, Literal

from PIL import Image
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from processing import fonts
from processing.errors import LimitExceeded
from processing.gravity import leftover
from processing.operation import Picture, Size
from processing.overlay import Overlay
from processing.parameters import PERCENTAGE, Color, Length, integral, pixels, rgba, rounded
from processing.pixels import able_to_hold, canvas, turned_size
from processing.typesetting import Align, Block, Style, needs_shaping, require_shaper, typeset

MOST_CHARACTERS = 1000
MOST_PIXELS = 1000
"""Of a letter's height."""


def clean(text: str) -> str:
    """Return the text in its composed form, with "\\n" for every line break and spaces for tabs."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = unicodedata.normalize("NFC", text)
    if len(text) > MOST_CHARACTERS:
        # A few letters become longer by being composed.
        raise PydanticCustomError(
            "string_too_long",
            "Input should have at most {most} characters",
            {"most": MOST_CHARACTERS},
        )
    if any(unicodedata.category(one) == "Cc" for one in text.replace("\n", "")):
        raise PydanticCustomError(
            "control_character", "Input should have no control characters but line breaks and tabs"
        )
    if not text.strip():
        raise PydanticCustomError("blank_text", "Input should have letters, not only spaces")
    return text


def some(length: int | str) -> int | str:
    """Refuse a length of nothing."""
    if length in (0, "0%"):
        raise PydanticCustomError("length", "Input should be above 0")
    return length


def moderate(length: int | str) -> int | str:
    """Refuse letters of more pixels than anybody needs."""
    if isinstance(length, int) and length > MOST_PIXELS:
        raise PydanticCustomError("length", f"Input should be at most {MOST_PIXELS} pixels")
    return length


LetterSize = Annotated[
    Length,
    AfterValidator(some),
    AfterValidator(moderate),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 1, "maximum": MOST_PIXELS}, PERCENTAGE]}
    ),
]


FontName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=100,
        pattern=r"^[^\x00-\x1f\x7f/\\]+$",
        json_schema_extra={"format": "font"},
    ),
]


class Text(Overlay):
    """Write words on every frame; lines are broken where the picture ends."""

    example: ClassVar[dict[str, Any]] = {
        "op": "text",
        "text": "Ada Lovelace",
        "size": "8%",
        "stroke_width": 1,
        "offset_x": 10,
        "offset_y": 10,
    }

    aliases: ClassVar[dict[str, dict[str, Any]]] = {"watermark_text": {}}
    parameter_aliases: ClassVar[dict[str, str]] = {"font_size": "size", "font_color": "color"}

    op: Literal["text"] = "text"
    text: Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS), AfterValidator(clean)]
    """What is written. Line breaks stay; more come where a line is full."""
    font: FontName = fonts.DEFAULT
    """Name of a font: DejaVuSans, DejaVuSans-Bold, or one that the operator has added."""
    size: LetterSize = 32
    """Size of the letters, in pixels up to 1000 or percent of the picture's height."""
    color: Color = "#ffffffff"
    """Colour of the letters."""
    stroke_width: Annotated[int, Field(ge=0, le=100), BeforeValidator(integral)] = 0
    """Width of a line around every letter, in pixels."""
    stroke_color: Color = "#000000ff"
    """Colour of that line, which lies below the letters."""
    background: Color = "#00000000"
    """Colour of a box behind the text."""
    padding: Annotated[int, Field(ge=0, le=1000), BeforeValidator(integral)] = 0
    """Room between the text and the edges of its box, in pixels."""
    align: Align = "left"
    """Where lines lie that are shorter than the longest."""
    max_width: Annotated[Length, AfterValidator(some)] = "100%"
    """The most that the box may be wide, in pixels or percent of the picture's width. Lines are \
broken there, between words or, if need be, inside one; and where the picture ends in any case."""
    line_spacing: Annotated[float, Field(ge=0.5, le=5)] = 1.2
    """From one line to the next, as a multiple of the size."""

    def size_after(self, size: Size) -> Size:
        """Return the same size; raises ProcessingError for a text or font that cannot be set."""
        if needs_shaping(self.text):
            # Its sums may take half a second of ill will: `apply` does them, where time is limited.
            fonts.file_of(self.font)
            require_shaper()
        else:
            self._block(size)
        return size

    def apply(self, picture: Picture) -> Picture:
        """Draw the text once, and lay it on every frame."""
        return self.stamped(picture, self._mark(self._block(picture.size)))

    def _block(self, size: Size) -> Block:
        """Return the text as it is set on a picture of this size; raises when it is too large."""
        room = self._room(size)
        sideways = self.tile == "none" and self.rotate % 180 == 90
        upright = Size(room.height, room.width) if sideways else room
        most = min(upright.width, rounded(pixels(self.max_width, size.width)))
        letter = max(1, rounded(pixels(self.size, size.height)))
        style = Style(
            font=self.font,
            size=letter,
            pitch=max(1, round(letter * self.line_spacing)),
            align=self.align,
            stroke=self.stroke_width,
        )
        around = 2 * self.padding
        block = typeset(self.text, style, Size(most - around, upright.height - around))
        box = Size(block.size.width + around, block.size.height + around)
        needed = box if self.tile == "grid" else turned_size(box, self.rotate)
        if needed.width > room.width or needed.height > room.height:
            raise LimitExceeded(
                "text_too_large",
                f"The text in letters of {letter} px does not fit: there is room for"
                f" {max(0, room.width)}x{max(0, room.height)} px in this picture, which is"
                f" {size.width}x{size.height}. Make it smaller, shorter or wider.",
            )
        return block

    def _room(self, size: Size) -> Size:
        """Return how large the box may be and still lie inside, its distance to the edges kept."""
        if self.tile == "grid":
            return size
        across, down = leftover(self.gravity)
        return Size(
            _inside(size.width, pixels(self.offset_x, size.width), across),
            _inside(size.height, pixels(self.offset_y, size.height), down),
        )

    def _mark(self, block: Block) -> Image.Image:
        """Return the text in its box, with alpha."""
        colors = (self.background, self.stroke_color, self.color)
        pixel = reduce(able_to_hold, colors, Image.new("LA", (1, 1)))
        around = 2 * self.padding
        size = Size(block.size.width + around, block.size.height + around)
        mark = canvas(pixel, size, self.background)
        layers = [(self.stroke_width, self.stroke_color)] if self.stroke_width else []
        for stroke, color in (*layers, (0, self.color)):
            alpha = rgba(color)[3]
            ink = canvas(pixel, block.size, color)
            ink.putalpha(
                block.mask(stroke).point(lambda level, alpha=alpha: round(level * alpha / 255))
            )
            mark.alpha_composite(ink, (self.padding, self.padding))
        return mark


def _inside(side: int, offset: Fraction, share: Fraction) -> int:
    """Return how much of a side is left by an offset; a negative one leads out on purpose."""
    taken = 2 * abs(offset) if share == Fraction(1, 2) else max(Fraction(0), offset)
    return side - rounded(taken)
