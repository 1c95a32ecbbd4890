"""Where row, file and queue meet: uploads, further renditions, deletions, and waiting for work."""

import logging
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import partial
from itertools import chain, repeat
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, BinaryIO

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction

from images import quotas
from images.models import (
    FIRST_RING,
    TERMINAL,
    Image,
    Rendition,
    StoredFile,
    from_now,
)
from images.once import Once
from images.planning import Wanted, check
from processing import storage
from processing.decode import SourceInfo, inspect
from processing.errors import ProcessingError
from processing.tasks import ring

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

POLL_SECONDS = (0.05, 0.1, 0.2, 0.4)
# A waiter holds a thread: half of them stay free for everybody else.
_WAITERS = BoundedSemaphore(max(1, settings.WEB_THREADS // 2))


def upload_image(
    *,
    owner_id: uuid.UUID,
    content: BinaryIO,
    name: str,
    keep: bool,
    wanted: Sequence[Wanted],
    once: Once[Image] | None = None,
) -> Image:
    """Accept a picture and the work on it: after this returns, nothing of it can be lost.

    Raises ProcessingError for a picture or pipeline that will not be worked on, StorageError
    when the picture cannot be stored, User.DoesNotExist when the owner is gone by then, Repeated
    when the same request has been done meanwhile, QuotaExceeded when there is no room.
    """
    try:
        info = inspect(content, settings.LIMITS)
    except ProcessingError as error:
        error.path = "image"
        raise
    check(info, wanted, owner_id)
    size = content.seek(0, 2)
    refuse_early(owner_id, size, once)
    file = StoredFile.objects.begin("originals")
    try:
        storage.save(file.key, content)
        with transaction.atomic():
            owner = lock_owner(owner_id)
            if once:
                once.begin()
            quotas.require_room(owner, images=1, size=size)
            file.adopt()
            image = write_image(info, owner=owner, original=file, bytes=size, name=name, keep=keep)
            add_renditions(image, wanted, at_upload=True)
            if once:
                once.finish(image)
    except Exception:
        file.condemn()
        raise
    return image


def refuse_early(owner_id: uuid.UUID, size: int, once: Once[Image] | None) -> None:
    """Spare the storage what there is no room for. It is asked again when it counts."""
    owner = get_user_model().objects.get(pk=owner_id)
    try:
        quotas.require_room(owner, images=1, size=size)
    except quotas.QuotaExceeded:
        # It may be this very request that took the last room, sent twice.
        if once:
            once.refuse_repetition()
        raise


def write_image(info: SourceInfo, *, keep: bool, **known: Any) -> Image:
    """Write the row of an image, with what its header says and what else is known."""
    return Image.objects.create(
        format=info.format,
        width=info.width,
        height=info.height,
        frames=info.frames,
        source=asdict(info),
        keep=keep,
        expires_at=None if keep else from_now(settings.RETENTION),
        **known,
    )


def lock_owner(owner_id: uuid.UUID) -> "User":
    """Return the owner's row, held until the transaction ends.

    Whoever adds rows under it, or deletes some, takes it first, as does a deletion of the account:
    one then comes before the other, and neither fails on it. Raises User.DoesNotExist.
    """
    return get_user_model().objects.select_for_update().get(pk=owner_id)


def add_renditions(
    image: Image, wanted: Sequence[Wanted], *, at_upload: bool = False
) -> list[Rendition]:
    """Ask for pipelines: one that exists is answered with, one that failed starts anew.

    What is asked of a quarantined image fails at once.
    """
    if not wanted:
        return []
    asked: dict[str, Rendition] = {}
    with transaction.atomic():
        turn = Rendition.objects.turn_of(image.owner_id)
        for position, one in enumerate(wanted):
            rendition, created = Rendition.objects.get_or_create(
                image=image,
                digest=one.pipeline.digest,
                defaults={
                    "pipeline": one.pipeline.canonical(),
                    "name": one.name,
                    "owner_id": image.owner_id,
                    "turn": turn,
                    "at_upload": at_upload,
                    "position": position,
                    "ring_at": from_now(FIRST_RING),
                },
            )
            if not created and rendition.restart(turn):
                rendition.refresh_from_db()
            asked[rendition.digest] = rendition
        if image.quarantined_at:
            Rendition.objects.give_up_quarantined([image.pk])
        elif any(not rendition.is_terminal for rendition in asked.values()):
            transaction.on_commit(partial(ring, image.pk), robust=True)
    return list(asked.values())


def transform_image(
    image: Image, wanted: Sequence[Wanted], *, once: Once[list[Rendition]] | None = None
) -> list[Rendition]:
    """Ask for more renditions.

    Raises ProcessingError before anything is written, ObjectDoesNotExist when the image or its
    owner has been deleted meanwhile, Repeated when the same request has been done meanwhile,
    QuotaExceeded when what is stored leaves no room for any result.
    """
    check(SourceInfo(**image.source), wanted, image.owner_id)
    with transaction.atomic():
        owner = lock_owner(image.owner_id)
        if once:
            once.begin()
        quotas.require_room(owner, images=0, size=1)
        # Against delete_expired(), which knows no owners, and a quarantine at this moment.
        image = Image.objects.select_for_update().get(pk=image.pk)
        asked = add_renditions(image, wanted)
        if once:
            once.finish(asked)
    return asked


def delete_image(image: Image) -> None:
    """Delete an image and everything made from it: unreachable at once, its bytes right after.

    What the storage does not delete now, delete_expired() does when it answers again.
    """
    with transaction.atomic():
        lock_owner(image.owner_id)
        keys = [image.original_id, *image.renditions.values_list("result_id", flat=True)]
        image.delete()
    erase(keys)


def delete_rendition(rendition: Rendition) -> None:
    """Delete one rendition and its result."""
    with transaction.atomic():
        lock_owner(rendition.image.owner_id)
        rendition.delete()
    erase([rendition.result_id])


def erase(keys: Iterable[str | None]) -> None:
    """Delete the objects of rows that are gone."""
    for file in StoredFile.objects.unwanted().filter(key__in=[key for key in keys if key]):
        try:
            file.erase()
        except storage.StorageError:
            logger.exception("%s could not be deleted; it will be tried again.", file.key)
            return


def update_image(image: Image, *, name: str | None = None, keep: bool | None = None) -> None:
    """Rename an image; exempt it from expiry, or start its time anew, as if just uploaded.

    Writes nothing else: a download at the same moment has started the clock.
    """
    row = Image.objects.filter(pk=image.pk)
    if name is not None:
        row.update(name=name)
    if keep:
        row.filter(keep=False).update(keep=True, expires_at=None)
    elif keep is not None:
        row.filter(keep=True).update(
            keep=False, expires_at=from_now(settings.RETENTION), first_downloaded_at=None
        )


def wait_until_done(renditions: models.QuerySet[Rendition], seconds: float) -> None:
    """Return when all of them have come to an end, or after that many seconds.

    Returns at once when half of the web threads wait already.
    """
    if not seconds or not _WAITERS.acquire(blocking=False):
        return
    try:
        deadline = time.monotonic() + seconds
        open_work = renditions.exclude(status__in=TERMINAL)
        for pause in chain(POLL_SECONDS, repeat(POLL_SECONDS[-1])):
            left = deadline - time.monotonic()
            if left <= 0 or not open_work.exists():
                return
            time.sleep(min(pause, left))
    finally:
        _WAITERS.release()
