"""text: words on the picture."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from processing import fonts
from processing.operations.text import Text
from tests import pictures
from tests.operations.applied import image_of

Levels = NDArray[np.int_]
BLUE = (0, 0, 255)
ALIGNS = ("left", "center", "right")


def blue(width: int = 200, height: int = 100) -> Image.Image:
    return Image.new("RGB", (width, height), BLUE)


def ink(image: Image.Image) -> Levels:
    """How white each pixel of a blue picture has become, 0 to 255."""
    levels = pictures.pixels(image)
    assert (levels[..., 0] == levels[..., 1]).all()
    assert (levels[..., 2] == 255).all()
    return levels[..., 0]


def box(levels: Levels) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of all that is not 0."""
    found = Image.fromarray(levels.astype("uint8")).getbbox()
    assert found, "nothing is there"
    return found


def written(base: Image.Image | None = None, text: str = "Hxg", **parameters: Any) -> Image.Image:
    return image_of(Text(text=text, **parameters), base or blue())


def glyphs(text: str, size: int, name: str = "DejaVuSans", stroke: int = 0) -> Levels:
    """How much of each pixel one line covers, drawn by Pillow by itself, without a margin."""
    font = ImageFont.truetype(fonts.listed()[name], size, layout_engine=ImageFont.Layout.BASIC)
    mask = Image.new("L", (1000, 400))
    ImageDraw.Draw(mask).text((200, 200), text, 255, font, stroke_width=stroke)
    return pictures.pixels(mask.crop(mask.getbbox()))


# --- Where -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["DejaVuSans", "DejaVuSans-Bold"])
@pytest.mark.parametrize("size", [8, 32, 77])
def test_the_letters_are_there_and_nothing_else(name: str, size: int) -> None:
    made = ink(written(blue(300, 120), size=size, font=name))
    left, top, right, bottom = box(made)
    expected = glyphs("Hxg", size, name)
    assert made[top:bottom, left:right].shape == expected.shape
    assert (made[top:bottom, left:right] == expected).all()


@pytest.mark.parametrize(
    ("gravity", "across", "down"),
    [("northwest", 0, 0), ("center", 0.5, 0.5), ("east", 1, 0.5), ("southeast", 1, 1)],
)
def test_gravity_says_where(gravity: Any, across: float, down: float) -> None:
    letters = glyphs("Hxg", 32)
    # The block is as wide as the advances and as high as the font: ascent 30, descent 8.
    advance = ImageFont.truetype(
        fonts.listed()["DejaVuSans"], 32, layout_engine=ImageFont.Layout.BASIC
    ).getlength("Hxg")
    left, top, right, bottom = box(ink(written(gravity=gravity)))
    spare = (200 - round(advance)) * across
    assert left >= round(spare) - 1
    assert right <= round(spare) + round(advance) + 1
    assert right - left == letters.shape[1]
    # "H" ends on the baseline, which "g" crosses by 7 px.
    assert bottom == pytest.approx((100 - 38) * down + 30 + 7, abs=1)
    assert top == bottom - letters.shape[0]


def test_offsets_move_it_away_from_the_edge() -> None:
    start, moved = (box(ink(written(offset_x=x, offset_y=y))) for x, y in [(0, 0), (12, "7%")])
    assert moved == (start[0] - 12, start[1] - 7, start[2] - 12, start[3] - 7)


def test_a_negative_offset_leads_out_on_purpose() -> None:
    inside, outside = (
        ink(written(text="Hxg Hxg Hxg", size=28, gravity="northeast", offset_x=x)) for x in (0, -25)
    )
    assert len(rows_of(inside[:, :-25])) == 1
    assert (outside[:, 25:] == inside[:, :-25]).all()
    assert outside[:, -1].any()


def test_it_is_white_in_the_lower_right_corner_unless_said_otherwise() -> None:
    left, top, right, bottom = box(ink(written()))
    assert (left > 130, top > 60, right > 196, bottom > 95) == (True,) * 4


# --- Colours ---------------------------------------------------------------------------------


