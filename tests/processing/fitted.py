"""Pictures written to a size, through the front door."""

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image

from processing.errors import ProcessingError
from processing.limits import Limits
from processing.pipeline import Result, parse, run
from tests import pictures

LIMITS = Limits()
LOSSY = {"jpeg": 80, "webp": 79, "avif": 60}
# Something is done to the pixels, so that no copy of the source will do.
MIRROR = [{"op": "mirror"}]


def scene(width: int = 96, height: int = 64) -> Image.Image:
    grain = pictures.noise(width, height, 40).convert("RGB")
    coarse = pictures.noise(width // 8, height // 8, 80).convert("RGB").resize((width, height))
    return Image.blend(Image.blend(coarse, grain, 0.2), pictures.gradient(width, height), 0.4)


PICTURES = {
    "scene": scene(),
    "noise": pictures.noise(80, 56, 60),
    "gradient": pictures.gradient(80, 56),
    "edges": pictures.quarters(90, 61),
    "alpha": Image.merge("RGBA", (*scene().split(), pictures.noise(96, 64, 90))),
}


def outcome(source: BytesIO, **output: Any) -> Result | ProcessingError:
    (made,) = run(source, [parse({"operations": MIRROR, "output": output}, LIMITS)], LIMITS)
    return made


def result(source: BytesIO, **output: Any) -> bytes:
    made = outcome(source, **output)
    assert isinstance(made, Result), made.detail
    return made.data


def failure(source: BytesIO, **output: Any) -> ProcessingError:
    made = outcome(source, **output)
    assert isinstance(made, ProcessingError)
    return made


def still(name: str) -> BytesIO:
    return pictures.file(PICTURES[name], "png")


def moving(images: Sequence[Image.Image], format: str = "webp") -> BytesIO:
    first, *rest = images
    options: dict[str, Any] = {"lossless": True} if format == "webp" else {}
    return pictures.file(first, format, save_all=True, append_images=rest, duration=50, **options)


@cache
def every(name: str, format: str) -> tuple[bytes, ...]:
    """The picture in every quality from 1 to 100, without regard to its size."""
    return tuple(result(still(name), format=format, quality=q) for q in range(1, 101))
