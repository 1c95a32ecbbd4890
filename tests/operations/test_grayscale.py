"""grayscale: the colour taken out."""

from typing import Any

import pytest
from PIL import Image
from pydantic import ValidationError

from processing.operations.grayscale import Grayscale
from tests import pictures


def gray(pixel: Any, mode: str = "RGB", **parameters: Any) -> Image.Image:
    source = pictures.picture(Image.new(mode, (1, 1), pixel))
    return Grayscale(**parameters).apply(source).frames[0].image


@pytest.mark.parametrize(
    ("pixel", "level"), [((255, 0, 0), 76), ((0, 255, 0), 150), ((0, 0, 255), 29)]
)
def test_it_weighs_colours_as_the_eye_does(pixel: tuple[int, ...], level: int) -> None:
    # ITU-R 601: 0.299 red + 0.587 green + 0.114 blue
    assert gray(pixel).getpixel((0, 0)) == level


def test_alpha_stays() -> None:
    assert gray((255, 0, 0, 90), "RGBA").getpixel((0, 0)) == (76, 90)


@pytest.mark.parametrize(("amount", "red"), [(0, 255), (50, 165)])
def test_a_part_of_it_mixes_with_the_colours(amount: float, red: int) -> None:
    (first, *_) = pictures.pixels(gray((255, 0, 0), amount=amount))[0, 0]
    assert first == red


@pytest.mark.parametrize("amount", [-1, 101, "50", True, float("nan")])
def test_it_rejects_an_amount_that_is_no_percentage(amount: object) -> None:
    with pytest.raises(ValidationError):
        Grayscale.model_validate({"amount": amount})
