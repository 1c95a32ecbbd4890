"""round_corners: corners cut round."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydantic import ValidationError

from processing.operations.round_corners import RoundCorners
from tests import pictures
from tests.operations.applied import Pixel, image_of


def alpha(radius: int | str, width: int, height: int) -> NDArray[np.int_]:
    made = image_of(RoundCorners(radius=radius), Image.new("RGB", (width, height)))
    return pictures.pixels(made)[:, :, 3]


@pytest.mark.parametrize("radius", [1, 2, 5, 20])
def test_every_pixel_is_as_solid_as_much_of_it_lies_inside(radius: int) -> None:
    # 16 x 16 points in each pixel of the corner, and how many of them lie in the circle.
    points = (np.arange(radius * 16) + 0.5) / 16 - radius
    inside = np.hypot(points[:, None], points[None, :]) <= radius
    expected = 255 * inside.reshape(radius, 16, radius, 16).mean(axis=(1, 3))
    corner = alpha(radius, 60, 44)[:radius, :radius]
    assert abs(corner - expected).max() <= 0.07 * 255


def test_all_four_corners_are_alike_and_the_rest_is_solid() -> None:
    made = alpha(9, 60, 44)
    assert (made == made[::-1]).all()
    assert (made == made[:, ::-1]).all()
    assert made[0, 0] == 0
    assert (made[9:-9] == 255).all()
    assert (made[:, 9:-9] == 255).all()


@pytest.mark.parametrize("radius", ["max", "50%", 100, 65535])
def test_a_square_becomes_a_disc(radius: int | str) -> None:
    area = alpha(radius, 200, 200).sum() / 255
    assert area == pytest.approx(math.pi * 100**2, rel=0.001)


@pytest.mark.parametrize(
    ("radius", "width", "height", "cut"),
    [
        # A circle leaves 4 - pi of its square to the corners.
        (0, 40, 20, 0),
        ("10%", 400, 200, 20),
        ("max", 40, 20, 10),
        ("max", 20, 40, 10),
        (5, 40, 20, 5),
        ("max", 1, 1, 0),
    ],
)
def test_percent_are_of_the_shorter_side_and_half_of_it_is_the_most(
    radius: int | str, width: int, height: int, cut: int
) -> None:
    missing = width * height - alpha(radius, width, height).sum() / 255
    assert missing == pytest.approx((4 - math.pi) * cut**2, rel=0.02, abs=0.1)


@pytest.mark.parametrize(
    ("mode", "pixel", "corner", "middle"),
    [
        ("L", (90,), (90, 0), (90, 255)),
        ("LA", (90, 60), (90, 0), (90, 60)),
        ("RGB", (1, 2, 3), (1, 2, 3, 0), (1, 2, 3, 255)),
        ("RGBA", (1, 2, 3, 60), (1, 2, 3, 0), (1, 2, 3, 60)),
    ],
)
def test_transparency_that_was_there_stays(
    mode: str, pixel: Pixel, corner: Pixel, middle: Pixel
) -> None:
    source = Image.new(mode, (30, 30), pixel if len(pixel) > 1 else pixel[0])
    made = image_of(RoundCorners(radius=10), source)
    assert made.getpixel((0, 0)) == corner
    assert made.getpixel((15, 15)) == middle


@pytest.mark.parametrize("radius", [None, -1, "maximum", "51 %", "101%", True, 65536])
def test_it_rejects_a_radius_and_says_what_it_takes(radius: object) -> None:
    with pytest.raises(ValidationError, match='"0%" to "100%" or "max"'):
        RoundCorners.model_validate({"radius": radius})


def test_a_radius_is_needed() -> None:
    with pytest.raises(ValidationError):
        RoundCorners.model_validate({})
