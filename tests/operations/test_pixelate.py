"""pixelate: large squares instead of pixels."""

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from processing.operations.pixelate import Pixelate
from tests import pictures
from tests.operations.applied import image_of


@pytest.mark.parametrize("size", [2, 7, 64, 256])
def test_every_square_is_the_mean_of_what_it_covers(size: int) -> None:
    # 40 x 30 leaves squares cut off at the right and at the bottom.
    image = pictures.gradient(40, 30)
    source = pictures.pixels(image)
    made = pictures.pixels(image_of(Pixelate(size=size), image))
    assert made.shape == source.shape
    for top in range(0, 30, size):
        for left in range(0, 40, size):
            square = np.s_[top : top + size, left : left + size]
            mean = source[square].mean(axis=(0, 1))
            assert abs(made[square] - mean).max() <= 0.51


def test_ten_is_the_size_unless_said_otherwise() -> None:
    assert Pixelate().size == 10


def test_no_hidden_colour_shows() -> None:
    # Half of each square is opaque red, half is transparent with green under it.
    made = image_of(Pixelate(size=40), pictures.half_transparent())
    assert made.getpixel((0, 0)) == pytest.approx((255, 0, 0, 127.5), abs=1)
    assert made.getpixel((39, 39)) == made.getpixel((0, 0))


def test_grey_with_alpha_is_weighed_too() -> None:
    image = Image.new("LA", (2, 1), (200, 255))
    image.putpixel((1, 0), (0, 0))
    assert image_of(Pixelate(size=2), image).getpixel((1, 0)) == pytest.approx((200, 127.5), abs=1)


@pytest.mark.parametrize("size", [1, 257, 2.5, "8"])
def test_it_rejects_a_size_out_of_range(size: object) -> None:
    with pytest.raises(ValidationError):
        Pixelate.model_validate({"size": size})
