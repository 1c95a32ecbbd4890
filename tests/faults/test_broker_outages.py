"""The broker is cut off, frozen or torn: uploads are taken all the same, and soon without delay."""

import statistics
import time
from collections.abc import Callable

import pytest
import requests

from tests.campaign import Tally
from tests.faults.outages import Outages, an_upload, timed
from tests.servers.proxy import Proxy
from tests.stack import eventually


def refused(wire: Proxy) -> None:
    wire.refuse = True
    wire.cut()


def frozen(wire: Proxy) -> None:
    wire.silent = True


def reset(wire: Proxy) -> None:
    wire.cut_after = 1


@pytest.mark.fault("F4", "connections to the broker refused, silent, reset", long=50, short=3)
@pytest.mark.timeout(120)
@pytest.mark.parametrize("break_it", [refused, frozen, reset])
def test_down(
    break_it: Callable[[Proxy], None], outages: Outages, rounds: int, tally: Tally
) -> None:
    alice = outages.stack.user()
    break_it(outages.broker)
    took = []
    for _ in range(rounds):
        seconds, answer = timed(an_upload(alice))
        assert answer.status_code == 202, answer.text
        took.append(seconds)
    health, _ = timed(lambda: requests.get(f"{alice.base}/health/", timeout=30))
    assert health < 10
    outages.well()
    begun = time.monotonic()
    mine = outages.stack.renditions.filter(image__owner__username=alice.username)
    unfinished = mine.exclude(status="completed")
    eventually(lambda: not unfinished.exists(), 90, "every upload is worked on")
    tally.figure("slowest upload s", max(took))
    tally.figure("median upload s", statistics.median(took))
    tally.figure("health s", health)
    tally.add(rounds, seconds=time.monotonic() - begun)
    # 5 on a machine that does nothing else.
    assert max(took) < 8
    assert statistics.median(took) < 1
