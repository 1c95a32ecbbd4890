"""Whatever is asked of whatever picture: a result of the size planned, or an error in words."""

from functools import cache
from io import BytesIO
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from processing.decode import inspect
from processing.errors import ProcessingError
from processing.limits import Limits
from processing.pipeline import Result, parse, run
from processing.plan import plan
from tests import pictures
from tests.processing.random_pipelines import pipelines

# Small, so that what is large is refused rather than made.
LIMITS = Limits(formats=(*Limits().formats, "tiff"), max_output_side=400, max_output_pixels=100_000)
KINDS = [
    *(("png", mode) for mode in ("1", "L", "LA", "P", "P+tRNS", "RGB", "RGBA", "I;16")),
    *(("jpeg", mode) for mode in ("L", "RGB", "CMYK")),
    *(("tiff", mode) for mode in ("PA", "LAB", "YCbCr", "I", "F", "CMYK", "I;16")),
    *((format, "animation") for format in ("gif", "png", "webp")),
]
SIZES = [(1, 1), (1, 61), (64, 1), (33, 27), (80, 60)]


@cache
def stored(format: str, kind: str, size: tuple[int, int]) -> bytes:
    if kind == "animation":
        first, *rest = pictures.frames(3, size)
        options: dict[str, Any] = {"save_all": True, "append_images": rest, "duration": 50}
        return pictures.file(first, format, **options).getvalue()
    return pictures.file(pictures.in_mode(kind, *size), format).getvalue()


@settings(
    max_examples=200, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(st.sampled_from(KINDS), st.sampled_from(SIZES), pipelines())
def test_it_ends_in_a_result_of_the_planned_size_or_a_clean_error(
    kind: tuple[str, str], size: tuple[int, int], asked: dict[str, Any]
) -> None:
    content = stored(*kind, size)
    try:
        pipeline = parse(asked, LIMITS)
    except ProcessingError:
        return
    (outcome,) = run(BytesIO(content), [pipeline], LIMITS, pictures.open_quarters)
    if isinstance(outcome, ProcessingError):
        # An error that Pillow caused would be one that nobody had thought of.
        assert outcome.__cause__ is None, repr(outcome.__cause__)
        assert outcome.detail
        return
    assert isinstance(outcome, Result)
    planned = plan(inspect(BytesIO(content), LIMITS), pipeline, LIMITS)
    exact = all(operation.exact for operation in pipeline.operations)
    made = (outcome.width, outcome.height)
    assert made == planned.size or not exact
    with Image.open(BytesIO(outcome.data)) as image:
        image.load()
        assert (image.size, image.format) == (made, outcome.format.upper())
