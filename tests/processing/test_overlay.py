"""overlay: a mark laid on frames, held against the sums of W3C compositing."""

from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from processing.operation import Picture
from processing.overlay import Overlay
from tests import pictures

Levels = NDArray[np.float64]


class Stamp(Overlay):
    """The mark is given to the test, not asked for."""

    op: Literal["stamp"] = "stamp"

    def apply(self, picture: Picture) -> Picture:
        return picture


def stamped(base: Image.Image, mark: Image.Image, **parameters: Any) -> Image.Image:
    return Stamp(**parameters).stamped(pictures.picture(base), mark).frames[0].image


def shares(image: Image.Image) -> tuple[Levels, Levels]:
    """Colours and alpha of every pixel, 0 to 1."""
    samples = pictures.pixels(image.convert("RGBA")) / 255
    return samples[..., :3], samples[..., 3:]


# --- Place -----------------------------------------------------------------------------------

BOX = 10, 6
CORNERS = {
    "northwest": (0, 0),
    "north": (15, 0),
    "northeast": (30, 0),
    "west": (0, 12),
    "center": (15, 12),
    "east": (30, 12),
    "southwest": (0, 24),
    "south": (15, 24),
    "southeast": (30, 24),
}


def where(image: Image.Image) -> tuple[int, int, int, int] | None:
    """The box of all that is not black."""
    return image.getbbox()


def black() -> Image.Image:
    return Image.new("RGB", (40, 30))


def white(width: int = 10, height: int = 6) -> Image.Image:
    return Image.new("L", (width, height), 255)


@pytest.mark.parametrize("gravity", CORNERS)
@pytest.mark.parametrize(
    ("x", "y", "right", "down"),
    [(0, 0, 0, 0), (3, 2, 3, 2), (-3, -2, -3, -2), ("5%", "-10%", 2, -3)],
    ids=str,
)
def test_it_lies_where_gravity_says_and_offsets_lead_inwards(
    gravity: str, x: int | str, y: int | str, right: int, down: int
) -> None:
    left, top = CORNERS[gravity]
    left += -right if left == 30 else right
    top += -down if top == 24 else down
    made = stamped(black(), white(), gravity=gravity, offset_x=x, offset_y=y)
    expected = black()
    expected.paste((255, 255, 255), (left, top, left + 10, top + 6))
    assert (pictures.pixels(made) == pictures.pixels(expected)).all()
