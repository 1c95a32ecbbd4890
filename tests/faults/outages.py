"""A stack whose database and storage can be taken from it and given back, for several tests."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import requests
from pytest_django import DjangoDbBlocker

from tests import oracle
from tests.client import Client
from tests.fixtures import OUTAGES, make_stack
from tests.images.test_bad_input import assert_problem
from tests.pictures import file, gradient
from tests.servers.postgres import Postgres
from tests.servers.proxy import Proxy
from tests.servers.s3 import S3
from tests.servers.valkey import Valkey
from tests.stack import Stack, eventually

PICTURE = file(gradient()).getvalue()
FLIP = [{"op": "flip"}]
Ask = Callable[[], requests.Response]
Timed = tuple[float, requests.Response]


@dataclass
class Outages:
    """The stack, its servers, and the wires to them. The test sees the servers themselves."""

    stack: Stack
    postgres: Postgres
    database: Proxy
    storage: Proxy
    broker: Proxy

    def well(self) -> None:
        """Mend the wires."""
        for wire in (self.database, self.storage, self.broker):
            wire.well()


@pytest.fixture(scope="session", params=[OUTAGES])
def session_outages(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
    s3_server: S3,
    valkey_server: Valkey,
) -> Iterator[Outages]:
    """One for all tests that ask for it."""
    with (
        Postgres() as postgres,
        Proxy(postgres.port) as database,
        Proxy(s3_server.port) as storage,
        Proxy(valkey_server.port) as broker,
    ):
        folder = tmp_path_factory.mktemp("outages")
        stack = make_stack("postgres-s3", folder, request, postgres=postgres)
        wires = {postgres.port: database, s3_server.port: storage, valkey_server.port: broker}
        for process in (stack.web, stack.worker):
            for name, value in process.environment.items():
                for port, wire in wires.items():
                    value = value.replace(f"127.0.0.1:{port}", f"127.0.0.1:{wire.port}")
                process.environment[name] = value
        with django_db_blocker.unblock(), stack.up(), stack.beat():
            yield Outages(stack, postgres, database, storage, broker)


@pytest.fixture
def outages(session_outages: Outages) -> Iterator[Outages]:
    """Everything is well before and, as the oracle says, after."""
    try:
        yield session_outages
    finally:
        session_outages.well()
    # A breaker may be open for some seconds yet.
    ready = f"{session_outages.stack.web.base}/health/ready/"
    eventually(lambda: requests.get(ready, timeout=30).status_code == 200)
    oracle.check(session_outages.stack, 90)


def timed(ask: Ask) -> Timed:
    """The answer, and how many seconds it took."""
    begun = time.monotonic()
    answer = ask()
    return time.monotonic() - begun, answer


def all_at_once(asks: Sequence[Ask]) -> list[Timed]:
    """The same of several clients."""
    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(timed, asks))


def assert_refused_soon(answers: Sequence[Timed], code: str) -> None:
    """503 that says when to come again: none after more than 10 s, as a rule within 3 s."""
    took = {f"{answer.request.method} {answer.url}": seconds for seconds, answer in answers}
    assert max(took.values()) < 10, took
    for _, answer in answers:
        assert_problem(answer, 503, code)
        assert int(answer.headers["Retry-After"]) > 0
    assert statistics.median(seconds for seconds, _ in answers) < 3, took


def an_upload(alice: Client, wait: int | None = None) -> Ask:
    """A picture to be flipped, on a connection of its own."""
    return lambda: copy_of(alice).upload(PICTURE, FLIP, wait=wait)


def copy_of(alice: Client) -> Client:
    """The same user on another machine."""
    other = Client(alice.base)
    other.token = alice.token
    return other
