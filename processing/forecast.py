"""What will become of a picture, told before any pixel is touched: sizes, memory, what is lost."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from processing.decode import SourceInfo, decoded_size
from processing.errors import FieldError, ProcessingError
from processing.limits import Limits
from processing.operation import Operation, Size
from processing.output import FORMATS, content_type
from processing.parsing import Pipeline
from processing.plan import Plan, plan

PIXEL = 4
"""Bytes of a pixel, as Pillow holds colours. Grey takes one: for it a prediction is too high."""
BUFFERS = 4
"""Frames that an operation needs for itself, on its way from one picture to the next."""
READING = {"webp": 16, "avif": 12}
"""Bytes a pixel of one frame while a file is decoded, where the codec keeps copies of its own."""
WRITING, WRITING_MORE = 12, {"webp": 26, "avif": 28, "gif": 30}
"""Bytes a pixel of one frame that encoders need, what they have written included."""
WRITING_LOSSLESS_WEBP = 40
OVERHEAD, OVERHEAD_MORE = 2_000_000, {"avif": 14_000_000, "gif": 14_000_000}
"""Bytes that encoders need however small the picture."""

EIGHT_BIT_SRGB = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX")
"""Modes whose pixels come out as they are, unless a colour profile says otherwise."""


@dataclass(frozen=True)
class Step:
    """The picture after one operation."""

    op: str
    size: Size
    exact: bool
    """If not, only pixels can tell; this is it where they leave the most."""


@dataclass(frozen=True)
class Forecast:
    """What a pipeline will make of a source, or which limit forbids it."""

    pipeline: Pipeline
    limit: ProcessingError | None = None
    """Why it cannot be done; then nothing else is known."""
    plan: Plan | None = None
    steps: tuple[Step, ...] = ()
    decoded: Size | None = None
    """Size at which the source is decoded: no larger than the result needs."""
    memory_bytes: int | None = None
    """The most that is needed at once, about; the bytes of the source file come on top."""
    warnings: tuple[FieldError, ...] = ()
    """What is lost on the way; the path is that of the field which loses it."""

    def placed(self, place: Callable[[str], str]) -> "Forecast":
        """Return it with every path as the client wrote it."""
        if self.limit is not None:
            self.limit.path = place(self.limit.path)
        warnings = [replace(warning, path=place(warning.path)) for warning in self.warnings]
        return replace(self, warnings=tuple(warnings))

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it; what is not known is null."""
        made, error = self.plan, self.limit
        return {
            "pipeline": self.pipeline.canonical(),
            "digest": self.pipeline.digest,
            "steps": [
                {"op": step.op, **step.size._asdict(), "exact": step.exact} for step in self.steps
            ],
            "result": made
            and {
                "format": made.format,
                "content_type": content_type(made.format),
                **made.size._asdict(),
                "frames": made.frames,
            },
            "decode": self.decoded and self.decoded._asdict(),
            "memory_bytes": self.memory_bytes,
            "limit": error and {"path": error.path, "code": error.code, "detail": error.detail},
            "warnings": [asdict(warning) for warning in self.warnings],
        }


def forecast(info: SourceInfo, pipeline: Pipeline, limits: Limits) -> Forecast:
    """Tell what `run` would make of a source, by sums alone; never raises ProcessingError."""
    try:
        made = plan(info, pipeline, limits)
    except ProcessingError as error:
        return Forecast(pipeline, limit=error)
    decoded = decoded_size(info, made.shrink)
    return Forecast(
        pipeline,
        plan=made,
        steps=tuple(_steps(pipeline.operations, made)),
        decoded=decoded,
        memory_bytes=_memory(info, pipeline, made, decoded),
        warnings=tuple(_warnings(info, pipeline, made)),
    )


def _steps(operations: tuple[Operation, ...], made: Plan) -> Iterator[Step]:
    exact = True
    for operation, size in zip(operations, made.sizes, strict=True):
        exact = exact and operation.exact
        yield Step(operation.op, size, exact)


def _memory(info: SourceInfo, pipeline: Pipeline, made: Plan, decoded: Size) -> int:
    """Return the largest of what reading, each step, and writing hold at once.

    The decoded frames stay until the end: other pipelines may start from them.
    """
    whole = _area(decoded_size(info, made.shrink, averaged=False))
    held = _area(decoded) * PIXEL * made.frames
    peaks = [held + whole * READING.get(info.format, 2 * PIXEL)]
    frame, before = _area(decoded), 0
    for size in made.sizes:
        after = _area(size) * PIXEL * made.frames
        peaks.append(held + before + after + max(frame, _area(size)) * PIXEL * BUFFERS)
        frame, before = _area(size), after
    writing = max(WRITING_MORE.get(name, WRITING) for name in made.formats)
    if "webp" in made.formats and (pipeline.output.lossless or made.format == "auto"):
        writing = WRITING_LOSSLESS_WEBP
    peaks.append(held + before + frame * writing)
    return max(peaks) + max(OVERHEAD_MORE.get(name, OVERHEAD) for name in made.formats)


def _area(size: Size) -> int:
    return size.width * size.height


def _warnings(info: SourceInfo, pipeline: Pipeline, made: Plan) -> Iterator[FieldError]:
    """Yield what is lost on the way, as far as the header of the source tells."""
    name = made.format.upper()
    for number, size in enumerate(made.sizes):
        if _area(size) > _area(info.size):
            detail = (
                f"The picture has {size.width}x{size.height} pixels after this step, more than the"
                f" source ({info.width}x{info.height}): it gains no detail."
            )
            yield FieldError(f"operations.{number}", "enlarges", detail)
            break
    if info.has_alpha and not any(FORMATS[one].has_alpha for one in made.formats):
        color = pipeline.output.background[:7]
        detail = f"{name} has no transparency: {color} will lie under transparent pixels."
        yield FieldError("output.format", "flattens_alpha", detail)
    if info.frames > made.frames:
        detail = f"{name} has no animation: of {info.frames} frames only the first stays."
        yield FieldError("output.format", "drops_frames", detail)
    if made.format == "gif" and info.format != "gif":
        detail = "GIF has 256 colours a frame, and pixels are either solid or transparent."
        yield FieldError("output.format", "reduces_colours", detail)
    if info.mode not in EIGHT_BIT_SRGB:
        detail = f"The pixels are {info.mode}; the result will be 8-bit sRGB."
        yield FieldError("", "converts_colours", detail)
    elif info.has_profile and pipeline.output.icc != "keep":
        detail = (
            "The source has a colour profile: unless it is that of sRGB, colours are converted."
        )
        yield FieldError("output.icc", "converts_colours", detail)
