"""overlay: a mark laid on frames, held against the sums of W3C compositing."""

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from typing import Any, Literal, get_args
from unittest.mock import patch

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from processing.operation import Picture
from processing.operations.rotate import Rotate
from processing.overlay import Overlay
from processing.pixels import turned
from tests import pictures

Levels = NDArray[np.float64]


class Stamp(Overlay):
    """The mark is given to the test, not asked for."""

    op: Literal["stamp"] = "stamp"

    def apply(self, picture: Picture) -> Picture:
        return picture


def stamped(base: Image.Image, mark: Image.Image, **parameters: Any) -> Image.Image:
    return Stamp(**parameters).stamped(pictures.picture(base), mark).frames[0].image


def shares(image: Image.Image) -> tuple[Levels, Levels]:
    """Colours and alpha of every pixel, 0 to 1."""
    samples = pictures.pixels(image.convert("RGBA")) / 255
    return samples[..., :3], samples[..., 3:]


# --- Place -----------------------------------------------------------------------------------

BOX = 10, 6
CORNERS = {
    "northwest": (0, 0),
    "north": (15, 0),
    "northeast": (30, 0),
    "west": (0, 12),
    "center": (15, 12),
    "east": (30, 12),
    "southwest": (0, 24),
    "south": (15, 24),
    "southeast": (30, 24),
}


def where(image: Image.Image) -> tuple[int, int, int, int] | None:
    """The box of all that is not black."""
    return image.getbbox()


def black() -> Image.Image:
    return Image.new("RGB", (40, 30))


def white(width: int = 10, height: int = 6) -> Image.Image:
    return Image.new("L", (width, height), 255)


@pytest.mark.parametrize("gravity", CORNERS)
@pytest.mark.parametrize(
    ("x", "y", "right", "down"),
    [(0, 0, 0, 0), (3, 2, 3, 2), (-3, -2, -3, -2), ("5%", "-10%", 2, -3)],
    ids=str,
)
def test_it_lies_where_gravity_says_and_offsets_lead_inwards(
    gravity: str, x: int | str, y: int | str, right: int, down: int
) -> None:
    left, top = CORNERS[gravity]
    left += -right if left == 30 else right
    top += -down if top == 24 else down
    made = stamped(black(), white(), gravity=gravity, offset_x=x, offset_y=y)
    expected = black()
    expected.paste((255, 255, 255), (left, top, left + 10, top + 6))
    assert (pictures.pixels(made) == pictures.pixels(expected)).all()


def test_what_lies_outside_is_cut() -> None:
    base, mark = pictures.gradient(40, 30), pictures.gradient(90, 80)
    made = stamped(base, mark, gravity="northwest", offset_x=-13, offset_y=-7)
    assert (pictures.pixels(made) == pictures.pixels(mark)[7:37, 13:53]).all()
    for turn in (0, 90, 33):
        made = stamped(base, mark, gravity="west", offset_x=-3000, rotate=turn)
        assert made.tobytes() == base.tobytes()


# --- Colours ---------------------------------------------------------------------------------


def hard_light(below: Levels, mark: Levels) -> Levels:
    twice = 2 * mark - 1
    return np.where(mark <= 0.5, 2 * below * mark, below + twice - below * twice)


# As https://www.w3.org/TR/compositing-1/#blending has them.
FORMULAS: dict[str, Callable[[Levels, Levels], Levels]] = {
    "normal": lambda _, mark: mark,
    "multiply": lambda below, mark: below * mark,
    "screen": lambda below, mark: below + mark - below * mark,
    "overlay": lambda below, mark: hard_light(mark, below),
    "darken": np.minimum,
    "lighten": np.maximum,
    "hard_light": hard_light,
    "difference": lambda below, mark: np.asarray(abs(below - mark)),
}


def test_every_blend_mode_is_tested() -> None:
    assert set(FORMULAS) == set(get_args(Overlay.model_fields["blend_mode"].annotation))


