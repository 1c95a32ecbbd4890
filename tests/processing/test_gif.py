"""gif: what an animation shows, against a compositor of the tests' own and against libvips."""

from functools import partial
from io import BytesIO

import numpy as np
import pytest
import pyvips
from numpy.typing import NDArray
from PIL import Image

from processing.decode import decode, inspect
from processing.errors import LimitExceeded, UnreadableImage
from processing.limits import Limits
from processing.operation import Picture
from tests import pictures
from tests.processing.gif import CLEAR, KEEP, OTHER, RESTORE, Part, gif, shown

SIZE = (12, 9)
CHANCE = np.random.default_rng(5)


def part(left: int, top: int, width: int, height: int, disposal: int, **more: int) -> Part:
    return Part(left, top, CHANCE.integers(0, 6, (height, width)), disposal, **more)  # type: ignore[arg-type]


def local(made: Part) -> Part:
    return Part(made.left, made.top, made.levels, made.disposal, made.transparent, 10, OTHER)


whole = partial(part, 0, 0, 12, 9)
middle = partial(part, 3, 2, 4, 3)
tall = partial(part, 6, 1, 3, 7)
corner = partial(part, 0, 0, 2, 2)

ANIMATIONS = {
    "whole frames": [whole(KEEP), whole(KEEP)],
    "only what changes": [whole(KEEP), middle(KEEP), tall(KEEP, transparent=2)],
    "parts that are cleared": [
        whole(KEEP, transparent=1),
        *(middle(CLEAR, transparent=1), tall(KEEP, transparent=1)),
    ],
    "parts that are taken back": [whole(KEEP), middle(RESTORE), tall(KEEP, transparent=2)],
    "two taken back in a row": [
        *(whole(KEEP), middle(RESTORE), tall(RESTORE, transparent=2), corner(KEEP)),
    ],
    "a transparent first frame": [whole(KEEP, transparent=3), middle(KEEP), tall(KEEP)],
    "nothing but transparent": [
        Part(0, 0, np.zeros((9, 12), int), transparent=0),
        Part(3, 2, np.zeros((3, 4), int), transparent=0),
    ],
    "a transparent first frame that is cleared": [
        *(whole(CLEAR, transparent=0), middle(KEEP), tall(KEEP)),
    ],
    "holes in a solid picture": [
        *(whole(KEEP), middle(CLEAR, transparent=1), tall(KEEP, transparent=4)),
    ],
    "a small first frame": [part(2, 2, 5, 5, KEEP, transparent=3), middle(KEEP), tall(KEEP)],
    "palettes of their own": [
        *(local(whole(KEEP)), local(middle(KEEP, transparent=1)), tall(KEEP)),
    ],
    "other palettes, taken back": [whole(KEEP), local(middle(RESTORE)), local(tall(KEEP))],
}
"""All name a transparent colour or need none, so that libvips shows them as browsers do."""

UNNAMED = {
    "cleared at once": [whole(CLEAR), middle(KEEP), tall(KEEP)],
    "a part that is cleared": [whole(KEEP), middle(CLEAR), tall(KEEP)],
    "taken back at once": [whole(RESTORE), middle(KEEP), tall(KEEP)],
    "a small first frame": [part(2, 2, 5, 5, KEEP), middle(KEEP), tall(KEEP)],
    "a still picture in a part of the canvas": [part(2, 2, 5, 5, KEEP)],
    "cleared, one named": [
        *(whole(CLEAR, transparent=0), middle(CLEAR, transparent=0), tall(CLEAR), corner(KEEP)),
    ],
}
"""No transparent colour is named where the canvas shows: other readers fill in the background."""


def read(parts: list[Part], **more: int) -> Picture:
    file = gif(SIZE, parts, **more)
    info = inspect(file, Limits())
    return decode(file, info, 1.0, info.frames)


def assert_same(made: list[NDArray[np.int_]], expected: list[NDArray[np.int_]]) -> None:
    """Equal where anything is to be seen."""
    assert len(made) == len(expected)
    for number, (one, other) in enumerate(zip(made, expected, strict=True)):
        alpha = other[:, :, 3]
        assert one[:, :, 3].tolist() == alpha.tolist(), number
        assert one[alpha > 0].tolist() == other[alpha > 0].tolist(), number


