"""gamma: lighter or darker middle tones."""

import numpy as np
import pytest
import pyvips
from PIL import Image
from pydantic import ValidationError

from processing.operations.gamma import Gamma
from tests import pictures
from tests.operations.applied import Pixel, image_of, pixel_of


@pytest.mark.parametrize("gamma", [0.1, 0.5, 1, 2.2, 10])
def test_every_level_is_that_of_another_program(gamma: float) -> None:
    ramp = np.arange(256, dtype="uint8")[None, :]
    expected = pyvips.Image.new_from_array(ramp).gamma(exponent=gamma).numpy().astype(int)
    made = pictures.pixels(image_of(Gamma(gamma=gamma), Image.fromarray(ramp)))
    # The other rounds down.
    assert abs(made - expected).max() <= 1


@pytest.mark.parametrize(
    ("pixel", "expected"),
    [
        # 255 * sqrt(64 / 255) is 127.7
        ((64,), (128,)),
        ((64, 60), (128, 60)),
        ((0, 64, 255), (0, 128, 255)),
        ((0, 64, 255, 60), (0, 128, 255, 60)),
    ],
    ids=str,
)
def test_black_white_and_alpha_stay(pixel: Pixel, expected: Pixel) -> None:
    assert pixel_of(Gamma(gamma=2), *pixel) == expected


@pytest.mark.parametrize("parameters", [{}, {"gamma": 0}, {"gamma": 0.09}, {"gamma": 10.1}])
def test_it_rejects(parameters: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Gamma.model_validate(parameters)