def test_colour_and_opacity_are_mixed_with_what_is_below() -> None:
    cover = ink(written()) / 255
    made = pictures.pixels(written(color="#ff000080", opacity=0.5))
    expected = 255 * (1 - cover * 128 / 255 * 0.5)
    assert abs(made[..., 2] - expected).max() <= 1.5
    assert abs(made[..., 0] - (255 - expected)).max() <= 1.5


@pytest.mark.parametrize("mode", pictures.WORKING_MODES)
@pytest.mark.parametrize("color", ["white", "#f00"])
def test_only_a_colour_makes_a_grey_picture_coloured(mode: str, color: str) -> None:
    base = Image.new("RGBA", (200, 100), (0, 0, 0, 255)).convert(mode)
    made = written(base, color=color, stroke_width=1)
    has_color = mode.startswith("RGB") or color != "white"
    assert made.mode == ("RGB" if has_color else "L") + ("A" if "A" in mode else "")
    high = np.asarray(made.convert("RGB")).max(axis=(0, 1))
    assert tuple(high) == ((255, 255, 255) if color == "white" else (255, 0, 0))


def test_on_nothing_it_has_its_own_colour_up_to_the_edges() -> None:
    made = pictures.pixels(written(Image.new("RGBA", (200, 100)), color="#f80"))
    alpha = made[..., 3]
    assert {0, 255} < set(alpha.flat)
    assert (made[alpha > 0][:, :3] == (255, 136, 0)).all()
    assert (alpha == ink(written())).all()


def test_a_stroke_lies_around_and_below_the_letters() -> None:
    made = pictures.pixels(written(stroke_width=4, stroke_color="#f00", gravity="center"))
    thick, thin = glyphs("Hxg", 32, stroke=4), glyphs("Hxg", 32)
    left, top, right, bottom = box(made[..., 0])
    assert thick.shape == (bottom - top, right - left) == (thin.shape[0] + 8, thin.shape[1] + 8)
    cut = made[top:bottom, left:right]
    assert abs(cut[..., 0] - thick).max() <= 1
    assert abs(cut[4:-4, 4:-4, 1] - thin).max() <= 1
    # Blue is left where neither covers; red hides it, white brings it back.
    assert (cut[..., 2] == 0).any()


# --- Lines -----------------------------------------------------------------------------------


def rows_of(levels: Levels) -> list[tuple[int, int]]:
    """First and last column of every line of letters without descenders."""
    filled = levels.any(axis=1)
    starts = np.flatnonzero(np.diff(filled.astype(int), prepend=0) == 1)
    ends = np.flatnonzero(np.diff(filled.astype(int), append=0) == -1)
    found = []
    for start, end in zip(starts, ends, strict=True):
        columns = np.flatnonzero(levels[start : end + 1].any(axis=0))
        found.append((int(columns[0]), int(columns[-1])))
    return found


@pytest.mark.parametrize("align", ALIGNS)
def test_shorter_lines_lie_where_align_says(align: Any) -> None:
    (left, right), (first, last) = rows_of(ink(written(text="HHHH\nHH", size=20, align=align)))
    space, each = (right - left) - (last - first), ALIGNS.index(align) / 2
    assert first - left == pytest.approx(space * each, abs=1)


@pytest.mark.parametrize(("spacing", "pitch"), [(1, 20), (1.2, 24), (1.5, 30), (2.5, 50)])
def test_lines_are_so_far_apart(spacing: float, pitch: int) -> None:
    levels = ink(written(blue(200, 200), text="H\nH", size=20, line_spacing=spacing))
    starts = np.flatnonzero(np.diff(levels.any(axis=1).astype(int), prepend=0) == 1)
    assert starts[1] - starts[0] == pitch


