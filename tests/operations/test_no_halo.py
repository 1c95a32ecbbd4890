"""What lies hidden under transparent pixels never shows, whatever is done to a picture."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from PIL import Image

from processing.encode import encode
from processing.errors import ProcessingError
from processing.limits import Limits
from processing.operation import Operation, Picture
from processing.operations import OPERATIONS
from processing.output import Output
from processing.pipeline import parse
from processing.plan import walk
from tests import pictures
from tests.processing.random_pipelines import operations

LIMITS = Limits(max_output_side=300, max_output_pixels=90_000)
SIZE = (214, 40)


def red_over(hidden: tuple[int, ...], mode: str = "RGBA") -> Picture:
    """Opaque red stripes, a half-transparent one, and between them a hidden colour."""
    image = Image.new("RGBA", SIZE, (*hidden, 0))
    for left in range(0, SIZE[0], 13):
        image.paste((*pictures.RED, 255), (left, 3, left + 6, SIZE[1]))
    image.paste((*pictures.RED, 128), (0, 20, SIZE[0], 23))
    return pictures.picture(image.convert(mode))


def applied(asked: dict[str, Any], source: Picture) -> Picture | None:
    """The result, or None where it is refused."""
    try:
        (operation,) = parse([asked], LIMITS).operations
        walk(source.size, [operation], 1, LIMITS)
        return operation.apply(source)
    except ProcessingError:
        return None


def assert_nothing_hidden_shows(asked: dict[str, Any], mode: str) -> bool:
    one, other = (applied(asked, red_over(color, mode)) for color in (pictures.GREEN, (0, 0, 0)))
    assert (one is None) == (other is None)
    if one is None or other is None:
        return False
    seen, expected = (
        pictures.pixels(made.frames[0].image.convert("RGBA")) for made in (one, other)
    )
    assert seen.shape == expected.shape
    assert (seen[:, :, 3] == expected[:, :, 3]).all()
    visible = expected[:, :, 3] > 0
    assert (seen[visible] == expected[visible]).all()
    return True


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
@pytest.mark.parametrize("model", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_what_is_hidden_changes_nothing_that_shows(model: type[Operation], mode: str) -> None:
    assert assert_nothing_hidden_shows(model.example, mode)


@settings(max_examples=80, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(operations())
def test_no_parameters_bring_out_what_is_hidden(asked: dict[str, Any]) -> None:
    assert_nothing_hidden_shows(asked, "RGBA")


MIXING: list[dict[str, Any]] = [
    *({"op": "resize", "width": 100, "filter": name} for name in ("lanczos", "bicubic", "box")),
    {"op": "resize", "width": 280, "enlarge": True},
    {"op": "resize", "width": 90, "height": 90, "fit": "contain", "background": "transparent"},
    {"op": "rotate", "angle": 30},
    {"op": "blur", "sigma": 3},
    {"op": "sharpen", "sigma": 2, "amount": 300},
    {"op": "pixelate", "size": 7},
    {"op": "pad", "all": 9, "mode": "blur"},
    {"op": "redact", "regions": [{"left": 3, "top": 2, "width": 99, "height": 30}], "mode": "blur"},
]


@pytest.mark.parametrize("asked", MIXING, ids=str)
def test_red_beside_transparent_green_stays_red(asked: dict[str, Any]) -> None:
    """Neither green nor dark: the edge fades, its colour does not change."""
    made = applied(asked, red_over(pictures.GREEN))
    assert made is not None
    pixels = pictures.pixels(made.frames[0].image)
    alpha = pixels[:, :, 3]
    assert ((alpha > 20) & (alpha < 235)).any()
    # Colours of pixels this faint cannot be told exactly.
    seen = pixels[alpha > 20]
    assert np.abs(seen[:, 1:3]).max() == 0
    assert seen[:, 0].min() >= 255 - 255 // 20


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
@pytest.mark.parametrize("format", ["webp", "avif", "png", "gif"])
def test_a_file_shows_nothing_of_what_is_hidden_either(format: str, mode: str) -> None:
    """Lossy writers mix colours of neighbours, those under transparent pixels included."""
    seen = []
    for hidden in (pictures.GREEN, (0, 0, 0)):
        data = encode(red_over(hidden, mode), format, Output(quality=60 if mode == "LA" else None))
        with Image.open(BytesIO(data)) as image:
            pixels = pictures.pixels(image.convert("RGBA"))
        seen.append(pixels[pixels[:, :, 3] > 200])
    expected = np.array(pictures.RED) if mode == "RGBA" else np.full(3, 76)
    for visible in seen:
        assert np.abs(visible[:, :3] - expected).max() <= 6
    assert (seen[0] == seen[1]).all()
