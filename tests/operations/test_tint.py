"""tint: a wash of colour."""

import pytest
from pydantic import ValidationError

from processing.operations.tint import Tint
from tests.operations.applied import Pixel, pixel_of, scaling_error


@pytest.mark.parametrize(
    ("amount", "pixel", "expected"),
    [
        (0, (100, 50, 10), (100, 50, 10)),
        (25, (100, 50, 10), (125, 88, 8)),
        (100, (100, 50, 10), (200, 200, 0)),
        (25, (100, 50, 10, 60), (125, 88, 8, 60)),
        (25, (100,), (125, 125, 75)),
        (25, (100, 60), (125, 125, 75, 60)),
    ],
    ids=str,
)
def test_it_mixes_every_pixel_with_the_colour_but_not_alpha(
    amount: float, pixel: Pixel, expected: Pixel
) -> None:
    made = pixel_of(Tint(color="#c8c800", amount=amount), *pixel)
    assert made == pytest.approx(expected, abs=1)
    assert len(made) == len(expected)


def test_half_of_it_is_laid_on_unless_said_otherwise() -> None:
    assert pixel_of(Tint(color="white"), 55) == (155,)


def test_it_may_be_done_after_scaling() -> None:
    operation = Tint(color="#c8c800", amount=40)
    assert operation.commutes_with_scaling()
    assert scaling_error(operation) <= 1


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({}, "missing"),
        ({"color": "#ff000080"}, "solid_color"),
        ({"color": "none"}, "color"),
        ({"color": "red", "amount": -1}, "greater_than_equal"),
    ],
    ids=str,
)
def test_it_rejects(parameters: dict[str, object], code: str) -> None:
    with pytest.raises(ValidationError) as error:
        Tint.model_validate(parameters)
    assert [problem["type"] for problem in error.value.errors()] == [code]
