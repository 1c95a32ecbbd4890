"""temperature: warmer or cooler."""

import pytest
from pydantic import ValidationError

from processing.operations.temperature import Temperature
from tests.operations.applied import Pixel, pixel_of


@pytest.mark.parametrize(
    ("amount", "pixel", "expected"),
    [
        (0, (100, 50, 200), (100, 50, 200)),
        (100, (100, 50, 200), (130, 50, 140)),
        (-100, (100, 50, 100), (70, 50, 130)),
        (50, (100, 50, 200), (115, 50, 170)),
        (100, (250, 50, 200), (255, 50, 140)),
        (50, (100,), (115, 100, 85)),
        (50, (100, 60), (115, 100, 85, 60)),
        (50, (100, 50, 200, 60), (115, 50, 170, 60)),
    ],
    ids=str,
)
def test_red_and_blue_change_by_up_to_thirty_percent(
    amount: float, pixel: Pixel, expected: Pixel
) -> None:
    made = pixel_of(Temperature(amount=amount), *pixel)
    assert made == pytest.approx(expected, abs=1)
    assert len(made) == len(expected)


@pytest.mark.parametrize("parameters", [{}, {"amount": 101}, {"amount": -101}, {"amount": "5"}])
def test_it_rejects(parameters: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Temperature.model_validate(parameters)
