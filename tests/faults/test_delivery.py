"""Messages that come more often than they were sent, or late: the rows decide, not they."""

import pytest
from django.db import transaction

from tests import oracle
from tests.campaign import Tally
from tests.client import Client
from tests.stack import Stack, eventually

FLIP = [{"op": "flip"}]


def heard(stack: Stack) -> int:
    """How many messages the worker has dealt with."""
    lines = stack.worker.log().splitlines()
    return sum("process_image[" in line and "succeeded" in line for line in lines)


def deliver(stack: Stack, image: str, copies: int) -> None:
    """Have the worker hear of an image so often, and wait until it has."""
    before = heard(stack)
    for _ in range(copies):
        stack.task("process_image", image, queue="images")
    eventually(lambda: heard(stack) >= before + copies, 60, "all messages are dealt with")


@pytest.mark.fault("F10", "a message twice, five times, after the end, after deletion", long=50)
@pytest.mark.timeout(300)
def test_one_result(stack: Stack, alice: Client, rounds: int, tally: Tally) -> None:
    for number in range(rounds):
        copies = (2, 5)[number % 2]
        # Heard by both children at once, when the worker wakes up. Frozen under the lock for
        # writing, so that it does not hold it: to delete what is over may be at work.
        with transaction.atomic(using=stack.alias):
            stack.worker.freeze()
        body = alice.upload(alice.picture(), FLIP, wait=None, coloured=True).json()
        for _ in range(copies - 1):
            stack.task("process_image", body["id"], queue="images")
        stack.worker.thaw()
        image = alice.done(body["url"], 60)
        assert image["status"] == "completed"
        (row,) = stack.renditions.filter(image=body["id"])
        assert row.attempts == 1
        assert alice.get(image["download_url"]).status_code == 200

        deliver(stack, body["id"], 2)
        assert stack.renditions.get(image=body["id"]).result_id == row.result_id
        assert alice.get(image["download_url"]).status_code == 200

        if number % 2:
            assert alice.delete(body["url"]).status_code == 204
            deliver(stack, body["id"], 2)
            assert alice.get(body["url"]).status_code == 404
        tally.add(2 + number % 2)
    found = oracle.judge(stack, thorough=True)
    tally.add(0, lost=len(found.lost), doubled=len(found.doubled), orphaned=len(found.orphaned))
    assert not found, found
