"""resize: sums first, then pixels."""

from fractions import Fraction
from typing import Any

import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from processing.operation import Size
from processing.operations.resize import Resize
from tests import pictures


def resized(image: Image.Image, **parameters: Any) -> Image.Image:
    return Resize(**parameters).apply(pictures.picture(image)).frames[0].image


@pytest.mark.parametrize(
    ("source", "parameters", "expected"),
    [
        ((400, 300), {"width": 200}, (200, 150)),
        ((400, 300), {"height": 100}, (133, 100)),
        ((400, 300), {"width": 200, "height": 200}, (200, 150)),
        ((300, 400), {"width": 200, "height": 200}, (150, 200)),
        ((400, 300), {"width": 200, "height": 200, "fit": "cover"}, (200, 200)),
        ((400, 300), {"width": 200, "height": 200, "fit": "contain"}, (200, 200)),
        ((400, 300), {"width": 200, "height": 200, "fit": "outside"}, (267, 200)),
        ((400, 300), {"width": 200, "height": 200, "fit": "stretch"}, (200, 200)),
        # Nothing grows unless asked to: cover and stretch keep the shape of the box.
        ((100, 50), {"width": 200}, (100, 50)),
        ((100, 50), {"width": 200, "enlarge": True}, (200, 100)),
        ((100, 50), {"width": 200, "height": 200, "fit": "cover"}, (50, 50)),
        ((100, 50), {"width": 200, "height": 200, "fit": "cover", "enlarge": True}, (200, 200)),
        ((100, 50), {"width": 200, "height": 200, "fit": "contain"}, (200, 200)),
        ((100, 50), {"width": 200, "height": 200, "fit": "outside"}, (100, 50)),
        ((100, 50), {"width": 200, "height": 200, "fit": "stretch"}, (50, 50)),
        ((100, 50), {"width": 80, "height": 40, "dpr": 2}, (100, 50)),
        ((400, 300), {"width": 100, "height": 100, "fit": "cover", "dpr": 1.5}, (150, 150)),
        # Percent are of what the picture measures now, rounded with the result only.
        ((400, 300), {"width": "50%"}, (200, 150)),
        ((400, 300), {"height": "33.3333%"}, (133, 100)),
        ((3, 1000), {"width": "50%"}, (2, 500)),
        ((400, 300), {"width": "50%", "height": "10%"}, (40, 30)),
        ((400, 300), {"width": "50%", "height": "10%", "fit": "stretch"}, (200, 30)),
        ((400, 300), {"width": "50%", "height": 300, "fit": "cover"}, (200, 300)),
        ((400, 300), {"width": "25%", "dpr": 2}, (200, 150)),
        ((400, 300), {"width": "150%"}, (400, 300)),
        ((400, 300), {"width": "150%", "enlarge": True}, (600, 450)),
        ((400, 300), {"width": "1000%", "enlarge": True, "dpr": 4}, (16000, 12000)),
        # Nothing comes out under one pixel.
        ((10, 10000), {"width": "0.0001%"}, (1, 1)),
        ((1, 10000), {"height": 100}, (1, 100)),
        ((10000, 1), {"width": 100, "height": 100}, (100, 1)),
        ((1000, 3), {"width": 800}, (800, 2)),
    ],
)
def test_sizes(
    source: tuple[int, int], parameters: dict[str, Any], expected: tuple[int, int]
) -> None:
    assert Resize(**parameters).size_after(Size(*source)) == expected


side = st.integers(1, 5000)


@given(side, side, side, side, st.booleans())
def test_sizes_keep_their_promises(
    width: int, height: int, across: int, down: int, enlarge: bool
) -> None:
    def after(fit: str) -> Size:
        made = Resize.model_validate(
            {"width": across, "height": down, "fit": fit, "enlarge": enlarge}
        ).size_after(Size(width, height))
        assert min(made) >= 1
        assert enlarge or fit == "contain" or (made.width <= width and made.height <= height)
        return made

    inside, outside = after("inside"), after("outside")
    assert inside.width <= across
    assert inside.height <= down
    assert enlarge or width < across or height < down or max(outside) >= min(across, down)
    for made in (inside, outside):
        # Each side is the exact one rounded, whichever side decided.
        by = {Fraction(across, width), Fraction(down, height), Fraction(1)}
        assert any(
            abs(made.width - width * scale) < 1 and abs(made.height - height * scale) < 1
            for scale in by
        )
    assert after("contain") == (across, down)
    if enlarge or (width >= across and height >= down):
        assert after("cover") == after("stretch") == (across, down)


