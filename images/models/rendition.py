"""The work: one pipeline asked of one image."""

import uuid
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from images.models.clock import from_now
from images.models.image import Image
from images.models.status import TERMINAL, Status
from images.models.stored_file import StoredFile
from processing.errors import ProcessingError
from processing.pipeline import Result

FIRST_RING = timedelta(seconds=15)
"""How long a rendition may be pending before the bell is rung for it again."""
NEXT_RING = timedelta(seconds=30)
"""How long after that the next ring follows; the time doubles with every ring."""
RING_DOUBLINGS = 4
PAUSE = timedelta(seconds=10)
"""How long work rests that met a storage which does not answer."""


class RenditionQuerySet(models.QuerySet["Rendition"]):
    """Renditions, many at a time."""

    def owned_by(self, owner_id: uuid.UUID | None) -> Self:
        """Those of this user's images."""
        return self.filter(image__owner_id=owner_id)

    def open_work(self) -> Self:
        """What a worker may take: pending, or begun by one that has been silent for too long."""
        abandoned = Q(status=Status.PROCESSING, lease_until__lt=Now())
        return self.filter(Q(status=Status.PENDING) | abandoned)

    def unheard(self) -> Self:
        """Open work for which the bell should be rung again."""
        return self.open_work().filter(ring_at__lt=Now(), attempts__lt=settings.MAX_ATTEMPTS)

    def claim(self, image_id: uuid.UUID | str) -> "list[Rendition]":
        """Take this image's open work, if there is any, as one worker's own.

        One UPDATE without joins, so that the database itself lets one of two workers win.
        """
        lease = uuid.uuid4()
        open_work = self.open_work().filter(image_id=image_id, attempts__lt=settings.MAX_ATTEMPTS)
        open_work.update(
            status=Status.PROCESSING,
            attempts=F("attempts") + 1,
            lease=lease,
            lease_until=from_now(settings.LEASE),
            started_at=Now(),
            rings=0,
            ring_at=Now(),
        )
        return list(self.filter(lease=lease).order_by("position", "id"))

    def renew(self, lease: uuid.UUID | None) -> None:
        """Tell that the worker with this lease is alive."""
        mine = self.filter(lease=lease, status=Status.PROCESSING)
        mine.update(lease_until=from_now(settings.LEASE))

    def rang(self, rings: int) -> None:
        """Note that the bell was rung for these, for the `rings`-th time since work last began.

        The next time is twice as far away, so that a long queue is not flooded with messages.
        """
        wait = NEXT_RING * 2 ** min(rings - 1, RING_DOUBLINGS)
        self.update(rings=rings, ring_at=from_now(wait))

    def give_up_spent(self) -> None:
        """Fail what no worker has finished in as many attempts as there are."""
        self.open_work().filter(attempts__gte=settings.MAX_ATTEMPTS).update(
            status=Status.FAILED,
            lease=None,
            lease_until=None,
            finished_at=Now(),
            error_code="retries_exhausted",
            error_detail=f"The work was begun {settings.MAX_ATTEMPTS} times and never finished.",
        )


class Rendition(models.Model):
    """One pipeline asked of one image: how far it is, and its result file."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="renditions")
    name = models.CharField(max_length=64, blank=True)
    pipeline = models.JSONField()
    digest = models.CharField(max_length=64)
    at_upload = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=16, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    attempts = models.PositiveIntegerField(default=0)
    lease = models.UUIDField(null=True, blank=True, db_index=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    ring_at = models.DateTimeField(db_default=Now())
    rings = models.PositiveIntegerField(default=0)

    result = models.OneToOneField(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="rendition"
    )
    format = models.CharField(max_length=16, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    frames = models.PositiveIntegerField(null=True, blank=True)
    bytes = models.PositiveBigIntegerField(null=True, blank=True)
    error_code = models.CharField(max_length=64, blank=True)
    error_detail = models.TextField(blank=True)

    objects = RenditionQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["image", "digest"], name="one_rendition_a_pipeline"),
            models.CheckConstraint(
                condition=Q(status=Status.COMPLETED, result__isnull=False)
                | (~Q(status=Status.COMPLETED) & Q(result__isnull=True)),
                name="completed_means_a_result",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ring_at"], condition=Q(status=Status.PENDING), name="rendition_to_ring"
            ),
            models.Index(
                fields=["lease_until"],
                condition=Q(status=Status.PROCESSING),
                name="rendition_under_lease",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name or self.id}: {self.status}"

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.status in TERMINAL

    @property
    def error(self) -> dict[str, str] | None:
        """Code and sentence, once it has failed."""
        if self.status != Status.FAILED:
            return None
        return {"code": self.error_code, "detail": self.error_detail}

    def _mine(self) -> models.QuerySet["Rendition"]:
        """This row while the lease under which it was claimed still holds."""
        return Rendition.objects.filter(
            pk=self.pk, lease=self.lease, status=Status.PROCESSING, attempts=self.attempts
        )

    def complete(self, file: StoredFile, result: Result) -> bool:
        """Take `file` as the result; False when the work has been given to another meanwhile."""
        with transaction.atomic():
            won = self._mine().update(
                status=Status.COMPLETED,
                result=file,
                lease=None,
                lease_until=None,
                finished_at=Now(),
                format=result.format,
                width=result.width,
                height=result.height,
                frames=result.frames,
                bytes=len(result.data),
            )
            if won:
                file.adopt()
        return bool(won)

    def fail(self, error: ProcessingError) -> None:
        """Record why there will be no result."""
        self._mine().update(
            status=Status.FAILED,
            lease=None,
            lease_until=None,
            finished_at=Now(),
            error_code=error.code,
            error_detail=error.detail,
        )

    def put_back(self, *, counted: bool) -> None:
        """Leave it for later; not counted when what stopped it was not the picture's fault.

        It stays `processing`, since states only move forward, under a lease that soon runs out.
        """
        attempts = self.attempts if counted else self.attempts - 1
        self._mine().update(lease=None, lease_until=from_now(PAUSE), attempts=attempts)

    def restart(self) -> bool:
        """Begin a failed rendition anew; False when it has not failed."""
        failed = Rendition.objects.filter(pk=self.pk, status=Status.FAILED)
        return bool(
            failed.update(
                status=Status.PENDING,
                attempts=0,
                rings=0,
                ring_at=from_now(FIRST_RING),
                started_at=None,
                finished_at=None,
                error_code="",
                error_detail="",
            )
        )
