"""`Prefer: wait`: how long, and how many at once."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.client import Client
from tests.pictures import file, gradient
from tests.stack import Stack

FLIP = [{"op": "flip"}]


def timed_upload(client: Client, wait: int) -> tuple[float, requests.Response]:
    begun = time.monotonic()
    answer = client.upload(file(gradient()).getvalue(), FLIP, wait=wait)
    return time.monotonic() - begun, answer


@pytest.fixture
def sleeping_worker(stack: Stack) -> Stack:
    stack.worker.freeze()
    return stack


def test_it_gives_up_after_the_seconds_asked_for(sleeping_worker: Stack) -> None:
    seconds, answer = timed_upload(sleeping_worker.user(), 2)
    sleeping_worker.worker.thaw()
    assert (answer.status_code, answer.json()["status"]) == (202, "pending")
    assert 2 <= seconds < 4


def test_half_of_the_threads_stay_free(sleeping_worker: Stack) -> None:
    """With 8 threads, 4 may wait; the other two are answered at once."""
    clients = [sleeping_worker.user() for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda client: timed_upload(client, 4), clients))
    sleeping_worker.worker.thaw()
    assert {answer.status_code for _, answer in answers} == {202}
    assert sum(seconds >= 4 for seconds, _ in answers) == 4
    assert sum(seconds < 3 for seconds, _ in answers) == 2
