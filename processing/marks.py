"""The other pictures that pipelines lay on theirs: opened, held against the limits, decoded."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import BinaryIO

from processing.decode import decode, inspect
from processing.errors import LimitExceeded, ProcessingError, UnreadableImage, UnsupportedFormat
from processing.limits import Limits
from processing.operation import Picture, Size
from processing.parsing import Pipeline

OpenImage = Callable[[str], AbstractContextManager[BinaryIO]]
"""Gives the seekable file of the image with this id; raises ProcessingError when there is none."""


def no_images(image_id: str) -> AbstractContextManager[BinaryIO]:
    """Know no other picture."""
    raise ProcessingError("unknown_image", f"There is no image {image_id}.")


class Marks:
    """The other pictures of one run. Each is opened once, when it is first wanted, and is decoded \
no larger than the largest need."""

    def __init__(self, open_image: OpenImage, limits: Limits) -> None:
        self._open_image = open_image
        self._limits = limits
        self._spares: dict[str, list[Callable[[Size], float]]] = defaultdict(list)
        self._seen: dict[str, Picture | ProcessingError] = {}

    def expect(self, pipeline: Pipeline, sizes: Sequence[Size]) -> None:
        """Note what a pipeline needs; `sizes` are those of its picture, before each operation."""
        for operation, size in zip(pipeline.operations, sizes, strict=False):
            for image_id in operation.images():
                self._spares[image_id].append(partial(operation.spare_in, size=size))

    def of(self, pipeline: Pipeline) -> dict[str, Picture]:
        """Return the pictures that an expected pipeline names, by id.

        Raises ProcessingError with path "operations.N.image" for one that is not there or cannot
        be read.
        """
        found = {}
        for number, operation in enumerate(pipeline.operations):
            for image_id in operation.images():
                outcome = self._outcome(image_id)
                if isinstance(outcome, ProcessingError):
                    path = f"operations.{number}.image"
                    raise ProcessingError(outcome.code, outcome.detail, path)
                found[image_id] = outcome
        return found

    def _outcome(self, image_id: str) -> Picture | ProcessingError:
        if image_id not in self._seen:
            try:
                self._seen[image_id] = self._decoded(image_id)
            except ProcessingError as error:
                self._seen[image_id] = error
        return self._seen[image_id]

    def _decoded(self, image_id: str) -> Picture:
        with self._open_image(image_id) as file:
            try:
                info = inspect(file, self._limits)
                shrink = min(spare(info.size) for spare in self._spares[image_id])
                return decode(file, info, shrink)
            except (UnsupportedFormat, UnreadableImage, LimitExceeded) as error:
                raise ProcessingError(
                    "watermark_unreadable",
                    f"The image {image_id} cannot be laid on a picture. {error.detail}",
                ) from error
