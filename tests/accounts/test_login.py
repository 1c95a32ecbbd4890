"""Logging in."""

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.accounts.conftest import PASSWORD, Api, assert_invalid, assert_refused


@pytest.mark.parametrize(
    "name", ["Alice", "alice", "ALICE", "alice@example.com", "Alice@Example.COM"]
)
def test_name_and_address_in_any_case(api: Api, alice: User, name: str) -> None:
    answer = api("post", "login/", {"username": name, "password": PASSWORD})
    assert answer.status_code == 200
    assert set(answer.json()) == {"user", "access", "refresh"}
    assert answer.json()["user"]["id"] == str(alice.pk)


def test_it_is_remembered_when(api: Api, alice: User, tokens: dict[str, str]) -> None:
    alice.refresh_from_db()
    assert alice.last_login is not None


def test_unknown_wrong_and_disabled_answer_alike(api: Api, alice: User) -> None:
    User.objects.create_user("Dora", "dora@example.com", PASSWORD, is_active=False)
    answers = [
        api("post", "login/", {"username": name, "password": password})
        for name, password in [("nobody", PASSWORD), ("alice", "wrong"), ("dora", PASSWORD)]
    ]
    for answer in answers:
        assert_refused(answer, "invalid_credentials")
    assert len({answer.content for answer in answers}) == 1


def test_an_unknown_and_a_disabled_name_cost_as_much_work_as_a_wrong_password(
    api: Api, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    User.objects.create_user("Dora", "dora@example.com", PASSWORD, is_active=False)
    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    queries = set()
    for name in ("alice", "nobody", "nobody@example.com", "dora", "dora@example.com"):
        for password in ("wrong", PASSWORD) if name.startswith("dora") else ("wrong",):
            hashed.clear()
            with CaptureQueriesContext(connections["default"]) as asked:
                api("post", "login/", {"username": name, "password": password})
            assert hashed == [password], name
            queries.add(len(asked))
    assert queries == {1}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("username", "al\0ice", "null_characters_not_allowed"),
        ("username", "a" * 255, "max_length"),
        ("username", {}, "invalid"),
        ("password", "x" * 1025, "max_length"),
        ("password", None, "null"),
    ],
)
def test_a_bad_field_is_named(api: Api, field: str, value: object, code: str) -> None:
    body = {"username": "alice", "password": PASSWORD, field: value}
    assert_invalid(api("post", "login/", body), field, code)


def test_wildcards_of_the_database_mean_nothing(api: Api, alice: User) -> None:
    for name in ("alic_", "%", "al%@example.com"):
        assert_refused(
            api("post", "login/", {"username": name, "password": PASSWORD}), "invalid_credentials"
        )


@pytest.mark.parametrize("path", ["login/", "refresh/", "register/"])
def test_a_stale_access_token_does_not_stand_in_the_way(api: Api, path: str) -> None:
    assert api("post", path, {}, token="stale").status_code == 400
