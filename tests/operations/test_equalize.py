"""equalize: as many pixels of every brightness."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydantic import ValidationError

from processing.operations.equalize import Equalize
from tests import pictures
from tests.operations.applied import image_of

LUMA = (0.299, 0.587, 0.114)


def equalized(levels: NDArray[np.int_]) -> NDArray[np.float64]:
    """What the textbook says: the share of pixels above the darkest that are no lighter."""
    counts = np.bincount(levels.ravel(), minlength=256)
    upto = np.cumsum(counts)
    darkest = counts[counts > 0][0]
    table: NDArray[np.float64] = 255 * (upto - darkest) / (levels.size - darkest)
    return table[levels]


def test_grey_is_spread_as_the_textbook_says() -> None:
    image = pictures.noise(60, 40, spread=15)
    made = pictures.pixels(image_of(Equalize(), image))
    assert abs(made - equalized(pictures.pixels(image))).max() <= 0.51
    assert (made.min(), made.max()) == (0, 255)


def test_of_colours_the_brightness_is_spread_and_the_hue_stays() -> None:
    # Dull enough that no colour is cut off; 0.284 brighter than the noise, which is rounded off.
    noise = pictures.noise(60, 40, spread=9)
    image = Image.merge("RGB", [noise.point(lambda v, d=d: v + d) for d in (4, 0, -8)])
    made = pictures.pixels(image_of(Equalize(), image))
    expected = equalized(pictures.pixels(noise))
    inside = (expected > 12) & (expected < 243)
    assert abs(made @ LUMA - expected)[inside].max() <= 1.5
    assert abs((made[:, :, 0] - made[:, :, 2])[inside] - 12).max() <= 2


def test_what_cannot_be_seen_does_not_count() -> None:
    image = pictures.noise(60, 40, spread=15)
    whole = Image.new("LA", (60, 80), (255, 0))
    whole.paste(image.convert("LA"), (0, 0))
    made = pictures.pixels(image_of(Equalize(), whole))
    assert (made[:40, :, 0] == pictures.pixels(image_of(Equalize(), image))).all()
    assert (made[40:, :, 1] == 0).all()


def test_an_animation_does_not_flicker() -> None:
    dark, light = (Image.new("L", (4, 4), level) for level in (50, 90))
    result = Equalize().apply(pictures.picture(dark, light))
    assert [frame.image.getpixel((0, 0)) for frame in result.frames] == [0, 255]


@pytest.mark.parametrize("pixel", [(90,), (90, 0)], ids=str)
def test_an_even_picture_stays(pixel: tuple[int, ...]) -> None:
    image = Image.new("L" if len(pixel) == 1 else "LA", (3, 3), pixel if pixel[1:] else pixel[0])
    assert (pictures.pixels(image_of(Equalize(), image)) == pictures.pixels(image)).all()


def test_it_takes_no_parameters() -> None:
    with pytest.raises(ValidationError):
        Equalize.model_validate({"amount": 5})
