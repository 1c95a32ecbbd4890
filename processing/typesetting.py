"""From a text to lines of a font, and to the pixels they cover."""

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import ceil, floor
from typing import Literal

from PIL import Image, ImageDraw, features
from PIL.ImageFont import FreeTypeFont, Layout

from processing import fonts
from processing.errors import ProcessingError
from processing.operation import Box, Size

Align = Literal["left", "center", "right"]
SHARES = {"left": 0.0, "center": 0.5, "right": 1.0}
"""Which share of the spare room of a line stays left of it."""

RIGHT_TO_LEFT = {"R", "AL"}
BIDIRECTIONAL = RIGHT_TO_LEFT | {"AN", "RLE", "RLO", "RLI"}
"""Classes of characters that make a text run from right to left, or part of it."""

VARIATION_SELECTORS = {chr(code) for code in range(0xFE00, 0xFE10)}
"""Marks that are never seen; the last one makes a sign an emoji."""


def is_mark(character: str) -> bool:
    """Tell whether a character belongs to the one before it, as an accent of its own does."""
    return unicodedata.category(character).startswith("M")


def needs_shaping(text: str) -> bool:
    """Tell whether one letter after the other, from left to right, would be wrong."""
    return any(
        unicodedata.bidirectional(one) in BIDIRECTIONAL
        or (is_mark(one) and one not in VARIATION_SELECTORS)
        for one in text
    )


def direction(text: str) -> str:
    """Return the direction of a text, as its first letter has it: "ltr" or "rtl"."""
    strong = (unicodedata.bidirectional(character) for character in text)
    first = next((one for one in strong if one in RIGHT_TO_LEFT | {"L"}), "L")
    return "ltr" if first == "L" else "rtl"


# --- Lines -----------------------------------------------------------------------------------


def wrapped(text: str, room: float, length: Callable[[str], float]) -> Iterator[str]:
    """Yield the lines of a text, none longer than the room: broken at spaces.

    A word that is longer by itself is broken anywhere, and has one character a line at least.
    `length` measures a line; it is asked for little more than what fits on one.
    """
    for paragraph in text.split("\n"):
        rest = paragraph.rstrip(" ")
        while (end := _fitting(rest, room, length)) < len(rest):
            if rest[end] != " ":
                space = rest.rfind(" ", 0, end)
                end = space if rest[:space].strip(" ") and space > 0 else _whole(rest, end)
            yield rest[:end].rstrip(" ")
            rest = rest[end:].lstrip(" ")
        yield rest


def _fitting(text: str, room: float, length: Callable[[str], float]) -> int:
    """Return how many characters of the text fit, at least one.

    Twice as many are tried each time: the work grows with what fits, not with what is there.
    """
    most = 1
    while most < len(text) and length(text[:most]) <= room:
        most *= 2
    if most >= len(text) and length(text) <= room:
        return len(text)
    least = max(1, most // 2)
    longer = range(least + 1, min(most, len(text)) + 1)
    return least + bisect_right(longer, room, key=lambda end: length(text[:end]))


def _whole(text: str, end: int) -> int:
    """Return the last place up to `end`, or else the first after it, where no mark follows."""
    for place in range(end, 0, -1):
        if not is_mark(text[place]):
            return place
    return next((at for at in range(end, len(text)) if not is_mark(text[at])), len(text))


# --- Blocks ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Style:
    """How a text is set. Lengths are in pixels."""

    font: str
    """A name that `fonts` knows."""
    size: int
    pitch: int
    """From one baseline to the next."""
    align: Align
    stroke: int
    """Width of the line around every letter."""


@dataclass(frozen=True)
class Line:
    """One line and where it begins on its baseline, from the top left of the block."""

    text: str
    x: int
    y: int


@dataclass(frozen=True)
class Block:
    """Lines and the size of what they cover, stroke included: sums, no pixels yet."""

    lines: tuple[Line, ...]
    size: Size
    font: FreeTypeFont
    direction: str | None

    def mask(self, stroke: int) -> Image.Image:
        """Return how much of each pixel the letters and a stroke around them cover, 0 to 255."""
        mask = Image.new("L", self.size)
        draw = ImageDraw.Draw(mask)
        for line in self.lines:
            draw.text(
                (line.x, line.y),
                line.text,
                fill=255,
                font=self.font,
                anchor="ls",
                direction=self.direction,
                stroke_width=stroke,
            )
        return mask


def typeset(text: str, style: Style, room: Size) -> Block:
    """Return a text set in lines no wider than the room.

    Lines beyond its height are left out: the block is then higher than the room. Raises
    ProcessingError where the font is missing or damaged or the text cannot be set on this machine.
    """
    layout, way = _layout(text)
    font = fonts.opened(style.font, style.size, layout)

    def length(line: str) -> float:
        return font.getlength(line, direction=way)

    with fonts.reading(style.font):
        most = max(0, room.height) // style.pitch + 2
        texts = list(islice(wrapped(text, room.width - 2 * style.stroke, length), most))
        lengths = [length(line) for line in texts]
        share = SHARES[style.align]
        lines = [
            Line(line, floor((max(lengths) - width) * share), number * style.pitch)
            for number, (line, width) in enumerate(zip(texts, lengths, strict=True))
        ]
        left, top, right, bottom = _bounds(lines, max(lengths), style.stroke, font, way)
    moved = (Line(line.text, line.x - left, line.y - top) for line in lines)
    return Block(tuple(moved), Size(right - left, bottom - top), font, way)


def _bounds(
    lines: Sequence[Line], width: float, stroke: int, font: FreeTypeFont, way: str | None
) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of lines that stand on their baselines.

    They are as high as the font says it is, whatever the letters, unless some reach beyond.
    """
    ascent, descent = font.getmetrics()
    boxes: list[Box] = [(0.0, -ascent - stroke, width, lines[-1].y + descent + stroke)]
    for line in lines:
        ink = font.getbbox(line.text, direction=way, stroke_width=stroke, anchor="ls")
        boxes.append((line.x + ink[0], line.y + ink[1], line.x + ink[2], line.y + ink[3]))
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return floor(min(lefts)), floor(min(tops)), ceil(max(rights)), ceil(max(bottoms))


def _layout(text: str) -> tuple[Layout, str | None]:
    """Return the engine that lays a text out, and its direction.

    Pillow's own is the same everywhere. Raqm, the better one, is there only where the system has
    libfribidi: it is asked where there is no other way, so that no result depends on the machine.
    """
    if not needs_shaping(text):
        return Layout.BASIC, None
    require_shaper()
    return Layout.RAQM, direction(text)


def require_shaper() -> None:
    """Raise ProcessingError where texts that need shaping cannot be set."""
    if not features.check("raqm"):
        raise ProcessingError(
            "text_needs_shaping",
            "The text has letters that run from right to left or marks that join them; this server"
            " can set it once libfribidi is installed.",
            "text",
        )
