"""hue: other colours of the same lightness."""

import pytest
from pydantic import ValidationError

from processing.operations.hue import Hue
from tests import pictures
from tests.operations.applied import Pixel, image_of, pixel_of


@pytest.mark.parametrize(
    ("degrees", "pixel", "expected"),
    [
        # What browsers show for filter: hue-rotate().
        (90, (255, 0, 0), (0, 91, 0)),
        (120, (255, 0, 0), (0, 113, 0)),
        (180, (255, 0, 0), (0, 109, 109)),
        (180, (0, 0, 255), (37, 37, 0)),
        # Half a turn is twice the lightness, 117.7, less the colour.
        (180, (200, 100, 50), (35, 135, 185)),
        (-90, (0, 255, 0), (255, 147, 0)),
    ],
    ids=str,
)
def test_it_turns_as_the_css_filter_does(degrees: float, pixel: Pixel, expected: Pixel) -> None:
    assert pixel_of(Hue(degrees=degrees), *pixel) == pytest.approx(expected, abs=1)


@pytest.mark.parametrize("degrees", [-360, 0, 360])
def test_a_whole_turn_changes_nothing(degrees: float) -> None:
    image = pictures.gradient()
    difference = pictures.pixels(image_of(Hue(degrees=degrees), image)) - pictures.pixels(image)
    assert abs(difference).max() <= 1


@pytest.mark.parametrize("pixel", [(90,), (90, 60), (90, 90, 90), (90, 90, 90, 60)], ids=str)
def test_grey_and_alpha_stay(pixel: Pixel) -> None:
    assert pixel_of(Hue(degrees=77), *pixel) == pixel


def test_lightness_stays_where_no_level_is_cut_off() -> None:
    red, green, blue = pixel_of(Hue(degrees=60), 120, 110, 100)
    assert 0.213 * red + 0.715 * green + 0.072 * blue == pytest.approx(
        0.213 * 120 + 0.715 * 110 + 0.072 * 100, abs=1
    )


@pytest.mark.parametrize("parameters", [{}, {"degrees": 361}, {"degrees": "90"}])
def test_it_rejects(parameters: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Hue.model_validate(parameters)
