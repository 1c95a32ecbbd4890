"""Every operation on animations: frames, delays, repeats and what is transparent stay."""

from dataclasses import replace
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from processing.limits import Limits
from processing.operation import Operation
from processing.operations import OPERATION, OPERATIONS
from processing.pipeline import Result, parse, run
from tests import pictures

LIMITS = Limits()
SIZE = (214, 30)
DRAWING = ("redact", "text", "watermark")
DELAYS = [100, 50, 200]
every_operation = pytest.mark.parametrize("model", OPERATIONS.values(), ids=OPERATIONS.keys())


def frames() -> list[Image.Image]:
    """A picture in a transparent margin that moves to the right."""
    made = []
    for number in range(3):
        image = Image.new("RGBA", SIZE, (*pictures.GREEN, 0))
        image.paste(pictures.gradient(90, 22).convert("RGBA"), (20 + 40 * number, 4))
        made.append(image)
    return made


@cache
def stored(format: str, plays: int) -> bytes:
    first, *rest = frames()
    options: dict[str, Any] = {"duration": DELAYS}
    if format == "gif":
        options |= {"disposal": 2, "loop": plays - 1}
    elif format != "avif":
        options["loop"] = plays
    if format == "webp":
        options |= {"lossless": True, "kmin": 0, "kmax": 1}
    if format == "avif":
        options["quality"] = 100
    return pictures.file(first, format, save_all=True, append_images=rest, **options).getvalue()


def expected_alphas(operation: Operation) -> list[NDArray[np.int_]]:
    """How solid the plain frames are once the operation is applied to them."""
    after = operation.apply(pictures.picture(*frames())).frames
    return [pictures.pixels(frame.image.convert("RGBA"))[:, :, 3] for frame in after]


def written(result: Result) -> tuple[list[int], list[NDArray[np.int_]], int | None]:
    """The delays and the alpha of every frame of a file, and its count of loops."""
    delays, alphas = [], []
    with Image.open(BytesIO(result.data)) as image:
        assert image.size == (result.width, result.height)
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            image.load()
            delays.append(image.info["duration"])
            alphas.append(pictures.pixels(image.convert("RGBA"))[:, :, 3])
        return delays, alphas, image.info.get("loop")


@every_operation
@pytest.mark.parametrize("format", ["gif", "webp", "png", "avif"])
def test_it_keeps_frames_delays_loops_and_transparency(model: type[Operation], format: str) -> None:
    asked = {"operations": [model.example], "output": {"quality": 90}}
    source = BytesIO(stored(format, plays=3))
    (result,) = run(source, [parse(asked, LIMITS)], LIMITS, pictures.open_quarters)
    assert isinstance(result, Result)
    assert (result.format, result.frames) == (format, 3)
    delays, alphas, loops = written(result)
    assert delays == DELAYS
    # A GIF counts repeats, the others how often it plays; Pillow knows no loops of an AVIF.
    assert loops == {"gif": 2, "avif": None}.get(format, 3)
    expected = expected_alphas(OPERATION.validate_python(model.example))
    for number, (made, wanted) in enumerate(zip(alphas, expected, strict=True)):
        if format == "gif":
            # Half is where nothing ends and something begins; a level to either side may differ.
            clear, solid = wanted < 126, wanted > 129
        else:
            clear, solid = wanted == 0, wanted == 255
        assert made.shape == wanted.shape
        assert made[clear].max(initial=0) <= (40 if format == "avif" else 0), number
        assert made[solid].min(initial=255) >= (215 if format == "avif" else 255), number


@every_operation
def test_what_is_transparent_stays_so_unless_something_is_drawn_there(
    model: type[Operation],
) -> None:
    operation = OPERATION.validate_python(model.example)
    after = operation.apply(pictures.picture(*frames()))
    if operation.op in DRAWING or after.size != SIZE:
        return
    for frame, before in zip(after.frames, frames(), strict=True):
        alpha = pictures.pixels(frame.image.convert("RGBA"))[:, :, 3]
        corners = alpha[[0, 0, -1, -1], [0, -1, 0, -1]]
        # A wide blur may still be felt there.
        assert corners.max() <= 2
        covered = abs(alpha.mean() - pictures.pixels(before)[:, :, 3].mean())
        assert covered < 8


@every_operation
@pytest.mark.parametrize("plays", [0, 1, 3])
def test_it_plays_as_often_as_before(model: type[Operation], plays: int) -> None:
    source = replace(pictures.picture(*frames()), plays=plays)
    assert OPERATION.validate_python(model.example).apply(source).plays == plays