def random(mode: str, seed: int) -> Image.Image:
    """Every pixel another colour, and more or less transparent."""
    samples = np.random.default_rng(seed).integers(0, 256, (300, 30, 4), "uint8")
    samples[:, :5, 3], samples[:, 5:10, 3] = 0, 255
    return Image.fromarray(samples).convert(mode)


@pytest.mark.parametrize("blend_mode", FORMULAS)
@pytest.mark.parametrize("mark_mode", pictures.WORKING_MODES)
@pytest.mark.parametrize("mode", pictures.WORKING_MODES)
def test_colours_are_those_of_the_formula(mode: str, mark_mode: str, blend_mode: str) -> None:
    base, mark = random(mode, 1), random(mark_mode, 2).transpose(Image.Transpose.ROTATE_180)
    made = stamped(base, mark, opacity=0.7, blend_mode=blend_mode)
    assert made.mode == ("RGB" if "RGB" in mode + mark_mode else "L") + "A" * mode.endswith("A")
    (below, solid), (ink, alpha) = shares(base), shares(mark)
    alpha = np.round(alpha * 255 * 0.7) / 255
    mixed = (1 - solid) * ink + solid * FORMULAS[blend_mode](below, ink)
    weight = alpha + solid * (1 - alpha)
    colors = alpha * mixed + (1 - alpha) * solid * below
    made_colors, made_weight = shares(made)
    assert abs(made_weight - weight).max() * 255 <= 1
    assert abs(made_colors * made_weight - colors).max() * 255 <= 2


def test_opacity_is_the_share_of_the_mark() -> None:
    for opacity, level in ((1, 200), (0.5, 150), (0.25, 125), (0.1, 110)):
        made = stamped(Image.new("L", (4, 4), 100), Image.new("L", (9, 9), 200), opacity=opacity)
        assert abs(pictures.pixels(made) - level).max() <= 1
    base = pictures.gradient()
    assert stamped(base, white(), opacity=0).tobytes() == base.tobytes()
    assert stamped(base.convert("L"), base, opacity=0).mode == "L"


def test_a_mark_shows_on_what_is_transparent() -> None:
    made = stamped(pictures.half_transparent(), Image.new("RGB", (40, 40), pictures.BLUE))
    assert made.getcolors() == [(1600, (*pictures.BLUE, 255))]


# --- Grid ------------------------------------------------------------------------------------


@pytest.mark.parametrize("gravity", ["northwest", "center", "southeast"])
@pytest.mark.parametrize(
    ("size", "gap", "offset"),
    [
        ((10, 6), 20, 0),
        ((1, 1), 0, 0),
        ((1, 1), 1, 0),
        ((7, 300), 3, -5),
        ((90, 80), 0, 11),
        ((31, 5), 65535, "10%"),
        ((200, 149), 2, "-50%"),
    ],
    ids=str,
)
def test_a_grid_repeats_the_mark_from_where_one_would_lie(
    gravity: str, size: tuple[int, int], gap: int, offset: int | str
) -> None:
    mark, base = random("RGBA", 3).resize(size), Image.new("RGBA", (100, 70))
    place = {"gravity": gravity, "offset_x": offset, "offset_y": offset}
    made = pictures.pixels(stamped(base, mark, tile="grid", gap=gap, **place))
    share = Fraction(offset.rstrip("%")) / 100 if isinstance(offset, str) else None
    away = [int(share * side) if share is not None else int(offset) for side in base.size]
    left, top = (
        {"northwest": far, "center": (side - own) / 2 + far, "southeast": side - own - far}[gravity]
        for far, side, own in zip(away, base.size, size, strict=True)
    )
    # Halves are rounded away from zero.
    left, top = (int(at + 0.5) if at >= 0 else -int(-at + 0.5) for at in (left, top))
    across = (np.arange(100) - left) % (size[0] + gap)
    down = (np.arange(70) - top) % (size[1] + gap)
    seen = (down[:, None] < size[1]) & (across[None, :] < size[0])
    samples = pictures.pixels(mark)
    expected = samples[np.minimum(down, size[1] - 1)][:, np.minimum(across, size[0] - 1)]
    expected[~seen | (expected[..., 3] == 0)] = 0
    assert (made[..., 3] == expected[..., 3]).all()
    assert abs(made - expected)[expected[..., 3] > 0].max(initial=0) <= 1


