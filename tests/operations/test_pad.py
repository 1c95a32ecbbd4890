"""pad: room around the picture."""

from typing import Any, Literal

import numpy as np
import pytest
import pyvips
from PIL import Image
from pydantic import ValidationError

from processing.operation import Size
from processing.operations.pad import Pad
from tests import pictures
from tests.operations.applied import Pixel, image_of


@pytest.mark.parametrize(
    ("parameters", "margins"),
    [
        # Of a picture of 200 x 100: left, top, right, bottom.
        ({"top": 5}, (0, 5, 0, 0)),
        ({"top": 1, "right": 2, "bottom": 3, "left": 4}, (4, 1, 2, 3)),
        ({"left": "10%", "bottom": "10%"}, (20, 0, 0, 10)),
        ({"all": 7}, (7, 7, 7, 7)),
        ({"all": "50%"}, (100, 50, 100, 50)),
        ({"all": 0}, (0, 0, 0, 0)),
        ({"aspect_ratio": "1:1"}, (0, 50, 0, 50)),
        ({"aspect_ratio": "1:1", "gravity": "north"}, (0, 0, 0, 100)),
        ({"aspect_ratio": "1:1", "gravity": "southwest"}, (0, 100, 0, 0)),
        ({"aspect_ratio": "2:1"}, (0, 0, 0, 0)),
        ({"aspect_ratio": "3:1"}, (50, 0, 50, 0)),
        ({"aspect_ratio": "3:1", "gravity": "east"}, (100, 0, 0, 0)),
        # 100 * 2.006 is 200.6
        ({"aspect_ratio": "2.006:1"}, (1, 0, 0, 0)),
        # 200 / 1.9 is 105.26
        ({"aspect_ratio": "1.9:1"}, (0, 3, 0, 2)),
    ],
    ids=str,
)
def test_the_room_is_a_matter_of_sums(parameters: Any, margins: tuple[int, ...]) -> None:
    operation, (left, top, right, bottom) = Pad(**parameters), margins
    assert operation.margins(Size(200, 100)) == margins
    assert operation.size_after(Size(200, 100)) == Size(left + 200 + right, top + 100 + bottom)


@pytest.mark.parametrize(
    ("mode", "background", "expected"),
    [
        ("RGB", "transparent", (0, 0, 0, 0)),
        ("L", "transparent", (0, 0, 0, 0)),
        ("L", "#f00", (255, 0, 0, 255)),
        ("RGB", "#00f", (0, 0, 255, 255)),
        ("LA", "#00f8", (0, 0, 255, 136)),
        ("RGBA", "white", (255, 255, 255, 255)),
    ],
)
def test_a_colour_fills_it(mode: str, background: str, expected: Pixel) -> None:
    image = pictures.gradient(20, 10).convert(mode)
    made = image_of(Pad(left=3, top=2, background=background), image).convert("RGBA")
    assert made.getpixel((2, 11)) == made.getpixel((22, 1)) == expected
    inside = made.crop((3, 2, 23, 12))
    assert (pictures.pixels(inside) == pictures.pixels(image.convert("RGBA"))).all()


def test_the_room_is_transparent_unless_said_otherwise() -> None:
    assert Pad(all=1).background == "#00000000"


@pytest.mark.parametrize(("mode", "numpys"), [("edge", "edge"), ("mirror", "symmetric")])
@pytest.mark.parametrize("size", [(7, 5), (1, 1), (1, 6)], ids=str)
@pytest.mark.parametrize(
    ("left", "top", "right", "bottom"), [(3, 2, 1, 4), (0, 0, 9, 0), (16, 17, 18, 19)]
)
@pytest.mark.parametrize("pixel_mode", ["L", "RGB"])
def test_the_picture_continues_as_numpy_continues_it(
    mode: Literal["edge", "mirror"],
    numpys: Literal["edge", "symmetric"],
    size: tuple[int, int],
    left: int,
    top: int,
    right: int,
    bottom: int,
    pixel_mode: str,
) -> None:
    image = pictures.gradient(*size).convert(pixel_mode)
    made = image_of(Pad(left=left, top=top, right=right, bottom=bottom, mode=mode), image)
    source = pictures.pixels(image)
    room = [(top, bottom), (left, right), (0, 0)][: source.ndim]
    assert (pictures.pixels(made) == np.pad(source, room, mode=numpys)).all()


@pytest.mark.parametrize("mode", ["edge", "mirror"])
def test_alpha_continues_too(mode: Literal["edge", "mirror"]) -> None:
    made = image_of(Pad(all=2, mode=mode), pictures.half_transparent())
    assert made.getpixel((0, 0)) == (255, 0, 0, 255)
    assert pictures.pixels(made)[0, 43, 3] == 0


def test_the_blurred_backdrop_is_that_of_another_program() -> None:
    image = pictures.quarters(800, 400)
    made = pictures.pixels(image_of(Pad(aspect_ratio="1:1", mode="blur"), image))
    assert (made[200:600] == pictures.pixels(image)).all()
    reference = pyvips.Image.new_from_array(pictures.pixels(image).astype("uint8"))
    # The standard deviation is a fiftieth of the longer side.
    covering = reference.crop(200, 0, 400, 400).resize(2).gaussblur(800 / 50)
    difference = abs(made - covering.numpy().astype(int))[np.r_[0:200, 600:800]]
    assert difference.mean() < 1
    assert difference.max() < 20


def test_no_hidden_colour_shows_in_the_backdrop() -> None:
    made = pictures.pixels(
        image_of(Pad(top=20, left="50%", mode="blur"), pictures.half_transparent(80, 80))
    )
    visible = made[made[:, :, 3] > 16]
    assert visible[:, 0].min() >= 250
    assert visible[:, 1].max() <= 5


def test_a_backdrop_of_grey_stays_grey() -> None:
    assert image_of(Pad(all=4, mode="blur"), Image.new("L", (5, 3), 90)).getpixel((0, 0)) == 90


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({}, "missing_size"),
        ({"mode": "blur"}, "missing_size"),
        ({"all": 1, "top": 2}, "ambiguous_pad"),
        ({"all": 1, "aspect_ratio": "1:1"}, "ambiguous_pad"),
        ({"left": 0, "aspect_ratio": "1:1"}, "ambiguous_pad"),
        ({"all": 1, "gravity": "north"}, "ambiguous_pad"),
        ({"top": -1}, "length"),
        ({"right": "101%"}, "length"),
        ({"aspect_ratio": "0:1"}, "ratio"),
        ({"all": 1, "mode": "average"}, "literal_error"),
        ({"all": 1, "background": "none"}, "color"),
    ],
    ids=str,
)
def test_it_rejects(parameters: dict[str, object], code: str) -> None:
    with pytest.raises(ValidationError) as error:
        Pad.model_validate(parameters)
    assert [problem["type"] for problem in error.value.errors()] == [code]
