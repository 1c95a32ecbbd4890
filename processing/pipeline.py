"""From a file and pipelines to results: decode once, apply each, encode."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from processing.auto import choices, without_idle_alpha
from processing.decode import SourceInfo, decode, inspect
from processing.encode import count_frames
from processing.errors import ProcessingError, pillow_errors
from processing.fitting import Original, fitted
from processing.limits import Limits
from processing.marks import Marks, OpenImage, no_images
from processing.operation import Picture
from processing.output import Output, content_type
from processing.parsing import Pipeline, parse
from processing.plan import Plan, plan
from processing.steps import Steps

__all__ = ["Pipeline", "Result", "parse", "run"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Result:
    """A finished file."""

    data: bytes
    format: str
    """"jpeg", "png" ..."""
    content_type: str
    width: int
    height: int
    frames: int


def run(
    source: BinaryIO,
    pipelines: Sequence[Pipeline],
    limits: Limits,
    open_image: OpenImage = no_images,
) -> Iterator[Result | ProcessingError]:
    """Yield one outcome for each pipeline, in order, each as soon as it is made.

    `source` is a seekable file. It is decoded once, no larger than the largest need, and what
    pipelines begin with alike is done once; when it cannot be read, every pipeline has the same
    error. `open_image` gives the file of another image that a pipeline names; what it raises, but
    for ProcessingError, ends the run.
    """
    try:
        info = inspect(source, limits)
        plans = [_plan(info, pipeline, limits) for pipeline in pipelines]
        pictures = _decode_each(source, info, pipelines, plans)
    except ProcessingError as error:
        yield from [error] * len(pipelines)
        return
    marks = Marks(open_image, limits)
    for pipeline, made in zip(pipelines, plans, strict=True):
        if isinstance(made, Plan):
            marks.expect(pipeline, (info.size, *made.sizes))
    steps = {
        space: Steps(limits, [one.operations for one in pipelines if one.output.icc == space])
        for space in pictures
    }
    for pipeline, made in zip(pipelines, plans, strict=True):
        if isinstance(made, Plan):
            space = pipeline.output.icc
            alike = not pipeline.operations and made.format == info.format
            original = Original(source, info) if alike else None
            yield _result(pictures[space], pipeline, made, steps[space], marks, original)
        else:
            yield made


def _plan(info: SourceInfo, pipeline: Pipeline, limits: Limits) -> Plan | ProcessingError:
    try:
        return plan(info, pipeline, limits)
    except ProcessingError as error:
        return error


def _decode_each(
    source: BinaryIO,
    info: SourceInfo,
    pipelines: Sequence[Pipeline],
    plans: Sequence[Plan | ProcessingError],
) -> dict[str, Picture]:
    """Decode once for each colour space asked for: as small, few frames and grey as serves all."""
    wanted: dict[str, list[Plan]] = {}
    for pipeline, made in zip(pipelines, plans, strict=True):
        if isinstance(made, Plan):
            wanted.setdefault(pipeline.output.icc, []).append(made)
    return {space: _decode(source, info, some, space) for space, some in wanted.items()}


def _decode(source: BinaryIO, info: SourceInfo, plans: Sequence[Plan], space: str) -> Picture:
    shrink = min(made.shrink for made in plans)
    frames = max(made.frames for made in plans)
    grey = all(made.grey for made in plans)
    own_space = space == "keep"
    return decode(source, info, shrink, frames, grey=grey, own_space=own_space)


def _result(
    picture: Picture,
    pipeline: Pipeline,
    made: Plan,
    steps: Steps,
    marks: Marks,
    original: Original | None,
) -> Result | ProcessingError:
    failed = f"The picture could not be processed or written as {made.format}."
    try:
        picture = replace(picture, images=marks.of(pipeline))
        with pillow_errors("processing_failed", failed):
            start = picture if made.frames > 1 else picture.first()
            picture = steps.applied(start, pipeline.operations)
            name, data = _written(picture, made, pipeline.output, original)
            frames = count_frames(data) if made.frames > 1 else 1
    except ProcessingError as error:
        if error.__cause__ is not None:
            logger.warning("%s", error.detail, exc_info=error.__cause__)
        return error
    return Result(
        data=data,
        format=name,
        content_type=content_type(name),
        width=picture.size.width,
        height=picture.size.height,
        frames=frames,
    )


def _written(
    picture: Picture, made: Plan, output: Output, original: Original | None
) -> tuple[str, bytes]:
    """Return the file, and its format: where the plan leaves that open, what serves best."""
    if made.format != "auto":
        return made.format, fitted(picture, made.format, output, original)
    picture = without_idle_alpha(picture)
    ways = choices(picture, made.formats, output)
    files = [(name, fitted(picture, name, way, original)) for name, way in ways]
    return min(files, key=lambda file: len(file[1]))
