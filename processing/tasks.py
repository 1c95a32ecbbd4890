"""The worker's front door: pictures are made, bells are rung again, what is over is deleted."""

import io
import logging
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event, Thread
from typing import Any, BinaryIO

from celery import Task, shared_task
from celery.exceptions import SoftTimeLimitExceeded
from celery.utils.functional import chunks
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Min
from kombu.exceptions import OperationalError as BrokerError

from images.models import (
    Image,
    KeyedRequest,
    Rendition,
    StoredFile,
    WorkerHeartbeat,
    worker_name,
)
from processing import pipeline, storage
from processing.breaker import Breaker
from processing.child import processor_time
from processing.deletion import BATCH, delete_rows_of_expired, erase_if_old, erase_unwanted
from processing.errors import OutOfMemory, ProcessingError, Quarantined
from processing.pipeline import Pipeline, Result

logger = logging.getLogger(__name__)
_broker = Breaker(pause=5)

RINGS_A_ROUND = 1000
ROUND_SECONDS = 20
"""How long one round of deletions may keep a worker from pictures; the next round goes on."""


def ring(image_id: uuid.UUID) -> bool:
    """Tell the workers that an image has open work; False when the broker cannot be reached.

    Nothing depends on it but speed: reconcile() finds whatever was not heard.
    """
    if _broker.refuses():
        return False
    try:
        process_image.apply_async((str(image_id),), retry=False)
    except (BrokerError, OSError) as error:
        _broker.failed()
        logger.warning("The broker did not take the message for image %s: %s", image_id, error)
        return False
    _broker.answered()
    return True


class Job(Task[Any, Any]):
    """A task whose children are watched while they are at it."""

    Request = "processing.deaths:JobRequest"


@shared_task(base=Job)
def process_image(image_id: str) -> None:
    """Do the next job: every open rendition of one image, from a single decode.

    `image_id` is the image for which the bell was rung; the rows tell whose turn it is. There are
    as many bells as jobs, so each is done. Safe to run any number of times at once: only work that
    could be claimed is done, and only the holder of a claim can finish it.
    """
    del image_id
    work = Rendition.objects.claim_next(worker_name())
    if not work:
        return
    image = work[0].image
    if image.quarantined_at:
        fail_all(work, Quarantined())
        return
    with lease_kept(work[0].lease), processor_time(settings.JOB_CPU_SECONDS):
        make(image, work)


def make(image: Image, work: list[Rendition]) -> None:
    """Bring claimed work to an end, whatever the picture does short of killing this process."""
    pipelines = [Pipeline.model_validate(rendition.pipeline) for rendition in work]
    try:
        with storage.open_file(image.original_id) as source:
            open_image = partial(open_image_of, image.owner_id, work[0].lease)
            for outcome in pipeline.run(source, pipelines, settings.LIMITS, open_image):
                settle(work[0], outcome)
                del work[0]
    except SoftTimeLimitExceeded:
        seconds = settings.LIMITS.max_seconds
        fail_all(work, ProcessingError("job_timeout", f"The work took longer than {seconds} s."))
    except MemoryError:
        # Above all it must not reach the parent, which would die of it.
        fail_all(work, OutOfMemory())
    except storage.MissingFile:
        # A bucket may show late what it has stored: only what is never there is lost.
        if work[0].attempts >= settings.MAX_ATTEMPTS:
            gone = "The stored original is no longer there."
            fail_all(work, ProcessingError("original_missing", gone))
        else:
            put_back(work, counted=True)
    except storage.StorageError:
        logger.exception("The storage failed under image %s; its work is put back.", image.pk)
        put_back(work, counted=False)