# --- Turns -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("angle", "turns"), [(90, 1), (-90, 3), (180, 2), (360, 0), (-270, 1)])
def test_quarter_turns_move_the_pixels_of_the_mark(angle: float, turns: int) -> None:
    mark = random("RGBA", 4).resize((10, 6))
    made = stamped(Image.new("RGBA", (40, 30)), mark, rotate=angle, gravity="northwest")
    expected = np.rot90(pictures.pixels(mark), -turns)
    part = pictures.pixels(made)[: expected.shape[0], : expected.shape[1]]
    visible = expected[..., 3] > 0
    assert (part[visible] == expected[visible]).all()
    assert not pictures.pixels(made)[expected.shape[0] :].any()


@pytest.mark.parametrize("offset", [0, -20, -40])
@pytest.mark.parametrize("gravity", ["northwest", "southeast", "center"])
def test_a_turned_mark_is_cut_where_the_picture_ends(gravity: str, offset: int) -> None:
    """As if it had been turned whole, by the rotate operation, and laid on then."""
    mark = pictures.gradient(80, 50).convert("RGBA")
    turned = Rotate(angle=28).apply(pictures.picture(mark)).frames[0].image
    place = {"gravity": gravity, "offset_x": offset, "offset_y": offset}
    made = stamped(Image.new("RGBA", (60, 44)), mark, rotate=28, **place)
    expected = stamped(Image.new("RGBA", (60, 44)), turned, **place)
    assert abs(pictures.pixels(made) - pictures.pixels(expected)).max() <= 1
    assert made.getbbox()


def test_nothing_larger_than_the_picture_is_ever_drawn() -> None:
    with patch("processing.overlay.turned", wraps=turned) as spied:
        for tile, away in product(("none", "grid"), (0, -20, 35, -3000)):
            place = {"gravity": "west", "offset_x": away, "offset_y": away}
            stamped(pictures.gradient(60, 44), white(400, 300), rotate=45, tile=tile, **place)
    assert len(spied.call_args_list) >= 6
    windows = [call.args[2] for call in spied.call_args_list]
    assert all(0 < window.width <= 60 and 0 < window.height <= 44 for window in windows)


def test_a_turned_grid_repeats_the_turned_mark() -> None:
    mark = pictures.gradient(30, 16).convert("RGBA")
    turned = Rotate(angle=-41).apply(pictures.picture(mark)).frames[0].image
    base = Image.new("RGBA", (100, 90))
    made = stamped(base, mark, rotate=-41, tile="grid", gap=5)
    expected = stamped(base, turned, tile="grid", gap=5)
    assert abs(pictures.pixels(made) - pictures.pixels(expected)).max() <= 1


def test_a_turned_mark_keeps_its_transparency() -> None:
    mark = Image.new("RGBA", (20, 20), (*pictures.RED, 128))
    made = pictures.pixels(stamped(Image.new("RGBA", (40, 40)), mark, rotate=45, gravity="center"))
    assert made[20, 20].tolist() == [255, 0, 0, 128]
    assert made[7, 7, 3] == made[32, 8, 3] == 0
    # No pixel is darker than the mark: nothing but it has been mixed in.
    assert (made[made[..., 3] > 0][:, 0] >= 250).all()


def test_every_frame_has_the_mark_and_keeps_its_time() -> None:
    source = pictures.picture(*pictures.frames(3), duration=70)
    made = Stamp(gravity="southwest").stamped(source, white(3, 3))
    assert [frame.duration for frame in made.frames] == [70] * 3
    for before, after in zip(source.frames, made.frames, strict=True):
        assert after.image.getpixel((1, 16)) == (255, 255, 255, 255)
        assert (
            after.image.crop((3, 0, 24, 18)).tobytes()
            == before.image.crop((3, 0, 24, 18)).tobytes()
        )
