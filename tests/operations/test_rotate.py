"""rotate: clockwise by any angle."""

import math
from typing import Any

import numpy as np
import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from processing.operation import Size
from processing.operations.rotate import Rotate
from tests import pictures


def rotated(image: Image.Image, **parameters: Any) -> Image.Image:
    return Rotate(**parameters).apply(pictures.picture(image)).frames[0].image


@pytest.mark.parametrize(("angle", "turns"), [(90, 1), (180, 2), (-90, 3), (270, 3), (360, 0)])
def test_quarter_turns_are_exact_and_clockwise(angle: float, turns: int) -> None:
    image = pictures.gradient()
    # numpy turns the other way
    expected = np.rot90(pictures.pixels(image), -turns)
    assert (pictures.pixels(rotated(image, angle=angle)) == expected).all()


@pytest.mark.parametrize("angle", [30, -100.5])
def test_other_angles_are_those_of_another_program(angle: float) -> None:
    image = pictures.gradient(90, 60)
    reference = pyvips.Image.new_from_array(pictures.pixels(image).astype("uint8"))
    expected = (
        reference.similarity(
            angle=angle, interpolate=pyvips.Interpolate.new("bicubic"), background=[0, 0, 0]
        )
        .numpy()
        .astype(int)
    )
    made = rotated(image, angle=angle)
    assert abs(made.width - expected.shape[1]) <= 2
    assert abs(made.height - expected.shape[0]) <= 2
    centre, other = (
        a[a.shape[0] // 2 - 15 : a.shape[0] // 2 + 15, a.shape[1] // 2 - 15 : a.shape[1] // 2 + 15]
        for a in (pictures.pixels(made)[:, :, :3], expected)
    )
    # The two may differ in where they round the centre to: a pixel, that is 7 levels, at most.
    assert abs(centre - other).mean() < 5


@given(st.floats(-360, 360), st.integers(1, 300), st.integers(1, 300))
def test_the_size_just_holds_the_turned_picture(angle: float, width: int, height: int) -> None:
    made = Rotate(angle=angle).size_after(Size(width, height))
    cosine, sine = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
    assert -1e-5 <= made.width - (width * cosine + height * sine) < 1
    assert -1e-5 <= made.height - (width * sine + height * cosine) < 1


def test_corners_are_transparent_and_the_middle_is_opaque() -> None:
    made = rotated(Image.new("RGB", (60, 60), pictures.RED), angle=45)
    assert made.getpixel((0, 0)) == (0, 0, 0, 0)
    assert made.getpixel((made.width // 2, made.height // 2)) == (255, 0, 0, 255)


def test_edges_fade_without_a_halo() -> None:
    made = pictures.pixels(rotated(Image.new("RGB", (60, 60), pictures.RED), angle=10))
    visible = made[made[:, :, 3] > 16]
    assert len(np.unique(visible[:, 3])) > 10
    assert visible[:, 0].min() >= 250


@pytest.mark.parametrize("mode", pictures.WORKING_MODES)
def test_a_background_fills_the_corners(mode: str) -> None:
    image = pictures.gradient().convert(mode)
    made = rotated(image, angle=45, background="#00f")
    assert made.convert("RGBA").getpixel((0, 0)) == (0, 0, 255, 255)


@pytest.mark.parametrize(("angle", "color"), [(90, (0, 0, 0, 0)), (30, (0, 0, 0, 0))])
def test_without_expand_the_size_stays(angle: float, color: tuple[int, ...]) -> None:
    made = rotated(Image.new("RGB", (60, 20), pictures.RED), angle=angle, expand=False)
    assert made.size == (60, 20)
    assert made.getpixel((0, 19)) == color
    assert made.getpixel((30, 10)) == (255, 0, 0, 255)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"angle": 361},
        {"angle": "90"},
        {"angle": float("inf")},
        {"angle": 90, "expand": 1},
        {"angle": 90, "background": "none"},
    ],
    ids=str,
)
def test_it_rejects(parameters: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Rotate.model_validate(parameters)
