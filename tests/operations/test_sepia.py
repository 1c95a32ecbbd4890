"""sepia: brown as an old photograph."""

import pytest
from PIL import Image
from pydantic import ValidationError

from processing.operations.sepia import Sepia
from tests import pictures


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        # Rows of the CSS filter: 0.393 + 0.769 + 0.189, 0.349 + 0.686 + 0.168, ...
        (100, (135, 120, 94)),
        (50, (118, 110, 97)),
        (0, (100, 100, 100)),
    ],
)
def test_it_mixes_the_bands_as_the_css_filter_does(
    amount: float, expected: tuple[int, int, int]
) -> None:
    source = pictures.picture(Image.new("RGB", (2, 2), (100, 100, 100)))
    result = Sepia(amount=amount).apply(source).frames[0].image
    assert abs(pictures.pixels(result) - expected).max() <= 1


def test_it_is_whole_unless_said_otherwise() -> None:
    assert Sepia().amount == 100


def test_grey_becomes_coloured_and_alpha_stays() -> None:
    source = pictures.picture(Image.new("LA", (1, 1), (100, 60)))
    assert Sepia().apply(source).frames[0].image.getpixel((0, 0)) == (135, 120, 94, 60)


@pytest.mark.parametrize("amount", [-1, 100.5, "80", None])
def test_it_rejects_an_amount_that_is_no_percentage(amount: object) -> None:
    with pytest.raises(ValidationError):
        Sepia.model_validate({"amount": amount})
