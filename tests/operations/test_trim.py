"""trim: borders of one colour, or of nothing."""

from typing import Any

import numpy as np
import pytest
import pyvips
from PIL import Image
from pydantic import ValidationError

from processing.decode import inspect
from processing.errors import LimitExceeded, ProcessingError
from processing.limits import Limits
from processing.operation import Size
from processing.operations.trim import Trim
from processing.pipeline import Result, parse, run
from processing.plan import plan
from tests import pictures
from tests.operations.applied import image_of

INSIDE = (20, 10, 70, 40)
"""Where the content of `framed` lies."""


def framed(mode: str = "RGB", border: Any = 200, content: Any = 50) -> Image.Image:
    """A rectangle of 50 x 30 on a canvas of 100 x 60."""
    image = Image.new(mode, (100, 60), border)
    image.paste(content, INSIDE)
    return image


@pytest.mark.parametrize(
    ("mode", "border", "content"),
    [
        ("L", 200, 50),
        ("L", 0, 11),
        ("LA", (90, 255), (90, 200)),
        ("LA", (0, 0), (0, 255)),
        ("RGB", (9, 9, 9), (9, 9, 20)),
        ("RGB", (9, 9, 9), (9, 20, 9)),
        ("RGB", (9, 9, 9), (20, 9, 9)),
        ("RGBA", (1, 2, 3, 255), (1, 2, 3, 244)),
        ("RGBA", (1, 2, 3, 0), (1, 2, 3, 255)),
    ],
)
def test_what_differs_in_any_channel_is_what_is_left(mode: str, border: Any, content: Any) -> None:
    image = framed(mode, border, content)
    made = image_of(Trim(), image)
    assert (made.mode, made.size) == (mode, (50, 30))
    assert (pictures.pixels(made) == pictures.pixels(image.crop(INSIDE))).all()


@pytest.mark.parametrize(("difference", "is_border"), [(10, True), (11, False)])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_threshold_is_the_most_that_counts_as_equal(
    difference: int, is_border: bool, sign: int
) -> None:
    image = framed("RGB", (100, 100, 100), (100, 100, 100 + sign * difference))
    made = image_of(Trim(threshold=10), image)
    # A picture of border only stays as it is.
    assert made.size == ((100, 60) if is_border else (50, 30))


def test_each_channel_may_differ_by_it() -> None:
    assert image_of(Trim(), framed("RGB", (9, 9, 9), (19, 19, 19))).size == (100, 60)


def test_other_borders_may_be_named() -> None:
    image = framed("RGB", pictures.WHITE, pictures.RED)
    image.paste(pictures.BLUE, (0, 0, 3, 3))
    assert image_of(Trim(), image).size == (100, 60)
    assert image_of(Trim(color="white"), image).size == (70, 40)
    assert image_of(Trim(color="#00f"), image).size == (100, 60)


def test_grey_has_no_coloured_border() -> None:
    assert image_of(Trim(color="red", threshold=0), framed("L", 255, 0)).size == (100, 60)
    assert image_of(Trim(color="#fefefe"), framed("L", 255, 0)).size == (50, 30)


def test_where_nothing_is_transparent_no_transparent_border_is_cut() -> None:
    assert image_of(Trim(color="transparent"), framed("RGB", 0, 255)).size == (100, 60)


def test_what_hides_under_transparent_pixels_does_not_count() -> None:
    image = pictures.noise(100, 60).convert("RGBA")
    image.putalpha(0)
    image.paste((0, 0, 0, 255), INSIDE)
    assert image_of(Trim(), image).size == (50, 30)


