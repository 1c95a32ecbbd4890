"""duotone: two colours."""

from typing import Any

import pytest
from pydantic import ValidationError

from processing.operations.duotone import Duotone
from tests.operations.applied import Pixel, pixel_of, scaling_error

COLORS: dict[str, Any] = {"shadow": "#0a1464", "highlight": "#fac832"}


@pytest.mark.parametrize(
    ("amount", "pixel", "expected"),
    [
        (100, (0,), (10, 20, 100)),
        (100, (255,), (250, 200, 50)),
        # 10 + 240 * 0.4, 20 + 180 * 0.4, 100 - 50 * 0.4
        (100, (102,), (106, 92, 80)),
        (100, (102, 60), (106, 92, 80, 60)),
        # The grey of green is 150: 10 + 240 * 150 / 255, ...
        (100, (0, 255, 0), (151, 126, 71)),
        (100, (0, 255, 0, 60), (151, 126, 71, 60)),
        (50, (0, 255, 0), (75, 190, 35)),
        (0, (0, 255, 0), (0, 255, 0)),
    ],
    ids=str,
)
def test_grey_becomes_a_place_between_the_two(amount: float, pixel: Pixel, expected: Pixel) -> None:
    made = pixel_of(Duotone(**COLORS, amount=amount), *pixel)
    assert made == pytest.approx(expected, abs=1)
    assert len(made) == len(expected)


def test_it_is_whole_unless_said_otherwise() -> None:
    assert Duotone(**COLORS).amount == 100


def test_it_may_be_done_after_scaling() -> None:
    assert Duotone(**COLORS).commutes_with_scaling()
    assert scaling_error(Duotone(**COLORS)) <= 1


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"shadow": "red"}, "missing"),
        ({"highlight": "red"}, "missing"),
        ({"shadow": "red", "highlight": "#ff000080"}, "solid_color"),
        ({"shadow": "transparent", "highlight": "red"}, "solid_color"),
        ({**COLORS, "amount": 101}, "less_than_equal"),
    ],
    ids=str,
)
def test_it_rejects(parameters: dict[str, object], code: str) -> None:
    with pytest.raises(ValidationError) as error:
        Duotone.model_validate(parameters)
    assert [problem["type"] for problem in error.value.errors()] == [code]
