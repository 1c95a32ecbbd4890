"""invert: the negative."""

import pytest
from pydantic import ValidationError

from processing.operations.invert import Invert
from tests.operations.applied import Pixel, pixel_of, scaling_error


@pytest.mark.parametrize(
    ("amount", "pixel", "expected"),
    [
        (100, (0, 100, 255), (255, 155, 0)),
        (100, (100,), (155,)),
        (100, (100, 60), (155, 60)),
        (100, (0, 100, 255, 60), (255, 155, 0, 60)),
        (0, (0, 100, 255), (0, 100, 255)),
        # 100 * 0.8 + 155 * 0.2 is 111
        (20, (0, 100, 255), (51, 111, 204)),
    ],
    ids=str,
)
def test_it_mixes_every_level_with_its_opposite_but_not_alpha(
    amount: float, pixel: Pixel, expected: Pixel
) -> None:
    assert pixel_of(Invert(amount=amount), *pixel) == expected


def test_it_is_whole_unless_said_otherwise() -> None:
    assert Invert().amount == 100


@pytest.mark.parametrize("amount", [100, 30])
def test_it_may_be_done_after_scaling(amount: float) -> None:
    assert Invert(amount=amount).commutes_with_scaling()
    assert scaling_error(Invert(amount=amount)) <= 1


@pytest.mark.parametrize("amount", [-1, 101, "50", None])
def test_it_rejects_an_amount_that_is_no_percentage(amount: object) -> None:
    with pytest.raises(ValidationError):
        Invert.model_validate({"amount": amount})
