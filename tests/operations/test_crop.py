"""crop: a box, a size at a gravity, or an aspect ratio."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from processing.errors import ProcessingError
from processing.operation import Size
from processing.operations.crop import Crop
from tests import pictures


@pytest.mark.parametrize(
    ("parameters", "box"),
    [
        ({"left": 10, "top": 20, "width": 30, "height": 40}, (10, 20, 40, 60)),
        ({"left": "25%", "top": "10%", "width": "50%", "height": "20%"}, (50, 10, 150, 30)),
        ({"left": 5, "width": 10, "height": 10}, (5, 0, 15, 10)),
        ({"top": 5, "width": 10, "height": 10}, (0, 5, 10, 15)),
        ({"width": 200, "height": 100}, (0, 0, 200, 100)),
        ({"width": 20, "height": 10}, (90, 45, 110, 55)),
        ({"width": 20, "height": 10, "gravity": "northwest"}, (0, 0, 20, 10)),
        ({"width": 20, "height": 10, "gravity": "southeast"}, (180, 90, 200, 100)),
        ({"width": 20, "height": 10, "gravity": "north"}, (90, 0, 110, 10)),
        ({"aspect_ratio": "1:1"}, (50, 0, 150, 100)),
        ({"aspect_ratio": "1:1", "gravity": "west"}, (0, 0, 100, 100)),
        ({"aspect_ratio": "4:1"}, (0, 25, 200, 75)),
        ({"aspect_ratio": "1:1000"}, (100, 0, 101, 100)),
    ],
    ids=str,
)
def test_boxes(parameters: dict[str, Any], box: tuple[int, int, int, int]) -> None:
    assert Crop(**parameters).box(Size(200, 100)) == box


def test_it_cuts_those_pixels() -> None:
    crop = Crop(left=3, top=4, width=5, height=6)
    image = pictures.gradient()
    made = crop.apply(pictures.picture(image)).frames[0].image
    assert (pictures.pixels(made) == pictures.pixels(image)[4:10, 3:8]).all()


@pytest.mark.parametrize(
    ("parameters", "path"),
    [
        ({"left": 195, "width": 10, "height": 10}, "width"),
        ({"left": 200, "width": 1, "height": 1}, "width"),
        ({"top": 99, "width": 10, "height": 2}, "height"),
        ({"width": 201, "height": 10}, "width"),
        ({"left": "60%", "width": "50%", "height": "10%"}, "width"),
    ],
    ids=str,
)
def test_a_box_that_leaves_the_picture_is_an_error(parameters: dict[str, Any], path: str) -> None:
    with pytest.raises(ProcessingError) as refused:
        Crop(**parameters).size_after(Size(200, 100))
    assert refused.value.code == "crop_outside"
    assert refused.value.path == path


@given(st.integers(1, 400), st.integers(1, 400), st.integers(1, 999), st.integers(1, 999))
def test_an_aspect_ratio_is_met_to_the_pixel(
    width: int, height: int, across: int, down: int
) -> None:
    made = Crop(aspect_ratio=f"{across}:{down}").size_after(Size(width, height))
    assert made.width == width or made.height == height
    assert made.width == max(1, min(width, made.width))
    exact_width = min(width, height * across / down)
    exact_height = min(height, width * down / across)
    assert abs(made.width - max(1, exact_width)) <= 0.5 + 1e-6
    assert abs(made.height - max(1, exact_height)) <= 0.5 + 1e-6


@given(st.integers(1, 50), st.integers(0, 99), st.integers(1, 100))
def test_percentages_never_lead_out_of_the_picture(side: int, start: int, share: int) -> None:
    share = min(share, 100 - start)
    crop = Crop(left=f"{start}%", top=f"{start}%", width=f"{share}%", height=f"{share}%")
    left, top, right, bottom = crop.box(Size(side, side))
    assert 0 <= left < right <= side
    assert 0 <= top < bottom <= side


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"width": 10},
        {"left": 1, "top": 1},
        {"width": 0, "height": 5},
        {"width": "0%", "height": 5},
        {"width": "101%", "height": 5},
        {"width": "-5%", "height": 5},
        {"width": 5, "height": -5},
        {"width": 5, "height": 70000},
        {"left": -1, "width": 5, "height": 5},
        {"top": "5 %", "width": 5, "height": 5},
        {"left": 1, "width": 5, "height": 5, "gravity": "north"},
        {"aspect_ratio": "16x9"},
        {"aspect_ratio": "0:9"},
        {"aspect_ratio": "1:1", "width": 5},
        {"aspect_ratio": "1:1", "gravity": "up"},
    ],
    ids=str,
)
def test_it_rejects(parameters: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Crop.model_validate(parameters)
