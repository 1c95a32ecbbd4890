"""The uploaded original."""

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, DateTimeField, DurationField, ExpressionWrapper, F, Q, When
from django.db.models.functions import Coalesce, Now

from images.models.clock import after
from images.models.status import TERMINAL, Status
from images.models.stored_file import StoredFile

if TYPE_CHECKING:
    from images.models.rendition import Rendition


def not_expired(path: str = "") -> Q:
    """What holds of an image whose time is not over; `path` leads to it, as "image__"."""
    return Q(**{f"{path}expires_at": None}) | Q(**{f"{path}expires_at__gt": Now()})


class ImageQuerySet(models.QuerySet["Image"]):
    """Images, many at a time."""

    def owned_by(self, owner_id: uuid.UUID | None) -> Self:
        """What this user uploaded."""
        return self.filter(owner_id=owner_id)

    def alive(self) -> Self:
        """Those that have not expired, at this moment of the database."""
        return self.filter(not_expired())

    def expired(self) -> Self:
        """Those that have."""
        return self.filter(expires_at__lte=Now())

    def quarantined(self) -> Self:
        """Those that no worker opens any more."""
        return self.filter(quarantined_at__isnull=False)

    def count_death(self) -> None:
        """Note that each of these has killed the worker process that had it open."""
        too_many = When(
            deaths__gte=settings.MAX_DEATHS - 1, then=Coalesce(F("quarantined_at"), Now())
        )
        self.update(
            deaths=F("deaths") + 1,
            quarantined_at=Case(too_many, default=F("quarantined_at")),
        )

    def release(self) -> int:
        """Let workers open these again, as if they had done no harm; returns how many."""
        return self.update(deaths=0, quarantined_at=None)


class Image(models.Model):
    """An uploaded original and what is known about it. Sizes are those of the displayed picture."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="images"
    )
    original = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="image")
    name = models.CharField(max_length=255, blank=True)
    format = models.CharField(max_length=16)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    frames = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField()
    source = models.JSONField()
    """What planning needs to know of the file: a processing.decode.SourceInfo."""
    keep = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())
    first_downloaded_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True, db_index=True)
    deaths = models.PositiveIntegerField(default=0)
    """How many worker processes ended while they had it open, by its fault as far as one sees."""
    quarantined_at = models.DateTimeField(null=True, blank=True)

    objects = ImageQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="image_owner_newest"),
            models.Index(
                fields=["quarantined_at"],
                condition=Q(quarantined_at__isnull=False),
                name="image_quarantined",
            ),
            # All that images/quotas.py adds up.
            models.Index(fields=["owner", "expires_at", "bytes", "id"], name="image_quota"),
        ]

    def __str__(self) -> str:
        return f"{self.name or self.id} ({self.format}, {self.width}x{self.height})"

    @property
    def asked(self) -> "list[Rendition]":
        """All renditions, as they were asked for: that is their order. Uses prefetched ones."""
        return list(self.renditions.all())

    @property
    def asked_at_upload(self) -> "list[Rendition]":
        """The work that came with the upload."""
        return [rendition for rendition in self.asked if rendition.at_upload]

    @property
    def status(self) -> Status:
        """How far the work asked for at upload is; `completed` when none was."""
        states = {rendition.status for rendition in self.asked_at_upload}
        if states <= {Status.COMPLETED}:
            return Status.COMPLETED
        if states <= TERMINAL:
            return Status.FAILED
        return Status.PENDING if states == {Status.PENDING} else Status.PROCESSING

    @property
    def error(self) -> dict[str, str] | None:
        """That of the first rendition asked for at upload which failed."""
        return next((one.error for one in self.asked_at_upload if one.error), None)

    def has_expired(self) -> bool:
        """Whether its time is over, by the database's clock."""
        return Image.objects.expired().filter(pk=self.pk).exists()

    def time_left(self) -> timedelta | None:
        """How long until it expires; None when it never does."""
        left = ExpressionWrapper(F("expires_at") - Now(), output_field=DurationField())
        found: timedelta | None = (
            Image.objects.filter(pk=self.pk).values_list(left, flat=True).get()
        )
        return found

    def record_download(self) -> bool:
        """Start the expiry clock at the first download; False when the image has expired."""
        first = Coalesce(F("first_downloaded_at"), Now())
        return bool(
            Image.objects.alive()
            .filter(pk=self.pk)
            .update(
                first_downloaded_at=first,
                expires_at=Case(
                    When(keep=True, then=None),
                    default=after(first, settings.DOWNLOAD_RETENTION),
                    output_field=DateTimeField(),
                ),
            )
        )