@pytest.mark.parametrize("kind", [*ANIMATIONS, *(f"unnamed: {kind}" for kind in UNNAMED)])
def test_frames_are_composed_as_browsers_do(kind: str) -> None:
    parts = ANIMATIONS.get(kind) or UNNAMED[kind.removeprefix("unnamed: ")]
    made = [pictures.pixels(frame.image.convert("RGBA")) for frame in read(parts).frames]
    assert_same(made, shown(SIZE, parts))


@pytest.mark.parametrize("kind", ANIMATIONS)
def test_frames_are_composed_as_libvips_does(kind: str) -> None:
    parts = ANIMATIONS[kind]
    roll = pyvips.Image.new_from_buffer(gif(SIZE, parts).getvalue(), "", n=-1).colourspace("srgb")
    roll = roll if roll.hasalpha() else roll.bandjoin(255)
    assert roll.get("page-height") == SIZE[1]
    expected = roll.numpy().astype(int).reshape(-1, SIZE[1], SIZE[0], 4)
    made = [pictures.pixels(frame.image.convert("RGBA")) for frame in read(parts).frames]
    assert_same(made, list(expected))


def test_a_still_picture_that_fills_the_canvas_stays_in_its_mode() -> None:
    source = pictures.file(Image.linear_gradient("L"), "gif")
    assert decode(source, inspect(source, Limits())).frames[0].image.mode == "L"


def test_a_solid_animation_has_no_alpha() -> None:
    frames = read(ANIMATIONS["whole frames"]).frames
    assert [frame.image.mode for frame in frames] == ["RGB", "RGB"]


def test_delays_and_plays_are_those_of_the_file() -> None:
    levels = np.ones((9, 12), int)
    parts = [Part(0, 0, levels + number, delay=delay) for number, delay in enumerate((7, 0, 300))]
    assert [frame.duration for frame in read(parts).frames] == [70, 0, 3000]
    assert [read(parts, plays=plays).plays for plays in (0, 1, 3)] == [0, 1, 3]


def test_a_frame_that_says_nothing_is_drawn_whole_and_stays() -> None:
    """How the frame before it was drawn, and for how long, is not its own."""
    silent = part(3, 2, 4, 3, KEEP)
    parts = [whole(KEEP), tall(CLEAR, transparent=1), silent, corner(KEEP)]
    content = gif(SIZE, parts).getvalue()
    control = b"!\xf9\x04\x04\x0a\0\0\0"
    at = content.rindex(control, 0, content.rindex(control))
    file = BytesIO(content[:at] + content[at + len(control) :])
    frames = decode(file, inspect(file, Limits()), 1.0, 4).frames
    assert [frame.duration for frame in frames] == [100, 100, 0, 100]
    made = [pictures.pixels(frame.image.convert("RGBA")) for frame in frames]
    assert_same(made, shown(SIZE, parts))


@pytest.mark.parametrize("place", [(10, 2), (20, 20), (0, 100), (11, 8)])
def test_what_lies_outside_the_canvas_is_not_shown(place: tuple[int, int]) -> None:
    parts = [whole(KEEP), part(*place, 4, 3, CLEAR), corner(KEEP)]
    made = [pictures.pixels(frame.image.convert("RGBA")) for frame in read(parts).frames]
    assert_same(made, shown(SIZE, parts))


def test_a_frame_far_larger_than_the_canvas_is_refused() -> None:
    content = bytearray(gif(SIZE, [whole(KEEP), corner(KEEP)]).getvalue())
    at = content.rindex(b",\0\0\0\0\2\0\2\0")
    content[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    file = BytesIO(content)
    with pytest.raises(LimitExceeded):
        decode(file, inspect(file, Limits()), 1.0, 2)


@pytest.mark.parametrize("at", range(25, 95, 10))
def test_an_animation_cut_anywhere_is_unreadable(at: int) -> None:
    content = gif(SIZE, ANIMATIONS["only what changes"]).getvalue()
    file = BytesIO(content[: len(content) * at // 100])
    with pytest.raises(UnreadableImage):
        decode(file, inspect(file, Limits()), 1.0, 3)
