"""Alice, her password, and a client of the API inside this process."""

from collections.abc import Iterator
from typing import Any, Protocol

import environ
import pytest
from django.core.management import call_command
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from accounts.models import User
from tests.fixtures import FLAVOURS
from tests.servers.postgres import Postgres
from tests.stack import standing_in

PASSWORD = "correct-horse-battery"


class Api(Protocol):
    """Sends JSON to an address under /accounts/, with an access token if one is given."""

    def __call__(
        self, verb: str, path: str, body: Any = None, *, token: str | None = None
    ) -> Any: ...


@pytest.fixture(scope="session")
def postgres_connection(
    postgres_server: Postgres, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[BaseDatabaseWrapper]:
    """A connection to a migrated PostgreSQL that can stand in for the default one."""
    ours = connections.settings["default"]
    theirs = environ.Env.db_url_config(postgres_server.new_database())
    connections.settings["default"] = ours | {"OPTIONS": {}} | theirs
    connection = connections.create_connection("default")
    connections.settings["default"] = ours
    with django_db_blocker.unblock():
        with standing_in(connection):
            call_command("migrate", verbosity=0)
        yield connection
        connection.close()


@pytest.fixture(params=FLAVOURS)
def db(request: pytest.FixtureRequest, db: None) -> Iterator[None]:
    """Rows that are gone after the test: once in SQLite, once in PostgreSQL."""
    if request.param == "sqlite-files":
        yield
        return
    connection = request.getfixturevalue("postgres_connection")
    with standing_in(connection), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def api(db: None) -> Api:
    def send(verb: str, path: str, body: Any = None, *, token: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        method = getattr(APIClient(), verb)
        return method(f"/accounts/{path}", body, format="json", headers=headers)

    return send


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("Alice", "alice@example.com", PASSWORD)


@pytest.fixture
def tokens(api: Api, alice: User) -> dict[str, str]:
    """`access` and `refresh` of a fresh login of Alice's."""
    return log_in(api)


def log_in(api: Api, password: str = PASSWORD) -> dict[str, str]:
    answer = api("post", "login/", {"username": "alice", "password": password})
    assert answer.status_code == 200, answer.content
    return {kind: answer.json()[kind] for kind in ("access", "refresh")}


def assert_refused(answer: Any, code: str = "token_not_valid") -> None:
    """A 401 that says how to do better."""
    assert (answer.status_code, answer.json()["code"]) == (401, code), answer.content
    assert answer["WWW-Authenticate"].startswith("Bearer")


def assert_invalid(answer: Any, path: str, code: str) -> None:
    """A 400 with this complaint about this field."""
    assert answer.status_code == 400, answer.content
    errors = [(error["path"], error["code"]) for error in answer.json()["errors"]]
    assert (path, code) in errors, errors