@pytest.mark.parametrize(
    ("gravity", "color"),
    [
        ("northwest", pictures.RED),
        ("northeast", pictures.GREEN),
        ("southwest", pictures.BLUE),
        ("southeast", pictures.WHITE),
    ],
)
def test_gravity_says_which_part_cover_keeps(gravity: str, color: tuple[int, int, int]) -> None:
    wide = resized(pictures.quarters(80, 20), width=10, height=10, fit="cover", gravity=gravity)
    tall = resized(pictures.quarters(20, 80), width=10, height=10, fit="cover", gravity=gravity)
    corner = (9 if "east" in gravity else 0, 9 if "south" in gravity else 0)
    assert wide.getpixel(corner) == tall.getpixel(corner) == color


@pytest.mark.parametrize(
    ("gravity", "row"), [("north", 0), ("center", 5), ("south", 10), ("west", 5), ("east", 5)]
)
def test_gravity_says_where_contain_places(gravity: str, row: int) -> None:
    image = Image.new("RGB", (40, 20), pictures.RED)
    made = resized(image, width=20, height=20, fit="contain", gravity=gravity)
    alpha = pictures.pixels(made)[:, 10, 3]
    assert list(alpha) == [0] * row + [255] * 10 + [0] * (10 - row)


def test_contain_pads_with_the_background() -> None:
    image = Image.new("L", (20, 10), 7)
    made = resized(image, width=20, height=20, fit="contain", background="#0f0")
    assert made.mode == "RGB"
    assert made.getpixel((0, 0)) == pictures.GREEN
    assert made.getpixel((0, 10)) == (7, 7, 7)


@pytest.mark.parametrize(("filter", "kernel"), [("lanczos", "lanczos3"), ("bilinear", "linear")])
def test_pixels_are_those_of_another_program(filter: str, kernel: str) -> None:
    image = pictures.gradient(300, 200)
    reference = pyvips.Image.new_from_array(pictures.pixels(image).astype("uint8"))
    expected = reference.resize(1 / 3, kernel=kernel).numpy().astype(int)
    made = pictures.pixels(resized(image, width=100, height=67, fit="stretch", filter=filter))
    inner = abs(made[2:-2, 2:-2] - expected[2:-2, 2:-2])
    assert inner.mean() < 1
    assert inner.max() <= 4


def test_a_large_shrink_is_as_good_as_the_slow_way() -> None:
    rough = pictures.noise(1200, 900, 80)
    expected = rough.resize((150, 113), Image.Resampling.LANCZOS)
    difference = pictures.pixels(resized(rough, width=150)) - pictures.pixels(expected)
    # Noise is the worst there is; averaged down to the size itself it differs by more.
    assert abs(difference).mean() < 3.5


def test_nearest_invents_no_colour() -> None:
    made = resized(pictures.quarters(40, 40), width=13, height=13, filter="nearest")
    colors = {color for _, color in made.getcolors() or []}
    assert colors == {pictures.RED, pictures.GREEN, pictures.BLUE, pictures.WHITE}


def test_no_hidden_colour_shows_at_a_transparent_edge() -> None:
    seen = pictures.pixels(resized(pictures.half_transparent(90, 90), width=31))
    visible = seen[seen[:, :, 3] > 16]
    assert visible[:, 0].min() >= 250
    assert visible[:, 1].max() <= 5


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"width": 0},
        {"width": -1},
        {"width": 65536},
        {"width": 10.5},
        {"width": "10"},
        {"width": "0%"},
        {"width": "-5%"},
        {"width": "1000.1%"},
        {"height": "1e2%"},
        {"height": "5 %"},
        {"width": True},
        {"width": float("nan")},
        {"height": 0},
        {"width": 9, "fit": "squash"},
        {"width": 9, "enlarge": "yes"},
        {"width": 9, "gravity": "up"},
        {"width": 9, "background": "blurple"},
        {"width": 9, "background": "#12345"},
        {"width": 9, "dpr": 0.4},
        {"width": 9, "dpr": 5},
        {"width": 9, "filter": "magic"},
        {"width": 9, "colour": "red"},
    ],
    ids=str,
)
def test_it_rejects(parameters: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Resize.model_validate(parameters)


@pytest.mark.parametrize("word", ["fill", "fit"])
def test_it_refuses_ambiguous_words_and_names_the_right_ones(word: str) -> None:
    with pytest.raises(ValidationError, match='"cover" to fill the box and crop'):
        Resize.model_validate({"width": 9, "fit": word})


def test_it_says_what_a_side_may_be() -> None:
    with pytest.raises(ValidationError) as error:
        Resize.model_validate({"width": "half"})
    (problem,) = error.value.errors()
    assert (problem["loc"], problem["type"]) == (("width",), "length")
    expected = 'a number of pixels from 1 to 65535 or a string above "0%", at most "1000%"'
    assert expected in problem["msg"]


def test_a_percentage_has_one_spelling() -> None:
    assert Resize.model_validate({"width": "050.00%"}).width == "50%"
    assert Resize.model_validate({"width": "333.3333%"}).width == "333.3333%"


def test_a_whole_number_may_come_as_a_float() -> None:
    assert Resize.model_validate({"width": 800.0}).width == 800
