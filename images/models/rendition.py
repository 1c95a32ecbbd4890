"""The work: one pipeline asked of one image."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from images.models.clock import from_now
from images.models.image import Image, not_expired
from images.models.status import TERMINAL, Status
from images.models.stored_file import StoredFile
from processing.errors import ProcessingError, Quarantined
from processing.pipeline import Result

FIRST_RING = timedelta(seconds=15)
"""How long a rendition may be pending before the bell is rung for it again."""
NEXT_RING = timedelta(seconds=30)
"""How long after that the next ring follows; the time doubles with every ring."""
RING_DOUBLINGS = 4
PAUSE = timedelta(seconds=10)
"""How long work rests that met a storage which does not answer."""
RACES = 50
"""How often in a row a worker may find that another was faster."""


ABANDONED = Q(status=Status.PROCESSING, lease_until__lt=Now())


class RenditionQuerySet(models.QuerySet["Rendition"]):
    """Renditions, many at a time."""

    def owned_by(self, owner_id: uuid.UUID | None) -> Self:
        """Those of this user's images."""
        return self.filter(image__owner_id=owner_id)

    def open_work(self) -> Self:
        """What a worker may take: pending, or begun by one that has been silent for too long."""
        return self.filter(Q(status=Status.PENDING) | ABANDONED)

    def unheard(self) -> Self:
        """Open work for which the bell should be rung again."""
        return self.open_work().not_spent().filter(ring_at__lt=Now())

    def not_spent(self) -> Self:
        """Those that may be begun once more."""
        return self.filter(attempts__lt=settings.MAX_ATTEMPTS)

    def alive(self) -> Self:
        """Those of images that have not expired, at this moment of the database."""
        return self.filter(not_expired("image__"))

    def turn_of(self, owner_id: uuid.UUID) -> int:
        """The place in line of new work: behind the owner's own, and level with whatever is next.

        So owners take turns, and nobody stands behind the hundred jobs of another.
        """
        pending = self.filter(status=Status.PENDING)
        now = pending.alive().order_by("turn", "created_at").values_list("turn", flat=True)
        mine = pending.filter(owner_id=owner_id).order_by("-turn").values_list("turn", flat=True)
        last = mine.first()
        return max(now.first() or 0, 0 if last is None else last + 1)

    def next_image(self) -> uuid.UUID | None:
        """The image whose turn it is: of the abandoned work, else of the pending."""
        able = self.not_spent().alive()
        for some in (able.filter(ABANDONED), able.filter(status=Status.PENDING)):
            first = some.order_by("turn", "created_at").values_list("image_id", flat=True).first()
            if first is not None:
                return first
        return None

    def claim_next(self, worker: str) -> "list[Rendition]":
        """Take the open work on the image whose turn it is; none when there is none."""
        for _ in range(RACES):
            image_id = self.next_image()
            if image_id is None:
                break
            # Nothing of it is left when another worker was faster; then it is the next one's turn.
            if work := self.claim(image_id, worker):
                return work
        return []

    def claim(self, image_id: uuid.UUID | str, worker: str) -> "list[Rendition]":
        """Take this image's open work, if there is any, as one worker's own.

        One UPDATE without joins, so that the database itself lets one of two workers win.
        """
        lease = uuid.uuid4()
        self.open_work().not_spent().filter(image_id=image_id).update(
            status=Status.PROCESSING,
            attempts=F("attempts") + 1,
            lease=lease,
            lease_until=from_now(settings.LEASE),
            worker=worker,
            suspect=None,
            started_at=Now(),
            rings=0,
            ring_at=Now(),
        )
        mine = self.filter(lease=lease).select_related("image")
        return list(mine.order_by("position", "id"))

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
        times = settings.MAX_ATTEMPTS
        spent = self.open_work().filter(attempts__gte=times)
        detail = f"The work was begun {times} times and never finished."
        spent.end(ProcessingError("retries_exhausted", detail))

    def give_up_quarantined(self, image_ids: Iterable[uuid.UUID] | None = None) -> None:
        """Fail the work that waits for images which are not opened any more: all, or these."""
        shut = Image.objects.quarantined()
        if image_ids is not None:
            shut = shut.filter(pk__in=image_ids)
        self.open_work().filter(image_id__in=shut.values("pk")).end(Quarantined())

    def held_by(self, worker: str) -> Self:
        """What this worker process has claimed and not brought to an end."""
        return self.filter(worker=worker, status=Status.PROCESSING, lease__isnull=False)

    def let_go(self) -> None:
        """Give these, whose worker process is dead, to the next one at once."""
        self.update(lease=None, lease_until=from_now(-PAUSE))

    def end(self, error: ProcessingError) -> int:
        """Fail all of these for one reason; returns how many there were."""
        return self.update(
            status=Status.FAILED,
            lease=None,
            lease_until=None,
            finished_at=Now(),
            error_code=error.code,
            error_detail=error.detail,
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

    # That of the image, here as well so that an index finds the owner's place in line.
    owner_id = models.UUIDField(editable=False)
    turn = models.PositiveBigIntegerField(default=0)
    """Place in line: work with smaller numbers is begun first."""
    attempts = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=300, blank=True)
    """The process that had it last: worker_name() in images/models/worker.py."""
    suspect = models.UUIDField(null=True, editable=False)
    """The other image that is being opened for it, while it is."""
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
            models.Index(fields=["image", "bytes"], name="rendition_quota"),
            models.Index(
                fields=["ring_at"], condition=Q(status=Status.PENDING), name="rendition_to_ring"
            ),
            models.Index(
                fields=["lease_until"],
                condition=Q(status=Status.PROCESSING),
                name="rendition_under_lease",
            ),
            models.Index(
                fields=["turn", "created_at"],
                condition=Q(status=Status.PENDING),
                name="rendition_by_turn",
            ),
            models.Index(
                fields=["owner_id", "turn"],
                condition=Q(status=Status.PENDING),
                name="rendition_line_of_owner",
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

    def _mine(self) -> RenditionQuerySet:
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
        self._mine().end(error)

    def put_back(self, *, counted: bool) -> None:
        """Leave it for later; not counted when what stopped it was not the picture's fault.

        It stays `processing`, since states only move forward, under a lease that soon runs out.
        """
        attempts = self.attempts if counted else self.attempts - 1
        self._mine().update(lease=None, lease_until=from_now(PAUSE), attempts=attempts)

    def restart(self, turn: int) -> bool:
        """Begin a failed rendition anew, at this place in line; False when it has not failed."""
        failed = Rendition.objects.filter(pk=self.pk, status=Status.FAILED)
        return bool(
            failed.update(
                status=Status.PENDING,
                turn=turn,
                attempts=0,
                rings=0,
                ring_at=from_now(FIRST_RING),
                started_at=None,
                finished_at=None,
                error_code="",
                error_detail="",
            )
        )
