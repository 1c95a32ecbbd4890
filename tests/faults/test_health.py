"""/health/ says which part is down, and is well again when the part is."""

from typing import Any

import pytest
import requests
from django.db import transaction

from tests.faults.conftest import MakeFragile
from tests.faults.outages import timed
from tests.servers.valkey import Valkey
from tests.stack import Stack, eventually


def health(stack: Stack) -> tuple[int, dict[str, Any]]:
    answer = requests.get(f"{stack.web.base}/health/", timeout=30)
    return answer.status_code, answer.json()


@pytest.mark.timeout(200)
def test_it_names_the_part_that_is_down(broker: Valkey, fragile: MakeFragile) -> None:
    stack = fragile("postgres-s3", REDIS_URL=broker.url)
    eventually(lambda: health(stack)[0] == 200, 40, "a worker has been seen")
    status, parts = health(stack)
    assert parts["status"] == "ok"
    assert 0 <= parts["worker"]["age_seconds"] < 40
    broker.freeze()
    seconds, answer = timed(lambda: requests.get(f"{stack.web.base}/health/", timeout=30))
    assert (answer.status_code, answer.json()["broker"]["ok"]) == (503, False)
    assert seconds < 3
    broker.thaw()
    broker.kill9()
    status, parts = health(stack)
    assert (status, parts["broker"]["ok"], parts["database"]["ok"]) == (503, False, True)
    broker.start()
    eventually(lambda: health(stack)[0] == 200, 30)


@pytest.mark.timeout(200)
def test_a_silent_worker_is_told_from_a_live_web(fragile: MakeFragile) -> None:
    stack = fragile("sqlite-files")
    eventually(lambda: health(stack)[0] == 200, 40, "a worker has been seen")
    # Under the lock for writing, so that it is not the frozen worker that holds it.
    with transaction.atomic(using=stack.alias):
        stack.worker.freeze()
        stack.heartbeats.update(seen_at="2020-01-01T00:00Z")
    status, parts = health(stack)
    assert (status, parts["worker"]["ok"], parts["broker"]["ok"]) == (503, False, True)
    for path in ("live", "ready"):
        assert requests.get(f"{stack.web.base}/health/{path}/", timeout=5).status_code == 200
    stack.worker.thaw()
    eventually(lambda: health(stack)[0] == 200, 40)
