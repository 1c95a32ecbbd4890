"""When a worker was last heard of."""

import os
import secrets
import socket
from datetime import timedelta

from django.db import models
from django.db.models import ExpressionWrapper, F
from django.db.models.functions import Now

_RUN = secrets.token_hex(3)
"""Inherited by the children of one worker: the numbers of their processes come again."""


def worker_name(pid: int | None = None) -> str:
    """What a worker child writes on its work: "host/run/pid"; this process, or a child of it."""
    return f"{socket.gethostname()}/{_RUN}/{pid or os.getpid()}"


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
