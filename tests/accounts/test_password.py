"""Changing the password."""

import pytest

from accounts import services
from accounts.models import TokenFamily, User
from tests.accounts.conftest import PASSWORD, Api, assert_invalid, assert_refused, log_in

NEW = "battery-staple-correct"
BODY = {"current_password": PASSWORD, "new_password": NEW}


def test_every_older_token_of_every_login_ends_and_the_new_pair_works(
    api: Api, tokens: dict[str, str]
) -> None:
    other = log_in(api)
    answer = api("post", "password/", BODY, token=tokens["access"])
    assert answer.status_code == 200
    for pair in (tokens, other):
        assert_refused(api("get", "me/", token=pair["access"]))
        assert_refused(api("post", "refresh/", {"refresh": pair["refresh"]}))
    assert TokenFamily.objects.filter(ended_at=None).count() == 1
    assert api("get", "me/", token=answer.json()["access"]).status_code == 200
    assert api("post", "refresh/", {"refresh": answer.json()["refresh"]}).status_code == 200


def test_the_new_password_logs_in_and_the_old_does_not(api: Api, tokens: dict[str, str]) -> None:
    api("post", "password/", BODY, token=tokens["access"])
    assert log_in(api, NEW)
    old = api("post", "login/", {"username": "alice", "password": PASSWORD})
    assert_refused(old, "invalid_credentials")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("current_password", "wrong", "password_incorrect"),
        ("new_password", "short", "password_too_short"),
        ("new_password", "alice@example.com", "password_too_similar"),
        ("new_password", "12345678901", "password_entirely_numeric"),
        ("new_password", "", "blank"),
        ("new_password", "x" * 1025, "max_length"),
    ],
)
def test_a_bad_field_is_named_and_nothing_changes(
    api: Api, tokens: dict[str, str], field: str, value: str, code: str
) -> None:
    answer = api("post", "password/", BODY | {field: value}, token=tokens["access"])
    assert_invalid(answer, field, code)
    assert api("get", "me/", token=tokens["access"]).status_code == 200


def test_of_two_changes_at_once_the_second_does_not_undo_the_first(
    api: Api, alice: User, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = services.lock

    def overtaken(user_id: str) -> User:
        monkeypatch.setattr(services, "lock", lock)
        alice.set_password("the first to come")
        alice.save()
        return lock(user_id)

    monkeypatch.setattr(services, "lock", overtaken)
    assert_refused(api("post", "password/", BODY, token=tokens["access"]))


def test_a_login_with_the_old_password_does_not_outlive_a_change(
    api: Api, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = services.lock

    def changed_first(user_id: str) -> User:
        alice.set_password(NEW)
        alice.save()
        return lock(user_id)

    monkeypatch.setattr(services, "lock", changed_first)
    assert_refused(api("get", "me/", token=log_in(api)["access"]))