def test_a_long_text_is_broken_where_the_picture_ends_and_before() -> None:
    text = "HH HH HH HH HH HH"
    whole = rows_of(ink(written(text=text, size=20)))
    narrow = rows_of(ink(written(text=text, size=20, max_width="35%")))
    narrower = rows_of(ink(written(blue(200, 300), text=text, size=20, max_width=36)))
    assert [len(rows) for rows in (whole, narrow, narrower)] == [2, 3, 6]
    away = rows_of(ink(written(text=text, size=20, offset_x=100)))
    assert len(away) == 3
    assert min(left for left, _ in away) >= 0
    assert max(right for _, right in away) < 100


def test_sideways_it_is_broken_where_the_height_ends() -> None:
    text = "HH HH HH HH HH"
    made = written(blue(200, 80), text=text, size=20, rotate=90, gravity="west")
    lines = rows_of(ink(made.transpose(Image.Transpose.ROTATE_90)))
    assert len(lines) == 3


@pytest.mark.parametrize(("share", "pixels"), [("10%", 20), ("50%", 100)])
def test_a_size_in_percent_is_of_the_height(share: str, pixels: int) -> None:
    base = blue(300, 200)
    assert (ink(written(base, size=share)) == ink(written(base, size=pixels))).all()


def test_the_box_is_as_large_as_the_text_and_its_padding() -> None:
    font = ImageFont.truetype(
        fonts.listed()["DejaVuSans"], 20, layout_engine=ImageFont.Layout.BASIC
    )
    ascent, descent = font.getmetrics()
    made = pictures.pixels(
        written(text="HHH\nH", size=20, background="#f00", color="#f00", padding=7, gravity="north")
    )
    left, top, right, bottom = box(made[..., 0])
    assert (right - left, bottom - top) == (font.getlength("HHH") + 14, ascent + 24 + descent + 14)
    assert (made[top:bottom, left:right] == (255, 0, 0)).all()
    assert top == 0


def test_padding_lies_on_every_side_of_the_letters() -> None:
    plain, padded = (box(ink(written(gravity="northwest", padding=n))) for n in (0, 7))
    assert padded == tuple(edge + 7 for edge in plain)


def test_the_box_is_never_wider_than_asked() -> None:
    parameters = {"background": "#fff", "padding": 9, "stroke_width": 3, "stroke_color": "#fff"}
    base = blue(200, 300)
    for most in (60, 61, 75, 100):
        left, _, right, _ = box(
            ink(written(base, "Ada a b c d e f", size=12, max_width=most, **parameters))
        )
        assert most - 25 < right - left <= most


# --- Every frame, turned, repeated -----------------------------------------------------------


def test_every_frame_of_an_animation_gets_the_same() -> None:
    colors = ["#000", "#00f", "#f00"]
    source = pictures.picture(*[Image.new("RGB", (120, 60), color) for color in colors])
    made = Text(text="Hg").apply(source)
    assert len(made.frames) == 3
    masks = [pictures.pixels(frame.image)[..., 1] for frame in made.frames]
    assert masks[0].any()
    assert (masks[0] == masks[1]).all()
    assert (masks[0] == masks[2]).all()


def test_a_half_turn_is_the_picture_turned() -> None:
    made = written(gravity="northwest", rotate=180)
    upright = written(gravity="southeast")
    assert (ink(made) == ink(upright)[::-1, ::-1]).all()


def test_a_grid_repeats_it_at_every_width_and_gap() -> None:
    made = ink(written(blue(400, 200), tile="grid", gap=13, gravity="northwest"))
    one = ink(written(blue(400, 200), gravity="northwest"))
    block = ink(written(blue(400, 200), gravity="northwest", background="#fff"))
    _, _, width, height = box(block)
    for x in (0, width + 13, 2 * (width + 13)):
        for y in (0, height + 13):
            assert (made[y : y + height, x : x + width] == one[:height, :width]).all()


@pytest.mark.parametrize(
    "parameters", [{"offset_x": 150, "offset_y": "90%"}, {"rotate": 45, "size": 60}], ids=str
)
def test_a_grid_may_reach_over_every_edge(parameters: Any) -> None:
    made = ink(written(tile="grid", gap=0, **parameters))
    assert all(quarter.any() for half in np.split(made, 2) for quarter in np.split(half, 2, 1))
