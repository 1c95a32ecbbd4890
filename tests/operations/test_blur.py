"""blur: soften."""

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from processing.operations.blur import Blur
from tests import pictures


@pytest.mark.parametrize("sigma", [1, 2, 5])
def test_a_point_spreads_as_a_gaussian_of_that_sigma(sigma: float) -> None:
    image = Image.new("L", (61, 61))
    image.paste(255, (30, 0, 31, 61))
    row = pictures.pixels(Blur(sigma=sigma).apply(pictures.picture(image)).frames[0].image)[30]
    across = np.arange(61) - 30
    expected = 255 * np.exp(-(across**2) / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))
    # Three box blurs make the Gaussian, each rounded to whole levels.
    assert abs(row - expected).max() < 0.05 * expected.max() + 1


def test_two_is_the_sigma_unless_said_otherwise() -> None:
    assert Blur().sigma == 2


def test_no_hidden_colour_shows_at_a_transparent_edge() -> None:
    blurred = Blur(sigma=4).apply(pictures.picture(pictures.half_transparent()))
    seen = pictures.pixels(blurred.frames[0].image)
    visible = seen[seen[:, :, 3] > 16]
    assert visible[:, 0].min() >= 250
    assert visible[:, 1].max() <= 5
    assert len(np.unique(seen[:, :, 3])) > 10


@pytest.mark.parametrize("sigma", [0, 0.2, 101, "2", None])
def test_it_rejects_a_sigma_out_of_range(sigma: object) -> None:
    with pytest.raises(ValidationError):
        Blur.model_validate({"sigma": sigma})
