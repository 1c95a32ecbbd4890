"""The ledger of the storage: every key stands here from before its object exists."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from images.models.clock import from_now
from processing import storage

UPLOAD_GRACE = timedelta(hours=1)
"""How long an object may wait for its row; no upload and no job takes as long."""


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    """Stored files, many at a time."""

    def begin(self, kind: storage.Kind) -> "StoredFile":
        """Write a fresh key down, before its object is stored. Must not stand in a transaction."""
        return self.create(key=storage.new_key(kind))

    def unwanted(self) -> Self:
        """Those whose object should go: condemned, no longer referred to, or never adopted."""
        unreferenced = Q(image__isnull=True, rendition__isnull=True)
        return self.filter(
            Q(condemned_at__isnull=False)
            | (Q(adopted_at__isnull=False) & unreferenced)
            | Q(adopted_at__isnull=True, created_at__lt=from_now(-UPLOAD_GRACE))
        )


class StoredFile(models.Model):
    """One key of the storage, from before its object is written until after it is deleted.

    A file is adopted in the transaction that writes the row referring to it, or condemned; never
    both, since each is one conditional UPDATE. Deleting an Image or Rendition, by whatever way,
    leaves its file unreferenced, which is all it takes for the object to go.
    """

    key = models.CharField(max_length=64, primary_key=True)
    created_at = models.DateTimeField(db_default=Now())
    adopted_at = models.DateTimeField(null=True, editable=False)
    condemned_at = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(adopted_at=None), name="file_not_adopted"
            )
        ]

    def __str__(self) -> str:
        return self.key

    def adopt(self) -> None:
        """Bind the object to the row written in this transaction.

        Raises StorageError when the sweep was faster, so that the transaction is undone.
        """
        mine = StoredFile.objects.filter(pk=self.pk, adopted_at=None, condemned_at=None)
        if not mine.update(adopted_at=Now()):
            raise storage.StorageError(f"{self.key} took too long to store.")

    def condemn(self) -> bool:
        """Let nobody adopt it from now on; False when somebody has."""
        unadopted = StoredFile.objects.filter(pk=self.pk, adopted_at=None)
        return bool(unadopted.update(condemned_at=Now()))

    def erase(self) -> None:
        """Delete the object, then this row. Raises StorageError, and counts it, when it cannot."""
        self.delete_object()
        StoredFile.objects.filter(pk=self.pk).delete()

    def delete_object(self) -> None:
        """Delete the object and leave the row. Raises StorageError, and counts it."""
        try:
            storage.delete(self.key)
        except storage.StorageError:
            StoredFile.objects.filter(pk=self.pk).update(failures=F("failures") + 1)
            raise
