"""How much one user may have stored at a time: pictures that have not expired, and their bytes.

Results count when they are made, and are never refused: work that was accepted is done. Somebody
may therefore be over the limit, by the results of what fitted; then nothing more is accepted.
"""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Sum

from images.models import Image, Rendition
from processing.errors import ProcessingError

if TYPE_CHECKING:
    from accounts.models import User


class QuotaExceeded(ProcessingError):
    """There is no room for it until something is deleted, or expires."""

    def __init__(self, detail: str) -> None:
        super().__init__("quota_exceeded", detail, "image")


@dataclass(frozen=True)
class Amounts:
    """Pictures, and the bytes of originals and results together; None is any number."""

    images: int | None
    bytes: int | None


def used_by(owner_id: uuid.UUID) -> Amounts:
    """What this user has stored that has not expired."""
    images = Image.objects.alive().owned_by(owner_id)
    originals = images.aggregate(count=Count("pk"), bytes=Sum("bytes", default=0))
    renditions = Rendition.objects.alive().owned_by(owner_id)
    results = renditions.aggregate(bytes=Sum("bytes", default=0))
    return Amounts(originals["count"], originals["bytes"] + results["bytes"])


def limits_of(owner: "User") -> Amounts:
    """What this user may have: that of the install, unless the row says otherwise."""
    images = settings.MAX_USER_IMAGES if owner.max_images is None else owner.max_images
    size = settings.MAX_USER_BYTES if owner.max_bytes is None else owner.max_bytes
    return Amounts(images or None, size or None)


def require_room(owner: "User", *, images: int, size: int) -> None:
    """Raise QuotaExceeded unless there is room for so many more pictures and bytes.

    It counts only under the owner's lock; before, it merely saves work that would be undone.
    """
    limits = limits_of(owner)
    if limits == Amounts(None, None):
        return
    used = used_by(owner.pk)
    if over(limits.images, used.images, images):
        raise QuotaExceeded(
            f"You may have {limits.images} pictures at a time; you have {used.images},"
            f" and this would be {images} more."
        )
    if over(limits.bytes, used.bytes, size):
        raise QuotaExceeded(
            f"Your pictures and results may take {limits.bytes} bytes; they take {used.bytes},"
            f" and this needs at least {size} more."
        )


def over(limit: int | None, used: int | None, more: int) -> bool:
    """Whether so much more exceeds the limit; nothing more never does."""
    return bool(limit is not None and more and (used or 0) + more > limit)
