"""Where a job can be when its process dies: hooks around the product's functions, by stage.

Stages of an upload, in the web process: S0 nothing stored yet, S1 stored and not committed, S2
committed and not published. Of a job, in a worker's child: S4 received and not claimed, S5
claimed, S6 decoding, S7 transformed and not stored, S8 in the middle of storing, S9 stored and not
committed, S10 committed and not acknowledged; in its parent: S11 acknowledged. S3, published and
heard by nobody, needs no hook.
"""

import io
import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import IO, Any

from celery.signals import before_task_publish, task_postrun, task_prerun
from celery.worker.request import Request
from django.apps import AppConfig
from PIL import ImageFile

from tests.faults.killing.order import reach

Call = Callable[..., Any]

JOB = "processing.tasks.process_image"


class Killing(AppConfig):
    """The hooks."""

    name = "tests.faults.killing"

    def ready(self) -> None:
        """Put them in place; a name that is no longer there is an error."""
        from images.models import Rendition
        from processing import storage

        hook(type(Rendition.objects.all()), "claim", after("S5"))
        hook(ImageFile.ImageFile, "load_prepare", before("S6"))
        hook(storage, "save", saving)
        hook(Request, "acknowledge", acknowledged)
        if is_web():
            before_task_publish.connect(publishing)
        task_prerun.connect(begun)
        task_postrun.connect(over)


def is_web() -> bool:
    """Whether this process answers requests."""
    return "gunicorn" in sys.argv[0]


def hook(owner: Any, name: str, wrap: Callable[[Call], Call]) -> None:
    """Put a function around one of the product's."""
    setattr(owner, name, wrap(getattr(owner, name)))


def before(stage: str) -> Callable[[Call], Call]:
    """Reach the stage, then call."""

    def around(call: Call) -> Call:
        @wraps(call)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            reach(stage)
            return call(*args, **kwargs)

        return wrapped

    return around


def after(stage: str) -> Callable[[Call], Call]:
    """Call, then reach the stage."""

    def around(call: Call) -> Call:
        @wraps(call)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            answer = call(*args, **kwargs)
            reach(stage)
            return answer

        return wrapped

    return around


class Halved(io.BytesIO):
    """Bytes that are read in two halves at least, with a stage between them."""

    def read(self, size: int | None = -1, /) -> bytes:
        """As any file; a reader takes at most one half at a time."""
        half = len(self.getbuffer()) // 2
        if self.tell() == half:
            reach("S8")
        if self.tell() < half:
            left = half - self.tell()
            size = left if size is None or size < 0 else min(size, left)
        return super().read(size)


def saving(save: Call) -> Call:
    """Reach what stands before, within and after storing."""

    @wraps(save)
    def wrapped(key: str, content: IO[bytes]) -> None:
        is_result = key.startswith("results/")
        reach("S7" if is_result else "S0")
        content.seek(0)
        save(key, Halved(content.read()) if is_result else content)
        reach("S9" if is_result else "S1")

    return wrapped


def acknowledged(acknowledge: Call) -> Call:
    """Reach the last stage in the parent, on behalf of the child that did the job."""

    @wraps(acknowledge)
    def wrapped(request: Any) -> None:
        acknowledge(request)
        if request.name == JOB:
            reach("S11", child=request.worker_pid, parent=os.getpid())

    return wrapped


def publishing(sender: str, **_: Any) -> None:
    """Called by Celery before it sends a message."""
    if sender == JOB:
        reach("S2")


def begun(task: Any, **_: Any) -> None:
    """Called by Celery in the child before it runs a task."""
    if task.name == JOB:
        reach("S4")


def over(task: Any, **_: Any) -> None:
    """Called by Celery in the child after it ran a task."""
    if task.name == JOB:
        reach("S10")
