"""S3 is cut off, frozen, slow, moody or forgetful: 503 or 202, truthfully, nothing by halves."""

import time
from collections.abc import Callable

import pytest
import requests

from tests.campaign import Tally
from tests.client import Client
from tests.faults.outages import (
    FLIP,
    PICTURE,
    Ask,
    Outages,
    all_at_once,
    an_upload,
    assert_refused_soon,
    copy_of,
    timed,
)
from tests.images.test_bad_input import assert_problem
from tests.pictures import file, noise
from tests.servers.proxy import Proxy, http_error
from tests.stack import eventually

DOWN = "storage_unavailable"
LARGE = file(noise(1200, 900)).getvalue()
SLOW_DOWN = http_error("503 Slow Down", "SlowDown")
BROKEN = http_error("500 Internal Server Error", "InternalError")
NOT_FOUND = http_error("404 Not Found", "NoSuchKey")

Break = Callable[[Proxy], None]


def refused(wire: Proxy) -> None:
    wire.refuse = True
    wire.cut()


def frozen(wire: Proxy) -> None:
    wire.silent = True


def broken(wire: Proxy) -> None:
    wire.fail(1, BROKEN)


def slow(wire: Proxy) -> None:
    wire.rate = 10_000


@pytest.mark.fault("F8", "S3 refused, frozen, broken", long=20)
@pytest.mark.timeout(240)
@pytest.mark.parametrize("break_it", [refused, frozen, broken])
def test_down(break_it: Break, outages: Outages, rounds: int, tally: Tally) -> None:
    alice = outages.stack.user()
    image = alice.upload(PICTURE, FLIP).json()
    down: list[Ask] = [
        an_upload(alice),
        lambda: copy_of(alice).get(image["original_url"]),
        lambda: copy_of(alice).get(image["download_url"]),
    ]
    for round_ in range(rounds):
        break_it(outages.storage)
        answers = [timed(down[0])] + all_at_once(down * 5)
        assert_refused_soon(answers, DOWN)
        seconds, answer = timed(lambda: requests.get(f"{alice.base}/health/", timeout=30))
        assert seconds < 5
        assert (answer.status_code, answer.json()["storage"]["ok"]) == (503, False)
        assert alice.get(image["url"]).json()["first_downloaded_at"] is None
        # What needs no storage yet is accepted, and done when it is back.
        crop = {"op": "crop", "left": 0, "top": 0, "width": 9 + round_, "height": 9}
        waiting = alice.post(image["url"] + "transform/", json={"operations": [crop]})
        assert waiting.status_code == 202
        outages.well()
        begun = time.monotonic()
        done = alice.done(waiting.json()["renditions"][0]["url"], 90)
        assert done["status"] == "completed"
        tally.figure("slowest 503 s", max(seconds for seconds, _ in answers))
        tally.add(seconds=time.monotonic() - begun)
    eventually(lambda: alice.get(image["download_url"]).status_code == 200, 10)


def upload_and_fetch(alice: Client, picture: bytes, tally: Tally) -> bool:
    """Whether it was accepted; if so, what comes back is what was sent, whole."""
    seconds, answer = timed(lambda: copy_of(alice).upload(picture, wait=None))
    assert seconds < 10
    tally.figure("slowest answer s", seconds)
    if answer.status_code not in (201, 202):
        assert_problem(answer, 503, DOWN)
        return False
    _, fetched = timed(lambda: copy_of(alice).get(answer.json()["original_url"]))
    if fetched.status_code == 200:
        assert fetched.content == picture
    else:
        assert_problem(fetched, 503, DOWN)
    return True


@pytest.mark.fault("F8", "S3 answers 500 or 503 at 30 %", long=100, short=10)
@pytest.mark.timeout(60)
def test_moody(outages: Outages, rounds: int, tally: Tally) -> None:
    alice = outages.stack.user()
    accepted = 0
    for number in range(rounds):
        outages.storage.fail(0.3, (BROKEN, SLOW_DOWN)[number % 2])
        begun = outages.storage.requests
        accepted += upload_and_fetch(alice, PICTURE, tally)
        # The worker is at rest: there is no work. Two requests, of two tries each, and its sweep.
        assert outages.storage.requests - begun <= 8
        tally.add()
    assert accepted > rounds / 2


@pytest.mark.fault("F8", "S3 slow, late, or reset in mid-PUT", long=100, short=1)
@pytest.mark.timeout(100)
@pytest.mark.parametrize("trouble", ["10 kB/s", "5 s late", "reset"])
def test_slow_and_torn(trouble: str, outages: Outages, rounds: int, tally: Tally) -> None:
    """Nothing is accepted that is not whole in the bucket."""
    alice = outages.stack.user()
    for _ in range(rounds):
        outages.storage.rate = 10_000 if trouble == "10 kB/s" else 0
        outages.storage.delay = 5 if trouble == "5 s late" else 0
        outages.storage.cut_after = len(LARGE) // 2 if trouble == "reset" else 0
        assert not upload_and_fetch(alice, LARGE, tally)
        outages.well()
        tally.add()
    time.sleep(3)  # The breaker lets nobody through before.
    assert upload_and_fetch(alice, LARGE, tally)


@pytest.mark.fault("F8", "S3 slow, or torn in mid-GET", long=50, short=1)
@pytest.mark.timeout(100)
def test_no_half_a_picture_is_delivered(outages: Outages, rounds: int, tally: Tally) -> None:
    alice = outages.stack.user()
    url = alice.upload(LARGE, wait=None).json()["original_url"]
    for number in range(rounds):
        outages.storage.rate = 50_000
        if number % 2:
            outages.storage.cut()
            outages.storage.cut_answer_after = len(LARGE) // 2
        seconds, answer = timed(lambda: copy_of(alice).get(url))
        assert_problem(answer, 503, DOWN)
        assert seconds < 13
        outages.well()
        tally.add(seconds=seconds)


@pytest.mark.fault("F8", "S3 answers 404 after a PUT", long=10)
@pytest.mark.timeout(200)
def test_what_shows_late_is_not_lost(outages: Outages, rounds: int, tally: Tally) -> None:
    """A bucket that lags: the worker finds no original, and comes again."""
    alice = outages.stack.user()
    for _ in range(rounds):
        outages.storage.answer = lambda head: None if head.startswith(b"PUT") else NOT_FOUND
        url = alice.upload(PICTURE, FLIP, wait=None).json()["url"]
        looked = outages.stack.renditions.filter(image__owner__username=alice.username, attempts=1)
        eventually(looked.exists, 60, "the worker has looked once")
        outages.well()
        begun = time.monotonic()
        assert alice.done(url, 90)["status"] == "completed"
        tally.add(seconds=time.monotonic() - begun)
