"""What must hold once the service has come to rest, whatever happened before.

I1  what was accepted has its row and its object, until it was deleted or expired
I2  every rendition is completed or failed
I3  a completed rendition has one result, with the pixels of an undisturbed run
I4  the objects in the storage are those whose keys stand in rows
I5  no row without its file
I6  nobody is given another user's bytes
I7  no download after expiry
I8  states only move forward
I9  no 5xx but 503 or 507 with Retry-After
I10 no secrets in the logs

I6 to I9 are seen by tests/record.py as the answers come in.
"""

import hashlib
import io
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from PIL import Image as Pillow
from PIL import ImageChops, ImageStat

from images.models import TERMINAL, UPLOAD_GRACE, Rendition, from_now
from processing import pipeline
from processing.limits import Limits
from processing.pipeline import Pipeline, Result

if TYPE_CHECKING:
    from tests.stack import Stack

Ends = TypeVar("Ends")

REST_SECONDS = 90
NEAR = 8
"""How far apart, on average, the levels of two results may be whose companions differed."""


@dataclass
class Findings:
    """What does not hold, each as a line."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    orphaned: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled or self.orphaned or self.wrong)


def check(stack: "Stack", seconds: float = REST_SECONDS, *, thorough: bool = False) -> None:
    """Wait for rest, then assert that nothing was lost, doubled, orphaned or wrong.

    A `thorough` check also makes every result anew, reads the logs, takes no picture for gone
    that its owner has not deleted, and lets the hour go by after which a key that nothing
    refers to is given up.
    """
    found = judge(stack, seconds, thorough=thorough)
    assert not found, found


def judge(stack: "Stack", seconds: float = REST_SECONDS, *, thorough: bool = False) -> Findings:
    """As `check`, for those who count. What was noted is forgotten afterwards."""
    found = Findings()
    deadline = time.monotonic() + seconds
    if late := _wait(lambda: _unfinished(stack), deadline):
        found.lost.append(f"I2 not at rest after {seconds} s: {late}")
    if thorough:
        found.doubled += _doubled(stack)
        _let_an_hour_go_by(stack)
    if _open_ends(stack):
        stack.task("delete_expired")
    ends = _wait(lambda: _open_ends(stack), max(deadline, time.monotonic() + 10))
    found.lost += ends.pop("I5 rows without a file", [])
    found.orphaned += [f"{name}: {key}" for name, keys in ends.items() for key in keys]
    for rendition in stack.renditions.filter(status__in=TERMINAL):
        if bool(rendition.result_id) == bool(rendition.error_code):
            found.wrong.append(f"I3 {rendition.pk}: a result or a reason, not both")
    found.lost += _vanished(stack, thorough=thorough)
    found.wrong += stack.record.wrong
    if thorough:
        found.wrong += _other_pixels(stack) + leaks(stack)
    stack.record.forget()
    return found


def leaks(stack: "Stack") -> list[str]:
    """I10: which logs of the stack hold something that only its user may know."""
    secrets = stack.record.secrets
    return [
        f"I10 the log of {process.name} holds {secret[:12]}…"
        for process in stack.processes
        for secret in secrets
        if secret in process.log()
    ]


def _wait(ask: Callable[[], Ends], deadline: float) -> Ends:
    """Ask until there is nothing left, or the time is over; the last answer."""
    while (left := ask()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def _unfinished(stack: "Stack") -> list[str]:
    open_work = stack.renditions.exclude(status__in=TERMINAL)
    return [f"{pk} {status}" for pk, status in open_work.values_list("pk", "status")]


def _open_ends(stack: "Stack") -> dict[str, list[str]]:
    referred = set(stack.images.values_list("original_id", flat=True))
    referred |= set(stack.renditions.exclude(result=None).values_list("result_id", flat=True))
    stored = stack.objects()
    found = {
        "I5 rows without a file": referred - stored,
        "I4 files without a row": stored - referred,
        "I4 ledger rows without either": set(stack.files.values_list("pk", flat=True)) - referred,
    }
    return {name: sorted(keys) for name, keys in found.items() if keys}


def _doubled(stack: "Stack") -> list[str]:
    """Results that were committed and then replaced, which no picture's deletion explains."""
    if stack.record.deleted:
        return []
    taken = stack.files.filter(key__startswith="results/", adopted_at__isnull=False)
    return [f"I3 {pk}" for pk in taken.filter(rendition=None).values_list("pk", flat=True)]


def _let_an_hour_go_by(stack: "Stack") -> None:
    """A key whose process was killed waits for so long, in case that it is only slow."""
    stack.files.filter(adopted_at=None).update(created_at=from_now(-2 * UPLOAD_GRACE))


def _vanished(stack: "Stack", *, thorough: bool) -> list[str]:
    """I1: accepted, neither deleted nor refused, and not there; or there with other bytes."""
    record = stack.record
    over = record.deleted if thorough else record.deleted | record.refused
    kept = {pk: digest for pk, digest in record.accepted.items() if pk not in over}
    rows = {str(image.pk): image for image in stack.images.filter(pk__in=kept)}
    found = [f"I1 image {pk} was accepted and has no row" for pk in kept.keys() - rows.keys()]
    for pk, image in rows.items() if thorough else ():
        if hashlib.sha256(stack.read_object(image.original_id)).hexdigest() != kept[pk]:
            found.append(f"I1 image {pk} has other bytes than were uploaded")
    return found


def _other_pixels(stack: "Stack") -> list[str]:
    """I3: results that an undisturbed run would not have made."""
    done = stack.renditions.filter(image__in=stack.record.accepted, status="completed")
    found = []
    for rendition in done.select_related("image"):
        alone = rendition.image.renditions.using(stack.alias).count() == 1
        stored = stack.read_object(rendition.result_id)
        again = _undisturbed(stack, rendition)
        if not isinstance(again, Result) or not _alike(stored, again, exactly=alone):
            found.append(f"I3 rendition {rendition.pk} is not what its pipeline makes")
    return found


def _undisturbed(stack: "Stack", rendition: Rendition) -> object:
    def open_image(image_id: str) -> AbstractContextManager[BinaryIO]:
        return io.BytesIO(stack.read_object(stack.images.get(pk=image_id).original_id))

    source = io.BytesIO(stack.read_object(rendition.image.original_id))
    steps = Pipeline.model_validate(rendition.pipeline)
    return next(pipeline.run(source, [steps], Limits(), open_image))


def _alike(stored: bytes, again: Result, *, exactly: bool) -> bool:
    """Made alone the bytes are the same; beside others a picture is decoded in another size."""
    if exactly:
        return stored == again.data
    with Pillow.open(io.BytesIO(stored)) as one, Pillow.open(io.BytesIO(again.data)) as other:
        if (one.format, one.size) != (other.format, other.size):
            return False
        difference = ImageChops.difference(one.convert("RGBA"), other.convert("RGBA"))
        return max(ImageStat.Stat(difference).mean) < NEAR
