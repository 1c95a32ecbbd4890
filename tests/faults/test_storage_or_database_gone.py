"""The storage or the database is down: 503 with Retry-After, soon, and nothing half-done after."""

import time
from collections.abc import Callable, Iterator

import pytest

from tests.client import Client
from tests.faults.conftest import MakeFragile
from tests.images.test_bad_input import assert_problem
from tests.pictures import file, gradient
from tests.servers.postgres import Postgres
from tests.servers.s3 import S3


@pytest.fixture
def s3() -> Iterator[S3]:
    with S3() as server:
        yield server


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


def refused_soon(ask: Callable[[], object], code: str) -> None:
    begun = time.monotonic()
    answer = ask()
    assert time.monotonic() - begun < 10
    assert_problem(answer, 503, code)  # type: ignore[arg-type]
    assert int(answer.headers["Retry-After"]) > 0  # type: ignore[attr-defined]


@pytest.mark.timeout(200)
def test_without_storage_nothing_is_accepted_and_nothing_lost(s3: S3, fragile: MakeFragile) -> None:
    stack = fragile("postgres-s3", s3=s3)
    alice = stack.user()
    picture = file(gradient()).getvalue()
    image = alice.upload(picture, [{"op": "flip"}]).json()
    s3.kill9()
    refused_soon(lambda: alice.upload(picture, [{"op": "flip"}]), "storage_unavailable")
    refused_soon(lambda: alice.get(image["original_url"]), "storage_unavailable")
    refused_soon(lambda: alice.get(image["download_url"]), "storage_unavailable")
    assert alice.get(image["url"]).json()["first_downloaded_at"] is None
    waiting = alice.post(image["url"] + "transform/", json={"operations": [{"op": "mirror"}]})
    assert waiting.status_code == 202
    time.sleep(3)
    s3.start()
    done = alice.done(waiting.json()["renditions"][0]["url"], 60)
    assert done["status"] == "completed"
    assert alice.get(image["download_url"]).status_code == 200


@pytest.mark.timeout(200)
def test_without_database_it_answers_503_and_recovers(
    postgres: Postgres, fragile: MakeFragile
) -> None:
    stack = fragile("postgres-s3", postgres=postgres)
    alice = stack.user()
    picture = file(gradient()).getvalue()
    image = alice.upload(picture, [{"op": "flip"}]).json()
    postgres.kill9()
    refused_soon(lambda: alice.get(image["url"]), "database_unavailable")
    refused_soon(lambda: alice.upload(picture), "database_unavailable")
    refused_soon(lambda: login(alice), "database_unavailable")
    postgres.start()
    assert alice.get(image["download_url"]).status_code == 200
    assert alice.upload(picture, [{"op": "mirror"}]).json()["status"] == "completed"


def login(client: Client) -> object:
    names = {"username": client.username, "password": client.password}
    return client.post("/accounts/login/", json=names)
