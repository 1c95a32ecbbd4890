"""border: a frame around the picture."""

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from processing.operation import Size
from processing.operations.border import Border
from tests import pictures
from tests.operations.applied import Pixel, image_of


def test_the_picture_grows_by_it_on_every_side() -> None:
    image = pictures.gradient()
    operation = Border(width=3, color="#010203")
    made = pictures.pixels(image_of(operation, image))
    expected = np.full((48 + 6, 64 + 6, 3), (1, 2, 3))
    expected[3:-3, 3:-3] = pictures.pixels(image)
    assert (made == expected).all()
    assert operation.size_after(Size(64, 48)) == Size(70, 54)


def test_it_is_thin_and_black_unless_said_otherwise() -> None:
    made = image_of(Border(), Image.new("RGB", (1, 1), pictures.WHITE))
    assert made.size == (3, 3)
    assert made.getpixel((0, 0)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("mode", "color", "expected"),
    [
        ("L", "#808080", (128, 128, 128, 255)),
        ("L", "#f00", (255, 0, 0, 255)),
        ("LA", "#f00", (255, 0, 0, 255)),
        ("RGB", "#f008", (255, 0, 0, 136)),
        ("RGBA", "transparent", (0, 0, 0, 0)),
    ],
)
def test_any_colour_fits_around_any_picture(mode: str, color: str, expected: Pixel) -> None:
    image = pictures.gradient().convert(mode)
    made = image_of(Border(width=2, color=color), image).convert("RGBA")
    assert made.getpixel((1, 1)) == made.getpixel((66, 50)) == expected
    assert made.getpixel((2, 2)) == image.convert("RGBA").getpixel((0, 0))


@pytest.mark.parametrize(
    "parameters", [{"width": 0}, {"width": 65536}, {"width": "2"}, {"color": "none"}], ids=str
)
def test_it_rejects(parameters: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Border.model_validate(parameters)
