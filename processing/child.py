"""The bounds of a worker child: what hostile bytes may take before the kernel says no."""

import math
import resource
from collections.abc import Iterator
from contextlib import contextmanager

from celery.signals import worker_process_init
from django.conf import settings


@worker_process_init.connect
def confine(**_: object) -> None:
    """Give this child an address space of its own size, and leave no dump of it when it dies."""
    memory = settings.WORKER_MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextmanager
def processor_time(seconds: int) -> Iterator[None]:
    """Have the kernel end this process when the block takes more than this, over all threads.

    It ends even a call that does not come back to Python, and even when nobody is watching.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    # The kernel counts from the start of the process.
    most = math.ceil(used.ru_utime + used.ru_stime) + seconds
    before, hard = resource.getrlimit(resource.RLIMIT_CPU)
    within = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (within, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, (before, hard))
