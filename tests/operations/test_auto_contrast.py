"""auto_contrast: from black to white."""

import numpy as np
import pytest
from PIL import Image, ImageOps
from pydantic import ValidationError

from processing.operations.auto_contrast import AutoContrast
from tests import pictures
from tests.operations.applied import image_of


@pytest.mark.parametrize("cutoff", [0, 1, 10, 40])
def test_grey_is_stretched_as_pillow_does(cutoff: float) -> None:
    image = pictures.noise(60, 40, spread=12)
    made = pictures.pixels(image_of(AutoContrast(cutoff=cutoff), image))
    expected = pictures.pixels(ImageOps.autocontrast(image, cutoff))
    # Pillow rounds down.
    assert abs(made - expected).max() <= 1
    assert (made.min(), made.max()) == (0, 255)


def test_all_colours_are_stretched_alike() -> None:
    image = Image.new("RGB", (2, 1), (50, 100, 125))
    image.putpixel((1, 0), (75, 75, 150))
    # 50 to 150 becomes 0 to 255.
    made = pictures.pixels(image_of(AutoContrast(), image))
    assert abs(made - [[(0, 127.5, 191.25), (63.75, 63.75, 255)]]).max() <= 0.51


def test_what_cannot_be_seen_does_not_count() -> None:
    image = Image.new("LA", (3, 1), (0, 0))
    image.putpixel((1, 0), (50, 10))
    image.putpixel((2, 0), (150, 255))
    made = pictures.pixels(image_of(AutoContrast(), image))[0]
    assert made[1:].tolist() == [[0, 10], [255, 255]]
    assert made[0, 1] == 0


def test_an_animation_does_not_flicker() -> None:
    dark, light = (Image.new("L", (4, 4), level) for level in (50, 90))
    result = AutoContrast().apply(pictures.picture(dark, light))
    assert [frame.image.getpixel((0, 0)) for frame in result.frames] == [0, 255]


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_an_even_or_invisible_picture_stays(mode: str) -> None:
    image = Image.new(mode, (3, 3), 90 if mode == "L" else (90, 0))
    assert (pictures.pixels(image_of(AutoContrast(), image)) == pictures.pixels(image)).all()


def test_nothing_is_cut_off_unless_said_otherwise() -> None:
    image = Image.fromarray(np.array([[10] + [100] * 999 + [200]], dtype="uint8"))
    assert pictures.pixels(image_of(AutoContrast(), image))[0, 500] == round(90 * 255 / 190)


@pytest.mark.parametrize("cutoff", [-1, 49.5, "1"])
def test_it_rejects_a_cutoff_out_of_range(cutoff: object) -> None:
    with pytest.raises(ValidationError):
        AutoContrast.model_validate({"cutoff": cutoff})
