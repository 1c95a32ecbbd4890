"""flip: top to bottom."""

from processing.operations.flip import Flip
from tests import pictures


def test_it_turns_the_picture_upside_down() -> None:
    result = Flip().apply(pictures.picture(pictures.quarters())).frames[0].image
    assert result.getpixel((0, 0)) == pictures.BLUE
    assert result.getpixel((39, 0)) == pictures.WHITE
    assert result.getpixel((0, 29)) == pictures.RED
