"""threshold: black and white."""

import pytest
from pydantic import ValidationError

from processing.operations.threshold import Threshold
from tests.operations.applied import Pixel, pixel_of


@pytest.mark.parametrize(
    ("threshold", "pixel", "expected"),
    [
        (128, (127,), (0,)),
        (128, (128,), (255,)),
        (128, (128, 60), (255, 60)),
        # 0.587 of green is 150, 0.299 of red is 76.
        (150, (0, 255, 0), (255,)),
        (151, (0, 255, 0), (0,)),
        (76, (255, 0, 0, 60), (255, 60)),
        (77, (255, 0, 0, 60), (0, 60)),
        (0, (0,), (255,)),
    ],
    ids=str,
)
def test_grey_from_the_threshold_upwards_is_white(
    threshold: int, pixel: Pixel, expected: Pixel
) -> None:
    assert pixel_of(Threshold(threshold=threshold), *pixel) == expected


def test_it_is_in_the_middle_unless_said_otherwise() -> None:
    assert Threshold().threshold == 128


@pytest.mark.parametrize("threshold", [-1, 256, 0.5, "128"])
def test_it_rejects_a_threshold_that_is_no_level(threshold: object) -> None:
    with pytest.raises(ValidationError):
        Threshold.model_validate({"threshold": threshold})
