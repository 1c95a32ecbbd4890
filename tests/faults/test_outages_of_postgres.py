"""PostgreSQL is cut off, frozen, locked, full or silent: 503 soon, and well again by itself."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import requests
from pytest_django import DjangoDbBlocker

from tests import oracle
from tests.client import Client
from tests.fixtures import make_stack
from tests.images.test_bad_input import assert_problem
from tests.pictures import file, gradient
from tests.servers.postgres import Postgres
from tests.stack import Stack, eventually

PICTURE = file(gradient()).getvalue()
FLIP = [{"op": "flip"}]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.fixture(scope="module")
def shared(
    postgres: Postgres,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    stack = make_stack("postgres-s3", folder, request, postgres=postgres)
    with django_db_blocker.unblock(), stack.up(), stack.beat():
        yield stack


@pytest.fixture
def stack(shared: Stack) -> Iterator[Stack]:
    yield shared
    oracle.check(shared, 60)


def timed(ask: Callable[[], requests.Response]) -> tuple[float, requests.Response]:
    begun = time.monotonic()
    answer = ask()
    return time.monotonic() - begun, answer


def everything(alice: Client, url: str) -> list[Callable[[], requests.Response]]:
    names = {"username": alice.username, "password": alice.password}
    return [
        lambda: Client(alice.base).post("/accounts/login/", json=names),
        lambda: alice.get(url),
        lambda: alice.get(url + "download/"),
        lambda: alice.upload(PICTURE, FLIP, wait=None),
        lambda: alice.delete(url),
        lambda: requests.get(alice.base + "/health/", timeout=30),
    ]


def test_frozen(stack: Stack, postgres: Postgres) -> None:
    alice = stack.user()
    url = alice.upload(PICTURE, FLIP).json()["url"]
    postgres.freeze()
    try:
        for _ in range(2):
            for ask in everything(alice, url):
                seconds, answer = timed(ask)
                print(seconds, answer.status_code)
        with ThreadPoolExecutor(24) as pool:
            for seconds, answer in pool.map(timed, everything(alice, url) * 4):
                print(seconds, answer.status_code)
    finally:
        postgres.thaw()
    begun = time.monotonic()
    eventually(lambda: alice.get(url).status_code == 200)
    print("healed", time.monotonic() - begun)
