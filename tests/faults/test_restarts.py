"""A deployment under load: worker and web are asked to end, and started anew."""

import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
import requests
import urllib3

from tests import oracle
from tests.campaign import Tally
from tests.client import Client
from tests.faults.conftest import MakeFragile
from tests.stack import Process, Stack, eventually

FLIP = [{"op": "flip"}]
FLAVOURS = [
    pytest.param(flavour, marks=pytest.mark.fault("F2", "restart under load", long=10, short=short))
    for flavour, short in [("sqlite-files", 1), ("postgres-s3", 0)]
]


@contextmanager
def load(*users: Client) -> Iterator[Counter[str]]:
    """Uploads, one after the other by each user; how they went is counted."""
    counts: Counter[str] = Counter()
    enough = Event()

    def upload(user: Client) -> None:
        while not enough.wait(0.1):
            try:
                # A connection for each, as one that was kept may end between two requests.
                user.http = requests.Session()
                answer = user.upload(user.picture(), FLIP, wait=None, coloured=True)
                counts[str(answer.status_code)] += 1
            except requests.ConnectionError as error:
                counts["refused" if is_refusal(error) else "broken"] += 1

    with ThreadPoolExecutor() as pool:
        uploads = [pool.submit(upload, user) for user in users]
        try:
            yield counts
        finally:
            enough.set()
    for one in uploads:
        one.result()


def is_refusal(error: requests.ConnectionError) -> bool:
    """Whether nobody listened."""
    reason = getattr(error.args[0], "reason", None)
    return isinstance(reason, urllib3.exceptions.NewConnectionError)


def restart(process: Process) -> float:
    """End it as a deployment does, and start it again; seconds until it had ended by itself."""
    running, begun = process.process, time.monotonic()
    assert running
    running.send_signal(signal.SIGTERM)
    running.wait(30)
    seconds = time.monotonic() - begun
    process.restart()
    return seconds


def assert_in_flight_is_answered(stack: Stack, user: Client) -> None:
    """A request that the web process is at when it is asked to end gets its answer."""
    stack.worker.freeze()
    before = stack.images.count()
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(user.upload, user.picture(), FLIP, wait=3, coloured=True)
        eventually(lambda: stack.images.count() > before, 30, "the request is waiting")
        restart(stack.web)
        assert answer.result().status_code == 202
    stack.worker.thaw()


@pytest.mark.parametrize("on", FLAVOURS)
@pytest.mark.timeout(300)
def test_restarts(on: str, fragile: MakeFragile, rounds: int, tally: Tally) -> None:
    stack = fragile(on)
    alice, bob, carol = stack.user(), stack.user(), stack.user()
    for _ in range(rounds):
        with load(alice, bob) as counts:
            time.sleep(1)
            drained = restart(stack.worker)
            time.sleep(1)
            restart(stack.web)
            time.sleep(1)
        assert set(counts) <= {"202", "refused", "broken"}, counts
        assert counts["202"] > 0
        carol.http = requests.Session()
        assert_in_flight_is_answered(stack, carol)
        carol.http = requests.Session()
        tally.add()
        tally.figure("slowest drain s", drained)
        tally.figure("broken off in one restart", counts["broken"])
    found = oracle.judge(stack, 90, thorough=True)
    tally.add(0, lost=len(found.lost), doubled=len(found.doubled), orphaned=len(found.orphaned))
    assert not found, found
    assert not stack.renditions.exclude(status="completed").exists()
