"""mirror: left to right."""

from processing.operations.mirror import Mirror
from tests import pictures


def test_it_swaps_left_and_right() -> None:
    result = Mirror().apply(pictures.picture(pictures.quarters())).frames[0].image
    assert result.getpixel((0, 0)) == pictures.GREEN
    assert result.getpixel((39, 0)) == pictures.RED
    assert result.getpixel((0, 29)) == pictures.WHITE
