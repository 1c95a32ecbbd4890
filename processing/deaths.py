"""Worker children that died, seen by their parent: whose work it was, and what becomes of it.

The death of a whole worker is seen by nobody. Its leases run out, and no picture is blamed.
"""

import logging
import re
import signal
from typing import Any

from celery.exceptions import WorkerLostError
from celery.worker.request import Request
from django.conf import settings
from django.db import Error as AnyDatabaseError
from django.db import connection, transaction
from django.db.models import UUIDField
from django.db.models.functions import Coalesce

from images.models import Image, Rendition, worker_name
from processing.errors import ProcessingError

logger = logging.getLogger(__name__)

ASKED_TO_END = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT}
"""Signals by which somebody ends a worker on purpose; all others are the doing of a picture."""
SIGNAL = re.compile(r"\bsignal (\d+)")


class JobRequest(Request):
    """One message, as the parent of the worker's children follows it."""

    worker_pid: int | None  # type: ignore[assignment] # the stubs take it for text

    def on_timeout(self, soft: bool, timeout: float) -> None:
        """Called by the pool: past the soft limit, and when the child is killed past the hard."""
        if not soft:
            bury(self.worker_pid, _too_long(f"{timeout} s"))
        super().on_timeout(soft, timeout)

    def on_failure(self, exc_info: Any, *args: Any, **options: Any) -> None:
        """Called by the pool when the task has raised, or its process is gone."""
        error = getattr(exc_info.exception, "exc", exc_info.exception)
        if isinstance(error, WorkerLostError):
            found = SIGNAL.search(str(error))
            number = int(found[1]) if found else 0
            # First the work is given up, then the message is put back, which wakes the next.
            if number == signal.SIGXCPU:
                bury(self.worker_pid, _too_long(f"{settings.JOB_CPU_SECONDS} s of processor time"))
            elif number not in ASKED_TO_END:
                bury(self.worker_pid)
        super().on_failure(exc_info, *args, **options)


def _too_long(limit: str) -> ProcessingError:
    return ProcessingError("job_timeout", f"The work took longer than {limit}, and was stopped.")


def bury(pid: int | None, reason: ProcessingError | None = None) -> None:
    """Blame the picture that this dead child of ours had open, and let its work go on.

    With a `reason` the work ends as failed instead. Never raises: when the database cannot be
    reached the lease runs out, and nobody is blamed.
    """
    if pid is None:
        return
    try:
        record_death(worker_name(pid), reason)
    except AnyDatabaseError:
        logger.exception("The death of process %s could not be recorded.", pid)
    finally:
        # The next child is forked from this process, and must not find a connection in use.
        connection.close()


def record_death(worker: str, reason: ProcessingError | None) -> None:
    """Count the death for the image that this worker had open; with the last one it is shut."""
    lost = Rendition.objects.held_by(worker)
    opened = Coalesce("suspect", "image_id", output_field=UUIDField())
    with transaction.atomic():
        blamed = set(lost.values_list(opened, flat=True))
        if reason:
            lost.end(reason)
        else:
            lost.let_go()
        Image.objects.filter(pk__in=blamed).count_death()
    # Apart from the rest, so that no two transactions wait for each other's rows.
    Rendition.objects.give_up_quarantined(blamed)
    if blamed:
        logger.error("The worker %s died over image %s.", worker, *blamed)
