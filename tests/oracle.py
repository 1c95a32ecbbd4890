"""What must hold once the service has come to rest, whatever happened before."""

import time
from typing import TYPE_CHECKING

from images.models import TERMINAL

if TYPE_CHECKING:
    from tests.stack import Stack

REST_SECONDS = 30


def check(stack: "Stack", seconds: float = REST_SECONDS) -> None:
    """Wait for rest, then: all work has come to an end, and storage equals database.

    Every row has its file, every file has its row, every rendition is completed with a result or
    failed with a reason.
    """
    deadline = time.monotonic() + seconds
    purged = False
    while open_ends := _open_ends(stack):
        assert time.monotonic() < deadline, f"not at rest after {seconds} s: {open_ends}"
        if not purged and "unfinished" not in open_ends:
            stack.task("delete_expired")
            purged = True
        time.sleep(0.1)
    for rendition in stack.renditions.all():
        assert bool(rendition.result_id) != bool(rendition.error_code), rendition.pk


def _open_ends(stack: "Stack") -> dict[str, set[str]]:
    unfinished = stack.renditions.exclude(status__in=TERMINAL).values_list("pk", flat=True)
    referred = set(stack.images.values_list("original_id", flat=True))
    referred |= set(stack.renditions.exclude(result=None).values_list("result_id", flat=True))
    stored = stack.objects()
    found = {
        "unfinished": {str(pk) for pk in unfinished},
        "rows without a file": referred - stored,
        "files without a row": stored - referred,
        "ledger rows without either": set(stack.files.values_list("pk", flat=True)) - referred,
    }
    return {name: keys for name, keys in found.items() if keys}
