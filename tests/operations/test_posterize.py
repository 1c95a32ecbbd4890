"""posterize: few levels."""

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from processing.operations.posterize import Posterize
from tests import pictures
from tests.operations.applied import Pixel, image_of, pixel_of


@pytest.mark.parametrize("bits", range(1, 9))
def test_it_leaves_so_many_levels_evenly_spread_from_black_to_white(bits: int) -> None:
    ramp = np.arange(256, dtype="uint8")[None, :]
    (made,) = pictures.pixels(image_of(Posterize(bits=bits), Image.fromarray(ramp)))
    steps = np.linspace(0, 255, 2**bits)
    assert abs(made - np.repeat(steps, 256 // 2**bits)).max() <= 0.51


@pytest.mark.parametrize(
    ("pixel", "expected"),
    [
        ((200,), (255,)),
        ((100, 60), (0, 60)),
        ((127, 128, 255), (0, 255, 255)),
        ((127, 128, 255, 60), (0, 255, 255, 60)),
    ],
    ids=str,
)
def test_alpha_stays(pixel: Pixel, expected: Pixel) -> None:
    assert pixel_of(Posterize(bits=1), *pixel) == expected


def test_sixteen_levels_stay_unless_said_otherwise() -> None:
    assert Posterize().bits == 4


@pytest.mark.parametrize("bits", [0, 9, 2.5, "4"])
def test_it_rejects_bits_out_of_range(bits: object) -> None:
    with pytest.raises(ValidationError):
        Posterize.model_validate({"bits": bits})
