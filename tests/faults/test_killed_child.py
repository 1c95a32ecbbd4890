"""A child dies in the middle of a job: its parent sees it, the work goes on, a bad file stops."""

import os
import signal
from typing import Any

import pytest

from tests.client import Client
from tests.faults.conftest import MakeFragile
from tests.faults.test_killed_worker import SLOW, large
from tests.pictures import file, gradient
from tests.stack import Stack, eventually

FLIP = [{"op": "flip"}]


def kill_child(stack: Stack, url: str, number: int, attempt: int = 1) -> None:
    """Kill the process that has the picture at `url` open."""
    mine = stack.renditions.filter(
        image=url.rstrip("/").rpartition("/")[2], status="processing", attempts=attempt
    )
    row = eventually(mine.first, 40, f"attempt {attempt} has begun")
    os.kill(int(row.worker.rpartition("/")[2]), number)


def begun(client: Client, operations: Any = SLOW) -> str:
    """The address of a picture whose work takes a while."""
    return str(client.upload(large(), operations, wait=None).json()["url"])


def error_of(client: Client, url: str) -> str:
    """Why the work ended; it may take a minute at most."""
    return str(client.done(url, 60)["error"]["code"])


@pytest.mark.timeout(400)
def test_one_death_is_survived_and_the_second_shuts_the_picture(fragile: MakeFragile) -> None:
    # So long a lease that nothing of this happens by its running out.
    stack = fragile("sqlite-files", LEASE_SECONDS="300")
    alice, bob = stack.user(), stack.user()

    neighbour, once = begun(bob), begun(alice)
    kill_child(stack, once, signal.SIGSEGV)
    assert alice.done(once, 60)["status"] == "completed"
    assert bob.done(neighbour, 60)["status"] == "completed"
    found = stack.renditions.order_by("image__deaths").values_list("attempts", "image__deaths")
    assert list(found) == [(1, 0), (2, 1)]

    # The one killed once, by the kernel's way of ending a process for its memory.
    wish = alice.post(once + "transform/", json={"operations": [*SLOW, *FLIP]}).json()
    kill_child(stack, once, signal.SIGKILL)
    assert error_of(alice, wish["renditions"][0]["url"]) == "quarantined"
    assert_shut(stack, alice, once)

    slow = begun(alice)
    kill_child(stack, slow, signal.SIGXCPU)
    assert error_of(alice, slow) == "job_timeout"
    assert [image.deaths for image in stack.images.filter(pk=alice.get(slow).json()["id"])] == [1]


def assert_shut(stack: Stack, owner: Client, url: str) -> None:
    """What is asked of a picture in quarantine fails at once; once released, it is worked on."""
    again = owner.post(url + "transform/", json={"operations": FLIP})
    (failed,) = again.json()["renditions"]
    assert (again.status_code, failed["error"]["code"]) == (200, "quarantined")
    assert stack.renditions.get(pk=failed["id"]).attempts == 0
    image = owner.get(url).json()
    mark = [{"op": "watermark", "image": image["id"]}]
    marked = owner.upload(file(gradient()).getvalue(), mark).json()
    assert marked["error"]["code"] == "quarantined"
    assert stack.images.filter(pk=image["id"]).release() == 1
    again = owner.post(url + "transform/?wait=30", json={"operations": FLIP}).json()
    assert again["renditions"][0]["status"] == "completed"
