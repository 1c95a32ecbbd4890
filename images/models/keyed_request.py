"""Requests that came with an Idempotency-Key, and what they were answered."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from images.models.clock import from_now


class KeyedRequestQuerySet(models.QuerySet["KeyedRequest"]):
    """Such requests, many at a time."""

    def remembered(self) -> Self:
        """Those whose repetition is answered alike, at this moment of the database."""
        return self.filter(created_at__gt=from_now(-settings.IDEMPOTENCY_WINDOW))

    def forgotten(self) -> Self:
        """Those whose key may be used for something else."""
        return self.filter(created_at__lte=from_now(-settings.IDEMPOTENCY_WINDOW))


class KeyedRequest(models.Model):
    """What a request with a key asked for, as a fingerprint, and what the first was answered.

    Written in the transaction that does what was asked for: it is there if that was done.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="keyed_requests",
        db_index=False,  # The constraint has one.
    )
    path = models.CharField(max_length=255)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now(), db_index=True)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    """JSON. As text: PostgreSQL would put the fields of a JSON column in an order of its own."""
    location = models.TextField(blank=True)

    objects = KeyedRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "path", "key"], name="one_request_a_key")
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.key}: {self.status}"
