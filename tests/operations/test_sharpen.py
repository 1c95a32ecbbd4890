"""sharpen: an unsharp mask."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydantic import ValidationError

from processing.operations.sharpen import Sharpen
from tests import pictures


def edge(low: int = 100, high: int = 150, **parameters: Any) -> NDArray[np.int_]:
    image = Image.new("L", (40, 3), low)
    image.paste(high, (20, 0, 40, 3))
    result = Sharpen(**parameters).apply(pictures.picture(image)).frames[0].image
    row: NDArray[np.int_] = pictures.pixels(result)[1]
    return row


def test_it_brings_out_an_edge_and_leaves_the_even_parts() -> None:
    row = edge()
    assert row[19] < 100
    assert row[20] > 150
    assert list(row[[0, 39]]) == [100, 150]


def test_amount_is_how_much_is_added() -> None:
    assert list(edge(amount=0)) == [100] * 20 + [150] * 20
    once, twice = edge(amount=100)[20] - 150, edge(amount=200)[20] - 150
    assert twice == pytest.approx(2 * once, abs=2)


def test_sigma_is_how_wide_the_edge_gets() -> None:
    assert (edge(sigma=5) != edge(amount=0)).sum() > (edge(sigma=1) != edge(amount=0)).sum()


def test_threshold_is_the_smallest_edge_that_counts() -> None:
    assert list(edge(100, 104, threshold=10)) == [100] * 20 + [104] * 20
    assert list(edge(100, 104, threshold=0)) != [100] * 20 + [104] * 20


def test_no_hidden_colour_shows_at_a_transparent_edge() -> None:
    sharpened = Sharpen(sigma=3, amount=300).apply(pictures.picture(pictures.half_transparent()))
    seen = pictures.pixels(sharpened.frames[0].image)
    visible = seen[seen[:, :, 3] > 16]
    assert visible[:, 0].min() >= 250
    assert visible[:, 1].max() <= 5


@pytest.mark.parametrize(
    "parameters",
    [{"sigma": 0}, {"sigma": 11}, {"amount": 501}, {"amount": -1}, {"threshold": 256}],
    ids=str,
)
def test_it_rejects_what_is_out_of_range(parameters: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Sharpen.model_validate(parameters)
