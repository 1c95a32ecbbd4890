"""When a worker was last heard of."""

import socket
from datetime import timedelta

from django.db import models
from django.db.models import ExpressionWrapper, F
from django.db.models.functions import Now


class WorkerHeartbeatQuerySet(models.QuerySet["WorkerHeartbeat"]):
    """The workers' signs of life."""

    def beat(self) -> None:
        """Note that a worker on this host is alive."""
        self.update_or_create(host=socket.gethostname(), defaults={"seen_at": Now()})

    def youngest_age(self) -> timedelta | None:
        """How long ago any worker was seen, by the database's clock; None when none ever was."""
        age = ExpressionWrapper(Now() - F("seen_at"), output_field=models.DurationField())
        youngest: timedelta | None = self.order_by("-seen_at").values_list(age, flat=True).first()
        return youngest


class WorkerHeartbeat(models.Model):
    """One host on which workers run. Written by the task that beat sends round every few seconds,
    so a fresh one proves the scheduler, the broker, a worker and the database at once."""

    host = models.CharField(max_length=255, primary_key=True)
    seen_at = models.DateTimeField()

    objects = WorkerHeartbeatQuerySet.as_manager()

    def __str__(self) -> str:
        return self.host
