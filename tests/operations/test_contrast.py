"""contrast: light and dark further apart, or closer."""

import pytest
from pydantic import ValidationError

from processing.operations.contrast import Contrast
from tests.operations.applied import Pixel, pixel_of, scaling_error


@pytest.mark.parametrize(
    ("amount", "pixel", "expected"),
    [
        (0, (0, 100, 255), (0, 100, 255)),
        # 127.5 + (100 - 127.5) / 2 is 113.75
        (-50, (0, 100, 255), (64, 114, 191)),
        (-100, (0, 100, 255), (128, 128, 128)),
        # 127.5 + (100 - 127.5) * 2 is 72.5
        (100, (0, 100, 255), (0, 72, 255)),
        (100, (150,), (172,)),
        (100, (150, 60), (172, 60)),
        (100, (150, 30, 180, 60), (172, 0, 232, 60)),
    ],
    ids=str,
)
def test_it_stretches_about_the_middle_but_not_alpha(
    amount: float, pixel: Pixel, expected: Pixel
) -> None:
    assert pixel_of(Contrast(amount=amount), *pixel) == expected


@pytest.mark.parametrize("amount", [-100, -40, 0])
def test_less_contrast_may_be_made_after_scaling(amount: float) -> None:
    assert Contrast(amount=amount).commutes_with_scaling()
    assert scaling_error(Contrast(amount=amount)) <= 1


def test_more_may_not() -> None:
    assert not Contrast(amount=40).commutes_with_scaling()


@pytest.mark.parametrize("parameters", [{}, {"amount": 101}, {"amount": -101}, {"amount": True}])
def test_it_rejects(parameters: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Contrast.model_validate(parameters)
