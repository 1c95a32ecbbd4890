"""brightness: lighter or darker."""

import pytest
from pydantic import ValidationError

from processing.operations.brightness import Brightness
from tests.operations.applied import Pixel, pixel_of, scaling_error


@pytest.mark.parametrize(
    ("amount", "pixel", "expected"),
    [
        (0, (10, 100, 200), (10, 100, 200)),
        (-50, (10, 100, 200), (5, 50, 100)),
        (-100, (10, 100, 200), (0, 0, 0)),
        (50, (10, 100, 200), (15, 150, 255)),
        (100, (10, 100, 200), (20, 200, 255)),
        (50, (100,), (150,)),
        (50, (100, 60), (150, 60)),
        (50, (10, 100, 200, 60), (15, 150, 255, 60)),
    ],
    ids=str,
)
def test_it_multiplies_every_level_but_not_alpha(
    amount: float, pixel: Pixel, expected: Pixel
) -> None:
    assert pixel_of(Brightness(amount=amount), *pixel) == expected


@pytest.mark.parametrize("amount", [-100, -40, 0])
def test_darkening_may_be_done_after_scaling(amount: float) -> None:
    assert Brightness(amount=amount).commutes_with_scaling()
    assert scaling_error(Brightness(amount=amount)) <= 1


def test_lightening_may_not() -> None:
    assert not Brightness(amount=40).commutes_with_scaling()


@pytest.mark.parametrize("parameters", [{}, {"amount": 101}, {"amount": -101}, {"amount": "5"}])
def test_it_rejects(parameters: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Brightness.model_validate(parameters)