@pytest.mark.parametrize(
    ("padding", "box"),
    [(0, (20, 10, 70, 40)), (5, (15, 5, 75, 45)), (15, (5, 0, 85, 55)), (500, (0, 0, 100, 60))],
)
def test_padding_leaves_some_of_the_border_but_adds_none(
    padding: int, box: tuple[int, int, int, int]
) -> None:
    image = pictures.gradient(100, 60).convert("L").point(lambda level: level // 32)
    image.paste(255, INSIDE)
    made = image_of(Trim(padding=padding), image)
    assert (pictures.pixels(made) == pictures.pixels(image.crop(box))).all()


@pytest.mark.parametrize("color", [None, "white"])
def test_a_picture_of_border_only_stays_as_it_is(color: str | None) -> None:
    source = pictures.picture(Image.new("RGB", (7, 5), "white"))
    assert Trim(color=color).apply(source) is source


@pytest.mark.parametrize("threshold", [1, 30, 100])
def test_the_box_is_that_of_another_program(threshold: int) -> None:
    rng = np.random.default_rng(5)
    for _ in range(10):
        bands = rng.integers(0, threshold + 1, (40, 50, 3), "uint8")
        bands[0, 0] = 0
        for _ in range(3):
            bands[rng.integers(40), rng.integers(50)] = threshold + 2
        image = pyvips.Image.new_from_array(bands)
        left, top, width, height = image.find_trim(
            threshold=threshold, background=[0] * 3, line_art=True
        )
        made = image_of(Trim(threshold=threshold), Image.fromarray(bands))
        assert made.size == (width, height)
        expected = bands[top : top + height, left : left + width]
        assert (pictures.pixels(made) == expected).all()


def test_an_animation_has_one_box_that_loses_nothing_of_any_frame() -> None:
    # A square of 8 x 8 at 0, 4 and 8 from the left, 2 from the top.
    frames = [*pictures.frames(3), Image.new("RGBA", (24, 18))]
    made = Trim(color="transparent").apply(pictures.picture(*frames))
    assert made.size == (16, 8)
    for before, after in zip(frames, made.frames, strict=True):
        same = pictures.pixels(before.crop((0, 2, 16, 10))) == pictures.pixels(after.image)
        assert same.all()
        assert after.duration == 100


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"threshold": -1}, "greater_than_equal"),
        ({"threshold": 256}, "less_than_equal"),
        ({"threshold": 1.5}, "int_type"),
        ({"padding": -1}, "greater_than_equal"),
        ({"padding": "5%"}, "int_type"),
        ({"color": "none"}, "color"),
    ],
    ids=str,
)
def test_it_rejects(parameters: dict[str, object], code: str) -> None:
    with pytest.raises(ValidationError) as error:
        Trim.model_validate(parameters)
    assert [problem["type"] for problem in error.value.errors()] == [code]


# --- In a pipeline ---------------------------------------------------------------------------


def outcome(
    image: Image.Image, *operations: dict[str, Any], limits: Limits | None = None
) -> Result | ProcessingError:
    limits = limits or Limits()
    (made,) = run(pictures.file(image, "png"), [parse(list(operations), limits)], limits)
    return made


def test_it_is_planned_as_the_most_it_can_be() -> None:
    source, pipeline = pictures.file(framed(), "png"), parse([{"op": "trim"}], Limits())
    made = plan(inspect(source, Limits()), pipeline, Limits())
    assert (made.sizes, made.shrink) == ((Size(100, 60),), 1)
    assert not Trim.exact


def test_a_result_has_the_size_that_is_left() -> None:
    made = outcome(framed(), {"op": "trim"}, {"op": "pad", "left": 1, "top": "10%"})
    assert isinstance(made, Result)
    assert (made.width, made.height) == (51, 33)


@pytest.mark.parametrize("before", [[], [{"op": "flip"}], [{"op": "grayscale"}]], ids=str)
def test_it_sees_every_pixel_although_a_small_picture_is_wanted(before: list[Any]) -> None:
    # One pixel in the middle of nothing: a smaller decode would have lost it.
    image = Image.new("RGB", (401, 301))
    image.putpixel((200, 150), pictures.WHITE)
    made = outcome(image, *before, {"op": "trim"}, {"op": "resize", "width": 10})
    assert isinstance(made, Result)
    assert (made.width, made.height) == (1, 1)


def test_a_crop_that_lies_outside_of_what_is_left_is_a_clean_error() -> None:
    crop = {"op": "crop", "left": 30, "width": 40, "height": 5}
    assert isinstance(outcome(framed(), crop), Result)
    made = outcome(framed(), {"op": "flip"}, {"op": "trim"}, crop)
    assert isinstance(made, ProcessingError)
    assert (made.code, made.path) == ("crop_outside", "operations.2.width")
    assert "50 px; it reaches from 30 to 70" in made.detail


@pytest.mark.parametrize(
    "after",
    [
        [{"op": "resize", "width": 100, "enlarge": True}],
        [{"op": "resize", "width": 100, "enlarge": True}, {"op": "resize", "width": 1}],
    ],
    ids=str,
)
def test_what_grows_too_large_from_what_is_left_is_refused_at_its_step(after: list[Any]) -> None:
    # Planned as 100 x 60; what is left is 1 x 30, which 100 px wide are 3000 px high.
    image = Image.new("RGB", (100, 60))
    image.paste(pictures.WHITE, (5, 5, 6, 35))
    made = outcome(image, {"op": "trim"}, *after, limits=Limits(max_output_side=200))
    assert isinstance(made, LimitExceeded)
    assert (made.code, made.path) == ("output_too_large", "operations.1")
    assert "100x3000" in made.detail


def test_what_is_left_is_held_against_the_limits_of_results_although_it_did_not_grow() -> None:
    # A source may be larger than a result. As a whole it comes out as 10 x 30; without its border
    # it is 10 x 290 from the start.
    image = Image.new("RGB", (100, 300))
    image.paste(pictures.WHITE, (5, 5, 15, 295))
    made = outcome(
        image, {"op": "trim"}, {"op": "resize", "width": 10}, limits=Limits(max_output_side=200)
    )
    assert isinstance(made, LimitExceeded)
    assert (made.code, made.path) == ("output_too_large", "operations.1")
    assert "10x290" in made.detail
