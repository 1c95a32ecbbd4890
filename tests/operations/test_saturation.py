"""saturation: stronger or weaker colours."""

import numpy as np
import pytest
from pydantic import ValidationError

from processing.operations.saturation import Saturation
from tests import pictures
from tests.operations.applied import Pixel, image_of, pixel_of, scaling_error


@pytest.mark.parametrize("amount", [-100, -60, 0, 35, 100])
def test_it_moves_every_pixel_from_its_grey(amount: float) -> None:
    image = pictures.gradient()
    colors = pictures.pixels(image).astype(float)
    grey = (colors @ [0.299, 0.587, 0.114])[:, :, None]
    expected = np.clip(grey + (colors - grey) * (1 + amount / 100), 0, 255)
    made = pictures.pixels(image_of(Saturation(amount=amount), image))
    # The grey is rounded before it is moved from.
    assert abs(made - expected).max() <= 1.6


@pytest.mark.parametrize(
    ("pixel", "expected"),
    [
        ((90,), (90,)),
        ((90, 60), (90, 60)),
        ((90, 90, 90), (90, 90, 90)),
        # Grey is 76.
        ((255, 0, 0, 60), (166, 38, 38, 60)),
    ],
    ids=str,
)
def test_grey_and_alpha_stay(pixel: Pixel, expected: Pixel) -> None:
    made = pixel_of(Saturation(amount=-50), *pixel)
    assert made == pytest.approx(expected, abs=1)
    assert len(made) == len(expected)


@pytest.mark.parametrize("amount", [-100, -40, 0])
def test_less_of_it_may_be_made_after_scaling(amount: float) -> None:
    assert Saturation(amount=amount).commutes_with_scaling()
    assert scaling_error(Saturation(amount=amount)) <= 1


def test_more_may_not() -> None:
    assert not Saturation(amount=40).commutes_with_scaling()


@pytest.mark.parametrize("parameters", [{}, {"amount": 101}, {"amount": -101}, {"amount": None}])
def test_it_rejects(parameters: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Saturation.model_validate(parameters)
