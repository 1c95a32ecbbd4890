"""What works: for load balancers, monitors and the person on duty at night."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError as BrokerError

from images.models import WorkerHeartbeat
from processing import storage

logger = logging.getLogger(__name__)

State = dict[str, Any]
ANSWER_SECONDS = 2
_asking_storage = ThreadPoolExecutor(max_workers=1, thread_name_prefix="health-storage")
_asking_broker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="health-broker")


def database() -> State:
    """One question to the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"ok": True}


def in_time(asking: ThreadPoolExecutor, ask: Callable[[], object]) -> State:
    """Put a question that may hang; TimeoutError when there is no answer after ANSWER_SECONDS."""
    question = asking.submit(ask)
    try:
        question.result(timeout=ANSWER_SECONDS)
    finally:
        question.cancel()  # It has not begun while an earlier one is still waiting.
    return {"ok": True}


def files() -> State:
    """One question to the storage, which has less time here than when it takes a picture."""
    return in_time(_asking_storage, storage.check)


def broker() -> State:
    """One connection to the broker; a frozen one would hold each of several tries."""
    return in_time(_asking_broker, open_channel)


def open_channel() -> None:
    """Connect to the broker, as one who sends a message."""
    with current_app.connection_for_write() as link:
        link.ensure_connection(max_retries=1, timeout=ANSWER_SECONDS)
        link.default_channel  # noqa: B018 - opening it is the question


def worker() -> State:
    """The age of the last sign of life, which only a working beat, broker and worker can give."""
    age = WorkerHeartbeat.objects.youngest_age()
    if age is None:
        return {"ok": False, "age_seconds": None, "detail": "No worker has been seen yet."}
    seconds = round(age.total_seconds(), 1)
    if age <= settings.WORKER_SILENCE:
        return {"ok": True, "age_seconds": seconds}
    return {"ok": False, "age_seconds": seconds, "detail": "No worker has been seen for too long."}


READY = {"database": database, "storage": files}
ALL = {**READY, "broker": broker, "worker": worker}


def report(checks: dict[str, Callable[[], State]]) -> JsonResponse:
    """Run the checks; 503 when one of them fails."""
    states = {name: _checked(check) for name, check in checks.items()}
    healthy = all(state["ok"] for state in states.values())
    body = {"status": "ok" if healthy else "failing", **states}
    return JsonResponse(body, status=200 if healthy else 503)


def _checked(check: Callable[[], State]) -> State:
    try:
        return check()
    except (DatabaseError, storage.StorageError, BrokerError, OSError) as error:
        # What went wrong may name hosts and users: that is for the log, not for everybody.
        logger.warning("Health: %s failed: %s", check.__name__, error)
        return {"ok": False, "detail": "does not answer"}


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Database, storage, broker and the age of the last worker heartbeat."""
    return report(ALL)


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Whether this web process can take requests."""
    return report(READY)


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Whether this web process answers at all."""
    return JsonResponse({"status": "ok"})
