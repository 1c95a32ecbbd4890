"""A worker that comes back too late, and one that never does; kill -9: test_kills.py."""

import re

import pytest

from tests.faults.conftest import MakeFragile
from tests.pictures import file, gradient
from tests.stack import Process, eventually

SLOW = [{"op": "blur", "sigma": 60}] * 2 + [{"op": "resize", "width": 64}]


def large() -> bytes:
    return file(gradient(6000, 5000)).getvalue()


@pytest.mark.timeout(200)
def test_a_worker_that_wakes_up_too_late_changes_nothing(fragile: MakeFragile) -> None:
    """It was given up while it slept: another has made the result, and its own is thrown away."""
    stack = fragile("sqlite-files", LEASE_SECONDS="2", WORKER_CONCURRENCY="1")
    alice = stack.user()
    url = alice.upload(large(), SLOW, wait=None).json()["url"]
    eventually(stack.renditions.filter(status="processing").exists, 30, "the job has begun")
    stack.worker.freeze()
    with Process("worker", stack.environment):
        image = alice.done(url, 90)
        (row,) = stack.renditions.all()
        assert (row.status, row.attempts) == ("completed", 2)
        stack.worker.thaw()
        finished = re.compile(r"tasks\.process_image\[.*succeeded")
        eventually(lambda: finished.search(stack.worker.log()), 60, "the late worker is done")
    (again,) = stack.renditions.all()
    assert (again.result_id, again.attempts) == (row.result_id, 2)
    assert stack.files.count() == len(stack.objects()) == 2
    assert alice.get(image["download_url"]).status_code == 200


@pytest.mark.timeout(200)
def test_work_that_kills_its_worker_every_time_ends_as_failed(fragile: MakeFragile) -> None:
    """A lease of two seconds makes the three attempts short."""
    stack = fragile("sqlite-files", LEASE_SECONDS="2", WORKER_CONCURRENCY="1")
    alice = stack.user()
    url = alice.upload(large(), SLOW, wait=None).json()["url"]
    pk = url.rstrip("/").rpartition("/")[2]
    for attempt in (1, 2, 3):
        begun = stack.renditions.filter(image=pk, status="processing", attempts=attempt)
        eventually(begun.exists, 40, f"attempt {attempt} has begun")
        stack.worker.kill9()
        stack.worker.start()
    image = alice.done(url, 60)
    assert (image["status"], image["error"]["code"]) == ("failed", "retries_exhausted")
