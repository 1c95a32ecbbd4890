"""sepia: brown as an old photograph."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from processing.limits import Limits
from processing.operations.sepia import Sepia
from processing.pipeline import Result, parse, run
from tests import pictures


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        # Rows of the CSS filter: 0.393 + 0.769 + 0.189, 0.349 + 0.686 + 0.168, ...
        (100, (135, 120, 94)),
        (50, (118, 110, 97)),
        (0, (100, 100, 100)),
    ],
)
def test_it_mixes_the_bands_as_the_css_filter_does(
    amount: float, expected: tuple[int, int, int]
) -> None:
    source = pictures.picture(Image.new("RGB", (2, 2), (100, 100, 100)))
    result = Sepia(amount=amount).apply(source).frames[0].image
    assert abs(pictures.pixels(result) - expected).max() <= 1


def test_it_is_whole_unless_said_otherwise() -> None:
    assert Sepia().amount == 100


def test_grey_becomes_coloured_and_alpha_stays() -> None:
    source = pictures.picture(Image.new("LA", (1, 1), (100, 60)))
    assert Sepia().apply(source).frames[0].image.getpixel((0, 0)) == (135, 120, 94, 60)


@pytest.mark.parametrize("amount", [-1, 100.5, "80", None])
def test_it_rejects_an_amount_that_is_no_percentage(amount: object) -> None:
    with pytest.raises(ValidationError):
        Sepia.model_validate({"amount": amount})


def test_bright_pixels_clip_before_a_resize_not_after() -> None:
    """White comes out as 255, 255, 239: a checkerboard of it is half of that, not half of 344."""
    board = Image.fromarray((np.indices((512, 512)).sum(0) % 2 * 255).astype("uint8"))
    wanted = [{"op": "sepia"}, {"op": "resize", "width": 64}]
    pipeline = parse({"operations": wanted, "output": {"format": "png"}}, Limits())
    (result,) = run(pictures.file(board.convert("RGB"), "png"), [pipeline], Limits())
    assert isinstance(result, Result)
    middle = pictures.pixels(Image.open(BytesIO(result.data)))[8:-8, 8:-8]
    assert np.abs(middle - np.array([255, 255, 239]) / 2).max() <= 2
