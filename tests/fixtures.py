"""Stacks for tests, of each flavour, and their users.

`stack` runs every test that asks for it twice: on SQLite with local files, and on PostgreSQL with
S3. When the test is over, the oracle looks over what it has left behind.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker
from xdist.scheduler import LoadScopeScheduling

from tests import campaign, oracle
from tests.client import Client
from tests.servers.postgres import Postgres
from tests.servers.s3 import S3
from tests.stack import Stack, numbers, template

FLAVOURS = ("sqlite-files", "postgres-s3")
OUTAGES = "outages"
"""The stack of tests/faults/outages.py, which several tests break in turn."""


def make_stack(
    flavour: str,
    folder: Path,
    request: pytest.FixtureRequest,
    *,
    s3: S3 | None = None,
    postgres: Postgres | None = None,
    **environment: str,
) -> Stack:
    """A stack of one flavour, with a database and a bucket of its own.

    It is on this run's servers, except for those that are given.
    """
    if "REDIS_URL" not in environment:
        broker = request.getfixturevalue("valkey_server").url.rpartition("/")[0]
        environment["REDIS_URL"] = f"{broker}/{next(numbers)}"
    if flavour == "sqlite-files":
        folder.mkdir(exist_ok=True)
        database = folder / "imagepro.sqlite3"
        shutil.copy(template(None).removeprefix("sqlite:///"), database)
        return Stack(folder, {"DATABASE_URL": f"sqlite:///{database}", **environment})
    s3 = s3 or request.getfixturevalue("s3_server")
    postgres = postgres or request.getfixturevalue("postgres_server")
    return Stack(
        folder,
        {
            "DATABASE_URL": postgres.new_database(template(postgres)),
            "AWS_STORAGE_BUCKET_NAME": s3.new_bucket(),
            "AWS_S3_ENDPOINT_URL": s3.endpoint_url,
            "AWS_ACCESS_KEY_ID": s3.access_key,
            "AWS_SECRET_ACCESS_KEY": s3.secret_key,
            **environment,
        },
        s3,
    )


WAITING = ("tests/faults/", "tests/servers/", "tests/test_run.py", "tests/test_readme.py")
"""Tests that mostly wait, for a lease to run out or a process to start."""


def flavour(nodeid: str) -> str | None:
    """The flavour a test runs on, if it runs on the shared stacks."""
    return next((name for name in FLAVOURS if f"[{name}" in nodeid), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First what takes long by itself, then what waits, so that others compute meanwhile."""
    items.sort(key=lambda item: (not flavour(item.nodeid), not item.nodeid.startswith(WAITING)))


class ByFlavour(LoadScopeScheduling):  # type: ignore[misc]
    """Gives each flavour, and each file, to one test process whole: what its tests share is
    started once.

    (xdist 3.8 has --dist loadgroup for this; with pytest 9.2 it has no effect.)
    """

    def _split_scope(self, nodeid: str) -> str:
        if f"[{OUTAGES}" in nodeid:
            return OUTAGES
        long = self.config.option.long
        file = nodeid if long else nodeid.partition("::")[0]
        return campaign.group(nodeid, long=long) or flavour(nodeid) or file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFlavour:
    """Called by xdist."""
    return ByFlavour(config, log)


@pytest.fixture(scope="session", params=FLAVOURS)
def session_stack(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """One stack of each flavour, for all tests of a test process."""
    with make_stack(request.param, tmp_path_factory.mktemp("stack"), request).up() as made:
        yield made
        assert not oracle.leaks(made)


@pytest.fixture
def stack(session_stack: Stack, django_db_blocker: DjangoDbBlocker) -> Iterator[Stack]:
    """The running service; what a test leaves behind must satisfy the oracle."""
    with django_db_blocker.unblock():
        yield session_stack
        oracle.check(session_stack)


@pytest.fixture
def alice(stack: Stack) -> Client:
    """Owns the pictures of a test."""
    return stack.user()


@pytest.fixture
def bob(stack: Stack) -> Client:
    """Must see nothing of Alice's."""
    return stack.user()
