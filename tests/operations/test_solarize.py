"""solarize: the negative of light parts."""

import pytest
from PIL import ImageOps
from pydantic import ValidationError

from processing.operations.solarize import Solarize
from tests import pictures
from tests.operations.applied import Pixel, image_of, pixel_of


@pytest.mark.parametrize("threshold", [0, 1, 100, 255])
def test_it_is_what_pillow_makes_of_it(threshold: int) -> None:
    image = pictures.gradient()
    made = image_of(Solarize(threshold=threshold), image)
    assert (pictures.pixels(made) == pictures.pixels(ImageOps.solarize(image, threshold))).all()


@pytest.mark.parametrize(
    ("pixel", "expected"),
    [
        ((127,), (127,)),
        ((128, 200), (127, 200)),
        ((127, 128, 255), (127, 127, 0)),
        ((127, 128, 255, 200), (127, 127, 0, 200)),
    ],
    ids=str,
)
def test_it_inverts_what_is_128_or_more_unless_said_otherwise(
    pixel: Pixel, expected: Pixel
) -> None:
    assert pixel_of(Solarize(), *pixel) == expected


@pytest.mark.parametrize("threshold", [-1, 256, 0.5, "128"])
def test_it_rejects_a_threshold_that_is_no_level(threshold: object) -> None:
    with pytest.raises(ValidationError):
        Solarize.model_validate({"threshold": threshold})
