"""The operations of several pipelines on one picture: those that begin alike begin once."""

from collections.abc import Sequence
from dataclasses import replace

from processing.limits import Limits
from processing.operation import Operation, Picture, Size
from processing.plan import check_step, walk

Operations = tuple[Operation, ...]

# As many widths in two formats as one page asks for; no more, because memory is for the work.
MOST_KEPT = 12_000_000
"""Pixels, over all frames, that are kept for pipelines to come."""


class Steps:
    """What came after the beginnings of pipelines, as long as another pipeline begins so."""

    def __init__(self, limits: Limits, pipelines: Sequence[Operations]) -> None:
        self._limits = limits
        self._later = list(pipelines)
        self._kept: list[tuple[Operations, Picture]] = []

    def applied(self, picture: Picture, operations: Operations) -> Picture:
        """Return the picture after all operations of the next of the pipelines.

        Every call must bring the same picture, or only its first frame.
        """
        self._later.remove(operations)
        frames = len(picture.frames)
        for number, operation in enumerate(operations, 1):
            beginning = operations[:number]
            picture = self._known(beginning, picture) or self._step(picture, operation, number)
            if not operation.exact:
                # The steps to come were planned for the largest that it could have come out as.
                sizes = walk(picture.size, operations, frames, self._limits, number)
                path = f"operations.{len(operations) - 1}"
                check_step((picture.size, *sizes)[-1], frames, self._limits, path)
            self._keep(beginning, picture)
        self._kept = [(known, made) for known, made in self._kept if self._comes_again(known)]
        return picture

    def _step(self, picture: Picture, operation: Operation, number: int) -> Picture:
        """Return the picture after one operation, as large as it may be and not as was planned."""
        made = operation.apply(picture)
        # A source may be larger than a result; a step that does not make it grow may pass.
        if _pixels(made) > _pixels(picture):
            frames = len(made.frames)
            for frame in made.frames:
                check_step(
                    Size(*frame.image.size), frames, self._limits, f"operations.{number - 1}"
                )
        return made

    def _known(self, beginning: Operations, picture: Picture) -> Picture | None:
        for known, made in self._kept:
            if known == beginning and len(made.frames) == len(picture.frames):
                return replace(picture, frames=made.frames, size=made.size, part=made.part)
        return None

    def _keep(self, beginning: Operations, picture: Picture) -> None:
        if not self._comes_again(beginning) or self._known(beginning, picture):
            return
        if sum(map(_pixels, (picture, *(made for _, made in self._kept)))) <= MOST_KEPT:
            self._kept.append((beginning, picture))

    def _comes_again(self, beginning: Operations) -> bool:
        return any(later[: len(beginning)] == beginning for later in self._later)


def _pixels(picture: Picture) -> int:
    return sum(frame.image.width * frame.image.height for frame in picture.frames)
