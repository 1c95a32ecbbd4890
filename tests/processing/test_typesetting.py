"""typesetting: texts broken into lines, and where these stand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont, features

from processing import fonts
from processing.errors import ProcessingError
from processing.operation import Size
from processing.typesetting import Block, Style, needs_shaping, typeset, wrapped
from tests import pictures

BASIC = ImageFont.Layout.BASIC
HUGE = Size(100_000, 100_000)
raqm = pytest.mark.skipif(not features.check("raqm"), reason="libfribidi is not installed")


def of_one(line: str) -> float:
    """A font whose letters are all 1 px wide."""
    return len(line)


def block(
    text: str, room: Size = HUGE, size: int = 20, stroke: int = 0, font: str = fonts.DEFAULT
) -> Block:
    return typeset(text, Style(font, size, size, "left", stroke), room)


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("one two three", 13, ["one two three"]),
        ("one two three", 12, ["one two", "three"]),
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 6, ["one", "two", "three"]),
        ("one two three", 3, ["one", "two", "thr", "ee"]),
        ("one two three", 0, list("onetwothree")),
        ("one\n\ntwo\n", 9, ["one", "", "two", ""]),
        ("one  two   three  ", 9, ["one  two", "three"]),
        ("  one two", 6, ["  one", "two"]),
        ("      one", 4, ["", "one"]),
        ("one\u00a0two three", 9, ["one\u00a0two", "three"]),
        ("ab\u0301c", 1, ["a", "b\u0301", "c"]),
        ("\u0301\u0301a", 1, ["\u0301\u0301", "a"]),
        ("東京都 渋谷区", 3, ["東京都", "渋谷区"]),
        ("", 5, [""]),
    ],
    ids=ascii,
)
def test_lines_end_between_words_or_else_anywhere(text: str, room: int, lines: list[str]) -> None:
    assert list(wrapped(text, room, of_one)) == lines


@settings(max_examples=100, derandomize=True, deadline=None)
@given(
    st.text(st.sampled_from("abcWil.  \n-ΩЖé"), min_size=1, max_size=80),
    st.integers(20, 300),
    st.integers(0, 4),
)
def test_no_line_is_longer_than_the_room_and_no_letter_is_lost(
    text: str, room: int, stroke: int
) -> None:
    font = ImageFont.truetype(fonts.listed()["DejaVuSans"], 16, layout_engine=BASIC)
    made = block(text, Size(room + 2 * stroke, 100_000), 16, stroke)
    lines = [line.text for line in made.lines]
    assert max(font.getlength(line) for line in lines) <= room
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.lists(st.text(st.sampled_from("iWa."), min_size=1, max_size=6)), st.integers(110, 400))
def test_a_line_takes_every_word_that_fits(words: list[str], room: int) -> None:
    font = ImageFont.truetype(fonts.listed()["DejaVuSans"], 16, layout_engine=BASIC)
    lines = words[:1] or [""]
    for word in words[1:]:
        if font.getlength(f"{lines[-1]} {word}") <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    assert list(wrapped(" ".join(words), room, font.getlength)) == lines


def test_the_work_grows_with_the_text_and_not_with_its_square() -> None:
    for text in ("a" * 1000, "ab " * 333, "a" + " " * 998 + "b"):
        for room in (1, 7, 50, 400):
            measured: list[int] = []

            def length(line: str, measured: list[int] = measured) -> float:
                measured.append(len(line))
                return len(line)

            list(wrapped(text, room, length))
            assert sum(measured) < 15 * len(text)


@pytest.mark.parametrize("stroke", [0, 1, 6])
@pytest.mark.parametrize("text", ["j", "f\nf", "Ág|\njjj", "ÅḖ", "'''", "   "])
@pytest.mark.parametrize("name", ["DejaVuSans", "DejaVuSans-Bold"])
def test_no_ink_lies_outside_the_block(name: str, text: str, stroke: int) -> None:
    made = block(text, stroke=stroke, font=name)
    wide = Image.new("L", (made.size.width + 200, made.size.height + 200))
    draw = ImageDraw.Draw(wide)
    for line in made.lines:
        at = (line.x + 100, line.y + 100)
        draw.text(at, line.text, 255, made.font, anchor="ls", stroke_width=stroke)
    cut = wide.crop((100, 100, 100 + made.size.width, 100 + made.size.height))
    assert (pictures.pixels(wide) > 0).sum() == (pictures.pixels(cut) > 0).sum()
    assert (pictures.pixels(cut) == pictures.pixels(made.mask(stroke))).all()


def test_equal_texts_of_other_letters_stand_on_the_same_line() -> None:
    heights = {block(text).size.height for text in ("x", "g", "H", ".", "xgH")}
    baselines = {block(text).lines[0].y for text in ("x", "g", "H", ".", "xgH")}
    assert len(heights) == len(baselines) == 1


def test_a_stroke_makes_the_block_larger_on_every_side() -> None:
    plain, stroked = block("ax\nx"), block("ax\nx", stroke=6)
    assert stroked.size == Size(plain.size.width + 12, plain.size.height + 12)
    assert stroked.lines[0].x == plain.lines[0].x + 6
    assert stroked.lines[0].y == plain.lines[0].y + 6


def test_lines_beyond_the_height_are_left_out() -> None:
    made = block("a\n" * 500, Size(100, 60))
    assert len(made.lines) < 10
    assert made.size.height > 60


# --- Scripts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("Latin, ελληνικά, кириллица — “quoted” 12 €", False),
        ("☀\ufe0f 東京 😀 \u200d", False),
        ("שלום", True),
        ("مرحبا", True),
        ("x\u0301", True),
        ("\u202eabc", True),
    ],
)
def test_only_what_needs_it_is_shaped(text: str, needed: bool) -> None:
    assert needs_shaping(text) == needed


@raqm
@pytest.mark.parametrize("text", ["שא", "שא abc", "שא\n"], ids=ascii)
def test_hebrew_runs_from_right_to_left(text: str) -> None:
    first, both = (pictures.pixels(block(one).mask(0)) for one in ("ש", text))
    columns = np.flatnonzero(first.any(axis=0))
    letter = first[:, columns[0] : columns[-1] + 1]
    # The first letter is the one on the right.
    end = np.flatnonzero(both.any(axis=0))[-1] + 1
    assert (both[: len(letter), end - letter.shape[1] : end] == letter).all()


@raqm
def test_the_first_letter_says_where_a_line_begins() -> None:
    latin, hebrew = (pictures.pixels(block(one).mask(0)) for one in ("ab שא", "שא ab"))
    a = pictures.pixels(block("a").mask(0))
    ink = [np.flatnonzero(levels.any(axis=0))[0] for levels in (a, latin, hebrew)]
    letter = a[:, ink[0] :]
    width = np.flatnonzero(letter.any(axis=0))[-1] + 1
    for levels, start in ((latin, ink[1]), (hebrew, ink[2])):
        assert (levels[:, start : start + width] == letter[:, :width]).all()


@raqm
def test_every_line_runs_as_the_whole_text_does() -> None:
    made = block("שלום\nab שא", size=40)
    below = made.mask(0).crop((0, made.lines[1].y - 31, *made.size))
    letters = pictures.pixels(below.crop(below.getbbox()))
    # "ab" on the right: where a text that begins with Hebrew has it.
    b = pictures.pixels(block("b", size=40).mask(0))
    b = b[b.any(axis=1)][:, b.any(axis=0)]
    assert (letters[: len(b), -b.shape[1] :] == b).all()


@raqm
def test_a_mark_stands_on_its_letter() -> None:
    alone, marked = (pictures.pixels(block(text).mask(0)) for text in ("x", "x\u0302"))
    columns = [np.flatnonzero(levels.any(axis=0)) for levels in (alone, marked)]
    assert list(columns[0]) == list(columns[1])
    assert np.flatnonzero(marked.any(axis=1))[0] < np.flatnonzero(alone.any(axis=1))[0]


def test_without_libfribidi_it_is_refused_rather_than_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(features, "check", lambda name: name != "raqm")
    with pytest.raises(ProcessingError) as error:
        block("שלום")
    assert (error.value.code, error.value.path) == ("text_needs_shaping", "text")
    assert block("plain").lines[0].text == "plain"
