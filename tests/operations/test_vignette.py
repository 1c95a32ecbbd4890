"""vignette: dark corners."""

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from processing.operations.vignette import Vignette
from tests import pictures
from tests.operations.applied import image_of


@pytest.mark.parametrize("amount", [0, 50, 100])
@pytest.mark.parametrize("size", [(41, 31), (40, 90), (1, 5), (1, 1)], ids=str)
def test_it_darkens_with_the_square_of_the_distance(amount: float, size: tuple[int, int]) -> None:
    image = pictures.gradient(*size)
    # From -1 at one edge to 1 at the other, at the centres of the pixels.
    across, down = ((np.arange(length) + 0.5) / length * 2 - 1 for length in size)
    shade = amount / 100 * (across[None, :] ** 2 + down[:, None] ** 2) / 2
    expected = pictures.pixels(image) * (1 - shade)[:, :, None]
    made = pictures.pixels(image_of(Vignette(amount=amount), image))
    # The shade is the sum of two numbers that are each rounded to a level.
    assert abs(made - expected).max() <= 1.6


def test_grey_stays_grey_and_alpha_as_it_was() -> None:
    made = image_of(Vignette(amount=100), Image.new("LA", (100, 100), (200, 60)))
    assert made.getpixel((50, 50)) == (200, 60)
    assert made.getpixel((0, 0)) == pytest.approx((4, 60), abs=2)
    assert image_of(Vignette(), Image.new("L", (9, 9), 200)).mode == "L"


def test_corners_are_half_as_bright_unless_said_otherwise() -> None:
    made = image_of(Vignette(), Image.new("L", (1001, 1001), 200))
    assert made.getpixel((0, 0)) == pytest.approx(100, abs=2)


@pytest.mark.parametrize("amount", [-1, 101, "50"])
def test_it_rejects_an_amount_that_is_no_percentage(amount: object) -> None:
    with pytest.raises(ValidationError):
        Vignette.model_validate({"amount": amount})
