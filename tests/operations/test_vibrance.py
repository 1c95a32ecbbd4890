"""vibrance: stronger dull colours."""

import numpy as np
import pytest
from pydantic import ValidationError

from processing.operations.vibrance import Vibrance
from tests import pictures
from tests.operations.applied import Pixel, image_of, pixel_of


@pytest.mark.parametrize("amount", [-100, -40, 0, 60, 100])
def test_a_pixel_moves_from_its_grey_the_less_the_more_vivid_it_is(amount: float) -> None:
    image = pictures.gradient()
    colors = pictures.pixels(image).astype(float)
    grey = (colors @ [0.299, 0.587, 0.114])[:, :, None]
    stronger = np.clip(grey + (colors - grey) * (1 + amount / 100), 0, 255)
    dull = 1 - (colors.max(axis=2) - colors.min(axis=2))[:, :, None] / 255
    expected = colors + (stronger - colors) * dull
    made = pictures.pixels(image_of(Vibrance(amount=amount), image))
    assert abs(made - expected).max() <= 1.6


@pytest.mark.parametrize(
    "pixel",
    [(90,), (90, 60), (90, 90, 90), (90, 90, 90, 60), (255, 0, 0), (0, 255, 0, 60)],
    ids=str,
)
def test_grey_pure_colours_and_alpha_stay(pixel: Pixel) -> None:
    assert pixel_of(Vibrance(amount=80), *pixel) == pixel


def test_transparency_makes_no_difference_to_colours() -> None:
    operation, color = Vibrance(amount=80), (160, 110, 70)
    assert pixel_of(operation, *color, 200) == (*pixel_of(operation, *color), 200)


@pytest.mark.parametrize("parameters", [{}, {"amount": 101}, {"amount": -101}, {"amount": "5"}])
def test_it_rejects(parameters: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Vibrance.model_validate(parameters)
