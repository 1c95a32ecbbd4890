"""PostgreSQL is cut off, frozen, locked or full: 503 soon, and well again by itself."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import psycopg
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
from tests.servers.server import Server
from tests.stack import eventually

DOWN = "database_unavailable"
CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid != pg_backend_pid()"
)


def everything(alice: Client, url: str) -> list[Ask]:
    """A request of each kind."""
    names = {"username": alice.username, "password": alice.password}
    return [
        lambda: Client(alice.base).post("/accounts/login/", json=names),
        lambda: copy_of(alice).get(url),
        lambda: copy_of(alice).get(url + "download/"),
        an_upload(alice),
        lambda: copy_of(alice).delete(url),
    ]


def endure(outages: Outages, outage: AbstractContextManager[object], tally: Tally) -> None:
    """Ask for everything, alone and several at once, while the database is down; then it heals."""
    alice = outages.stack.user()
    url = alice.upload(PICTURE, FLIP).json()["url"]
    asks = everything(alice, url)
    with outage:
        answers = [timed(ask) for ask in asks] + all_at_once(asks * 4)
        assert_refused_soon(answers, DOWN)
        seconds, answer = timed(lambda: requests.get(f"{alice.base}/health/", timeout=30))
        assert seconds < 5
        assert (answer.status_code, answer.json()["database"]["ok"]) == (503, False)
    tally.figure("slowest 503 s", max(seconds for seconds, _ in answers))
    tally.add(seconds=heals(alice, url))


def heals(alice: Client, url: str) -> float:
    """Within how many seconds everything works again."""
    begun = time.monotonic()
    eventually(lambda: alice.get(url).status_code == 200, 15)
    seconds = time.monotonic() - begun
    assert seconds < 10
    assert alice.upload(PICTURE, FLIP).json()["status"] == "completed"
    return seconds


def connect(outages: Outages) -> "psycopg.Connection[tuple[object, ...]]":
    """The test's own, past the wire."""
    return psycopg.connect(outages.stack.environment["DATABASE_URL"], autocommit=True)


def waiting(admin: "psycopg.Connection[tuple[object, ...]]") -> set[tuple[object, ...]]:
    """The questions that wait in the server for a lock, each with when it was asked."""
    blocked = "SELECT pid, query_start FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    return set(admin.execute(blocked).fetchall())


def assert_given_up(outages: Outages) -> None:
    """No question is left waiting in the server for what nobody waits for here.

    The worker has more patience than the web, and comes with another question all the time.
    """
    with connect(outages) as admin:
        asked = waiting(admin)
        eventually(lambda: not asked & waiting(admin), 25)


@contextmanager
def frozen(server: Server) -> Iterator[None]:
    """It accepts connections, or keeps them, and says nothing."""
    server.freeze()
    try:
        yield
    finally:
        server.thaw()


@contextmanager
def killed(server: Server) -> Iterator[None]:
    """Its port is closed."""
    server.kill9()
    try:
        yield
    finally:
        server.restart()


@pytest.mark.fault("F7", "PostgreSQL frozen", long=20)
@pytest.mark.timeout(200)
def test_frozen(outages: Outages, rounds: int, tally: Tally) -> None:
    for _ in range(rounds):
        endure(outages, frozen(outages.postgres), tally)


@pytest.mark.fault("F7", "PostgreSQL killed and restarted", long=20)
@pytest.mark.timeout(200)
def test_killed(outages: Outages, rounds: int, tally: Tally) -> None:
    for _ in range(rounds):
        endure(outages, killed(outages.postgres), tally)


@pytest.mark.fault("F7", "a table locked for ever", long=20)
@pytest.mark.timeout(200)
def test_a_lock_holds_only_those_who_need_it(outages: Outages, rounds: int, tally: Tally) -> None:
    alice = outages.stack.user()
    url = alice.upload(PICTURE, FLIP).json()["url"]
    asks: list[Ask] = [lambda: copy_of(alice).get(url), an_upload(alice)] * 3
    for _ in range(rounds):
        with connect(outages) as admin, admin.transaction():
            admin.execute("LOCK TABLE images_image IN ACCESS EXCLUSIVE MODE")
            for seconds, answer in all_at_once(asks):
                assert seconds < 10
                assert_problem(answer, 503, DOWN)
            assert alice.get("/accounts/me/").status_code == 200
            assert_given_up(outages)
        tally.add(seconds=heals(alice, url))


@pytest.mark.fault("F7", "all connections to PostgreSQL cut", long=20)
@pytest.mark.timeout(60)
def test_cut_connections_are_replaced(outages: Outages, rounds: int, tally: Tally) -> None:
    """Between two requests, nobody notices."""
    alice = outages.stack.user()
    url = alice.upload(PICTURE, FLIP).json()["url"]
    with connect(outages) as admin:
        for _ in range(rounds):
            admin.execute(CUT)
            for _, answer in all_at_once([lambda: copy_of(alice).get(url)] * 8):
                assert answer.status_code == 200, answer.text
            tally.add()


@pytest.mark.fault("F7", "PostgreSQL has no connection left", long=20)
@pytest.mark.timeout(100)
def test_no_connection_left(outages: Outages, rounds: int, tally: Tally) -> None:
    alice = outages.stack.user()
    url = alice.upload(PICTURE, FLIP).json()["url"]
    for _ in range(rounds):
        with ExitStack() as taken, connect(outages) as admin:
            fill(outages, taken)
            admin.execute(CUT)
            fill(outages, taken)
            answers = all_at_once([lambda: copy_of(alice).get(url)] * 8)
            assert_refused_soon(answers, DOWN)
        tally.add(seconds=heals(alice, url))


def fill(outages: Outages, taken: ExitStack) -> None:
    """Take every connection the server has left."""
    with pytest.raises(psycopg.OperationalError, match="too many clients"):
        all(taken.enter_context(psycopg.connect(outages.postgres.url)) for _ in range(200))


@pytest.mark.fault("F7", "a COMMIT without an answer", long=20)
@pytest.mark.timeout(200)
def test_a_commit_without_an_answer_happened_whole_or_not_at_all(
    outages: Outages, rounds: int, tally: Tally
) -> None:
    """The connection breaks behind COMMIT: nobody here can know what became of it."""
    for _ in range(rounds):
        alice = outages.stack.user()
        alice.get("/accounts/me/")
        outages.database.cut_behind = b"COMMIT"
        refused = timed(an_upload(alice))
        outages.database.well()
        assert_refused_soon([refused], DOWN)
        for image in alice.get("/api/v1/images/").json()["results"]:
            assert alice.done(image["url"], 60)["status"] == "completed"
            assert alice.get(image["original_url"]).content == PICTURE
        tally.add()
