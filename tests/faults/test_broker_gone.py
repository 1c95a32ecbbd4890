"""The broker refuses, hangs or forgets: uploads are taken all the same, and their work is done."""

import time
from collections.abc import Iterator

import pytest

from tests.campaign import Tally
from tests.client import Client
from tests.faults.conftest import MakeFragile
from tests.pictures import file, gradient
from tests.servers.rabbitmq import RabbitMQ
from tests.servers.server import Server
from tests.servers.valkey import Valkey
from tests.stack import Stack, eventually

FLIP = [{"op": "flip"}]


def upload_within(seconds: float, alice: Client) -> str:
    """The address of a picture uploaded in that time."""
    begun = time.monotonic()
    answer = alice.upload(file(gradient()).getvalue(), FLIP, wait=None)
    assert answer.status_code == 202, answer.text
    assert time.monotonic() - begun < seconds
    return str(answer.json()["url"])


def all_done(stack: Stack) -> bool:
    return not stack.renditions.exclude(status="completed").exists()


@pytest.mark.fault("F5", "broker restarted empty; each trial a pending job", long=200, short=20)
@pytest.mark.timeout(15)
def test_killed_and_emptied_with_jobs_pending_all_complete(
    broker: Valkey, fragile: MakeFragile, rounds: int, tally: Tally
) -> None:
    stack = fragile("postgres-s3", REDIS_URL=broker.url)
    alice = stack.user()
    stack.worker.kill9()
    for _ in range(rounds):
        upload_within(5, alice)
    broker.kill9()
    refused = upload_within(5, alice)
    broker.restart(keep_data=False)
    stack.worker.start()
    begun = time.monotonic()
    assert alice.done(refused, 60)["status"] == "completed"
    eventually(lambda: all_done(stack), 60 + rounds / 2, "all are done")
    tally.add(rounds + 1, seconds=time.monotonic() - begun)


def assert_holds_no_upload_while_frozen(
    stack: Stack, broker: Server, rounds: int, tally: Tally
) -> None:
    alice = stack.user()
    for _ in range(rounds):
        assert alice.done(upload_within(5, alice), 60)["status"] == "completed"
        broker.freeze()
        frozen = [upload_within(5, alice) for _ in range(3)]
        broker.thaw()
        begun = time.monotonic()
        for url in frozen:
            assert alice.done(url, 60)["status"] == "completed"
        tally.add(seconds=time.monotonic() - begun)


@pytest.mark.fault("F4", "Valkey frozen", long=10)
@pytest.mark.timeout(240)
def test_a_frozen_broker_holds_no_upload(
    broker: Valkey, fragile: MakeFragile, rounds: int, tally: Tally
) -> None:
    stack = fragile("sqlite-files", REDIS_URL=broker.url)
    assert_holds_no_upload_while_frozen(stack, broker, rounds, tally)


@pytest.fixture
def amqp_broker() -> Iterator[RabbitMQ]:
    """A RabbitMQ that a test may freeze."""
    with RabbitMQ() as server:
        yield server


@pytest.mark.fault("F4", "RabbitMQ frozen", long=10)
@pytest.mark.timeout(240)
def test_a_frozen_rabbitmq_holds_no_upload(
    amqp_broker: RabbitMQ, fragile: MakeFragile, rounds: int, tally: Tally
) -> None:
    """The open connection is the worst: nothing on it fails, and the confirmation never comes."""
    stack = fragile("sqlite-files", CELERY_BROKER_URL=amqp_broker.url)
    assert_holds_no_upload_while_frozen(stack, amqp_broker, rounds, tally)
