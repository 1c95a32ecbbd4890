"""What a pipeline will make of a picture, by sums alone: sizes, limits, how little to decode."""

from collections.abc import Sequence
from dataclasses import dataclass

from processing.decode import SourceInfo
from processing.errors import LimitExceeded, ProcessingError, joined
from processing.limits import Limits
from processing.operation import Operation, Size
from processing.output import FORMATS, output_format, possible_formats
from processing.parsing import Pipeline


@dataclass(frozen=True)
class Plan:
    """What will come out, and what has to go in."""

    sizes: tuple[Size, ...]
    """Size after each operation; from the first one on that is not `exact`, what comes of the \
largest that it can make."""
    size: Size
    """Size of the result, in the same sense."""
    frames: int
    """Frames of the result; 1 where the format has no animation."""
    format: str
    """Format of the result: "jpeg", "png" ...; "auto" where only the finished picture can tell."""
    shrink: float
    """How many times smaller than the whole the source may be decoded, with nothing lost."""
    grey: bool
    """Whether the colours of the source do not count."""
    formats: tuple[str, ...]
    """Formats the result may have: one, unless `format` is "auto"."""


def plan(info: SourceInfo, pipeline: Pipeline, limits: Limits) -> Plan:
    """Work out a pipeline for a source.

    Raises LimitExceeded("output_too_large") and the like, with path "operations.N", before any
    pixel is touched.
    """
    name = output_format(pipeline.output, info.format)
    formats = possible_formats(pipeline.output, name)
    frames = info.frames if any(FORMATS[known].animates for known in formats) else 1
    sizes = walk(info.size, pipeline.operations, frames, limits)
    size = sizes[-1] if sizes else info.size
    path = f"operations.{len(sizes) - 1}" if sizes else "output"
    check_step(size, frames, limits, path)
    widest = max(formats, key=lambda known: FORMATS[known].max_side)
    _check_format(size, widest, path)
    formats = tuple(known for known in formats if FORMATS[known].max_side >= max(size))
    return Plan(sizes, size, frames, name, _shrink(info.size, pipeline), _grey(pipeline), formats)


def walk(
    size: Size, operations: Sequence[Operation], frames: int, limits: Limits, first: int = 0
) -> tuple[Size, ...]:
    """Return the size after every operation from number `first` on, each held against the limits.

    `size` is that before the first of them. Raises ProcessingError with path "operations.N".
    """
    sizes: list[Size] = []
    for number, operation in enumerate(operations[first:], first):
        path = f"operations.{number}"
        try:
            after = operation.size_after(size)
        except ProcessingError as error:
            error.path = joined(path, error.path)
            raise
        # A source may be larger than a result; a step that does not make it grow may pass.
        if after.width > size.width or after.height > size.height:
            check_step(after, frames, limits, path)
        size = after
        sizes.append(size)
    return tuple(sizes)


def check_step(size: Size, frames: int, limits: Limits, path: str) -> None:
    """Hold a size against the limits; raises LimitExceeded with this path."""
    if max(size) > limits.max_output_side:
        raise LimitExceeded(
            "output_too_large",
            f"Width and height may be {limits.max_output_side} px after any step; these would be"
            f" {size.width}x{size.height}.",
            path,
        )
    pixels = size.width * size.height * frames
    if pixels > limits.max_output_pixels:
        raise LimitExceeded(
            "output_too_large",
            f"A picture may have {limits.max_output_pixels} pixels after any step, all frames"
            f" together; this one would have {pixels}.",
            path,
        )


def _check_format(size: Size, name: str, path: str) -> None:
    most = FORMATS[name].max_side
    if max(size) > most:
        raise LimitExceeded(
            "output_too_large",
            f"A {name} file may be {most} px wide and high; this one would be"
            f" {size.width}x{size.height}.",
            path,
        )


def _shrink(size: Size, pipeline: Pipeline) -> float:
    """Return the spare density of the first step that cares, seen through those that do not."""
    for operation in pipeline.operations:
        if not operation.commutes_with_scaling():
            return operation.spare(size)
        size = operation.size_after(size)
    return 1.0


def _grey(pipeline: Pipeline) -> bool:
    """Tell whether the first step that cares about colour takes it out."""
    for operation in pipeline.operations:
        if not operation.treats_bands_alike():
            return operation.takes_color_out()
    return False
