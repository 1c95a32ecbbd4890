"""What is over goes: rows that have expired, objects no row refers to."""

import logging
import time
from datetime import UTC, datetime

from celery.utils.functional import chunks
from django.db import transaction

from images.models import UPLOAD_GRACE, Image, StoredFile
from processing import storage

logger = logging.getLogger(__name__)

BATCH = 100
ERASURES_A_ROUND = 5000


@transaction.atomic
def delete_rows_of_expired() -> bool:
    """Delete a batch of images with their renditions; False when there are none.

    Locked first, so that nobody adds a rendition in the middle of it.
    """
    batch = Image.objects.expired().order_by("expires_at").select_for_update()[:BATCH]
    return bool(Image.objects.filter(pk__in=[image.pk for image in batch]).delete()[0])


def erase_unwanted(deadline: float) -> None:
    """Delete the objects no row refers to; one that cannot be deleted stops no other.

    `deadline` is a moment of time.monotonic(). Those that failed before come last.
    """
    unwanted = StoredFile.objects.unwanted().order_by("failures", "created_at")
    # Read to the end first: SQLite lets nobody write between the rows once another process has.
    for batch in chunks(iter(list(unwanted[:ERASURES_A_ROUND])), BATCH):
        gone = [file.pk for file in batch if time.monotonic() < deadline and is_gone(file)]
        # All at once: to delete ten thousand rows one by one takes minutes.
        StoredFile.objects.filter(pk__in=gone).delete()


def is_gone(file: StoredFile) -> bool:
    """Delete the object, unless it has been adopted meanwhile; whether its row may go."""
    if file.adopted_at is None and not file.condemn():
        return False
    try:
        file.delete_object()
    except storage.StorageError:
        logger.exception("%s could not be deleted; it will be tried again.", file.key)
        return False
    return True


def erase_if_old(key: str) -> None:
    """Delete an object nobody has written down, unless it is young or gone by now."""
    try:
        if datetime.now(UTC) - storage.modified(key) > UPLOAD_GRACE:
            storage.delete(key)
    except storage.MissingFile:
        pass
    except storage.StorageError:
        logger.exception("%s could not be swept; it will be tried again.", key)