@contextmanager
def open_image_of(
    owner_id: uuid.UUID, lease: uuid.UUID | None, image_id: str
) -> Iterator[BinaryIO]:
    """Open the original of another image that a pipeline names, if this user still has it.

    Raises ProcessingError("unknown_image") when it has been deleted, or has expired, since the
    work was accepted; Quarantined when it is not opened any more; StorageError when it cannot be
    reached. While it is open it is to blame for what happens to the work under this lease. To be
    used as a watermark starts no clock and makes no image live longer: a logo is kept by `keep`.
    """
    image = Image.objects.alive().owned_by(owner_id).filter(pk=image_id).first()
    gone = ProcessingError(
        "unknown_image",
        f"The picture of the watermark, image {image_id}, is gone: deleted or expired.",
    )
    if image is None:
        raise gone
    if image.quarantined_at:
        raise Quarantined(f"The picture of the watermark, image {image_id},")
    try:
        file = storage.open_file(image.original_id)
    except storage.MissingFile:
        raise gone from None
    Rendition.objects.filter(lease=lease).update(suspect=image.pk)
    try:
        with file:
            yield file
    finally:
        Rendition.objects.filter(lease=lease).update(suspect=None)


def settle(rendition: Rendition, outcome: Result | ProcessingError) -> None:
    """Store what became of one rendition, unless it has been given to another worker meanwhile."""
    if isinstance(outcome, ProcessingError):
        rendition.fail(outcome)
        return
    file = StoredFile.objects.begin("results")
    try:
        storage.save(file.key, io.BytesIO(outcome.data))
        won = rendition.complete(file, outcome)
    except Exception:
        file.condemn()
        raise
    if not won:
        file.condemn()
        file.erase()


def fail_all(work: list[Rendition], error: ProcessingError) -> None:
    """End all of it for one reason."""
    for rendition in work:
        rendition.fail(error)


def put_back(work: list[Rendition], *, counted: bool) -> None:
    """Leave all of it for later, as one attempt or as none."""
    for rendition in work:
        rendition.put_back(counted=counted)


@contextmanager
def lease_kept(lease: uuid.UUID | None) -> Iterator[None]:
    """Renew the lease of this claim from a thread, for as long as the block runs."""
    done = Event()

    def renew() -> None:
        while not done.wait(settings.LEASE.total_seconds() / 3):
            try:
                Rendition.objects.renew(lease)
            except DatabaseError:
                logger.exception("The lease %s could not be renewed; trying again.", lease)
                connection.close()  # the next try opens another
        connection.close()

    thread = Thread(target=renew, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@shared_task
def reconcile() -> None:
    """Ring again for work nobody took, and give up what failed too often."""
    WorkerHeartbeat.objects.beat()
    Rendition.objects.give_up_spent()
    Rendition.objects.give_up_quarantined()
    unheard = Rendition.objects.unheard().values_list("image_id", "rings")
    longest_first = unheard.annotate(since=Min("ring_at")).order_by("since")
    heard: dict[int, set[uuid.UUID]] = defaultdict(set)
    for image_id, rings, _ in longest_first[:RINGS_A_ROUND]:
        if not ring(image_id):
            break
        heard[rings].add(image_id)
    for rings, image_ids in heard.items():
        Rendition.objects.unheard().filter(image_id__in=image_ids, rings=rings).rang(rings + 1)


@shared_task
def delete_expired() -> None:
    """Delete what has expired: its rows, which nobody can reach any more, then its objects."""
    deadline = time.monotonic() + ROUND_SECONDS
    while time.monotonic() < deadline and delete_rows_of_expired():
        pass
    erase_unwanted(deadline)
    KeyedRequest.objects.forgotten().delete()


@shared_task
def sweep_storage() -> None:
    """Delete objects whose keys stand in no row: what a restored database has forgotten.

    Young ones are left alone: their host's clock may differ from the storage's.
    """
    for kind in storage.KINDS:
        for keys in chunks(storage.list_keys(kind), BATCH):
            known = StoredFile.objects.filter(key__in=keys).values_list("key", flat=True)
            for key in set(keys).difference(known):
                erase_if_old(key)
