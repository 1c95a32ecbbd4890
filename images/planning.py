"""What a client wants made, and whether it can be: sums, no pixels and nothing written."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from django.conf import settings

from images.models import Image
from processing.decode import SourceInfo
from processing.errors import ProcessingError, joined
from processing.forecast import Forecast, forecast
from processing.parsing import Parsed, Pipeline
from processing.plan import plan


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A pipeline that a client asks for, its name for it, and where in the request it stood."""

    parsed: Parsed
    name: str = ""
    path: str = ""

    @property
    def pipeline(self) -> Pipeline:
        """Return what was asked for."""
        return self.parsed.pipeline

    def place(self, path: str) -> str:
        """Return where in the request something of the pipeline stood, as the client wrote it."""
        return joined(self.path, self.parsed.place(path))


def check(info: SourceInfo, wanted: Sequence[Wanted], owner_id: uuid.UUID) -> None:
    """Raise ProcessingError, with the path the client used, unless all of it can be done."""
    unknown = unknown_images(wanted, owner_id)
    for one in wanted:
        try:
            plan(info, one.pipeline, settings.LIMITS)
            check_images(one.pipeline, unknown)
        except ProcessingError as error:
            error.path = one.place(error.path)
            raise


def foretell(info: SourceInfo, wanted: Sequence[Wanted], owner_id: uuid.UUID) -> Iterator[Forecast]:
    """Tell what would become of each pipeline, with the paths the client used; makes nothing."""
    unknown = unknown_images(wanted, owner_id)
    for one in wanted:
        told = forecast(info, one.pipeline, settings.LIMITS)
        try:
            check_images(one.pipeline, unknown)
        except ProcessingError as error:
            told = Forecast(one.pipeline, limit=told.limit or error)
        yield told.placed(one.place)


def source_of(image_id: uuid.UUID, owner_id: uuid.UUID) -> SourceInfo:
    """What the header of an image's original said.

    Raises ProcessingError, alike whether the image is foreign, absent or expired.
    """
    image = Image.objects.alive().owned_by(owner_id).filter(pk=image_id).first()
    if image is None:
        raise ProcessingError("unknown_image", f"You have no image {image_id}.", "image")
    return SourceInfo(**image.source)


def check_images(pipeline: Pipeline, unknown: set[str]) -> None:
    """Raise ProcessingError when the pipeline names one of these unknown images."""
    for number, operation in enumerate(pipeline.operations):
        for image_id in unknown.intersection(operation.images()):
            raise ProcessingError(
                "unknown_image", f"You have no image {image_id}.", f"operations.{number}.image"
            )


def unknown_images(wanted: Sequence[Wanted], owner_id: uuid.UUID) -> set[str]:
    """Which of the images that pipelines name this user does not have, for whatever reason."""
    operations = chain.from_iterable(one.pipeline.operations for one in wanted)
    named = set(chain.from_iterable(operation.images() for operation in operations))
    if not named:
        return named
    found = Image.objects.alive().owned_by(owner_id).filter(pk__in=named)
    return named - {str(pk) for pk in found.values_list("pk", flat=True)}
