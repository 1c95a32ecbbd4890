"""API keys: made, shown once, listed, revoked, and what they look like to whoever guesses."""

import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts import services
from accounts.models import ApiKey, User
from tests.accounts.conftest import PASSWORD, Api, assert_invalid, assert_refused

BODY = {"name": "nightly import", "scopes": ["read", "write"]}
NEW = {"current_password": PASSWORD, "new_password": "battery-staple-correct"}


def made(api: Api, tokens: dict[str, str], **fields: Any) -> dict[str, Any]:
    """A fresh API key of Alice's, as she is told of it."""
    answer = api("post", "keys/", BODY | fields, token=tokens["access"])
    assert answer.status_code == 201, answer.content
    body: dict[str, Any] = answer.json()
    return body


def assert_forbidden(answer: Any, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (403, code), answer.content


def test_the_key_is_shown_once_and_only_its_hash_is_kept(api: Api, tokens: dict[str, str]) -> None:
    body = made(api, tokens)
    assert re.fullmatch(r"ipk_[0-9a-f]{16}_[0-9a-f]{64}", body["key"])
    assert body["key"].startswith(body["prefix"])
    row = ApiKey.objects.values().get()
    assert row["digest"] == hashlib.sha256(body["key"].encode()).hexdigest()
    secret = body["key"].rpartition("_")[2]
    assert secret not in str(row)
    for path in ("keys/", f"keys/{body['id']}/"):
        answer = api("get", path, token=tokens["access"])
        assert secret not in answer.content.decode()
        assert body["prefix"] in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]


def test_it_acts_for_its_user_and_one_query_decides(
    api: Api, tokens: dict[str, str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    key = made(api, tokens)["key"]
    assert api("get", "me/", token=key).json()["username"] == "Alice"
    with django_assert_num_queries(1):
        assert api("get", "me/", token=key).status_code == 200


def test_its_use_is_noted_once_a_minute(api: Api, tokens: dict[str, str]) -> None:
    key = made(api, tokens)["key"]
    assert ApiKey.objects.get().last_used_at is None
    api("get", "me/", token=key)
    first = ApiKey.objects.get().last_used_at
    assert first is not None
    api("get", "me/", token=key)
    assert ApiKey.objects.get().last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(seconds=61))
    api("get", "me/", token=key)
    again = ApiKey.objects.get().last_used_at
    assert again is not None
    assert again >= first


def test_two_keys_have_nothing_in_common(api: Api, tokens: dict[str, str]) -> None:
    one, other = (made(api, tokens)["key"].split("_") for _ in range(2))
    assert one[0] == other[0]
    assert one[1] != other[1]
    assert one[2] != other[2]


def test_a_revoked_key_is_refused(api: Api, tokens: dict[str, str]) -> None:
    body, other = made(api, tokens), made(api, tokens)
    assert api("get", "me/", token=body["key"]).status_code == 200
    assert api("delete", f"keys/{body['id']}/", token=tokens["access"]).status_code == 204
    assert_refused(api("get", "me/", token=body["key"]), "api_key_not_valid")
    assert api("get", f"keys/{body['id']}/", token=tokens["access"]).status_code == 404
    assert api("get", "me/", token=other["key"]).status_code == 200


def test_an_expired_key_says_so_by_the_clock_of_the_database(
    api: Api, tokens: dict[str, str]
) -> None:
    soon = timezone.now() + timedelta(hours=1)
    key = made(api, tokens, expires_at=soon.isoformat())["key"]
    assert api("get", "me/", token=key).status_code == 200
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert_refused(api("get", "me/", token=key), "api_key_expired")


def test_a_disabled_user_is_refused(api: Api, tokens: dict[str, str]) -> None:
    key = made(api, tokens)["key"]
    User.objects.update(is_active=False)
    assert_refused(api("get", "me/", token=key), "user_inactive")


def test_a_deleted_user_is_refused(api: Api, alice: User, tokens: dict[str, str]) -> None:
    key = made(api, tokens)["key"]
    alice.delete()
    assert_refused(api("get", "me/", token=key), "api_key_not_valid")


def test_a_new_password_revokes_every_key_of_the_user_and_no_other(
    api: Api, alice: User, tokens: dict[str, str]
) -> None:
    User.objects.create_user("bob", "bob@example.com", PASSWORD)
    bobs = api("post", "login/", {"username": "bob", "password": PASSWORD}).json()
    key, other = made(api, tokens)["key"], made(api, bobs)["key"]
    assert api("post", "password/", NEW, token=tokens["access"]).status_code == 200
    assert_refused(api("get", "me/", token=key), "api_key_not_valid")
    assert api("get", "me/", token=other).status_code == 200


def test_a_password_changed_anywhere_revokes_them(
    api: Api, alice: User, tokens: dict[str, str]
) -> None:
    key = made(api, tokens)["key"]
    alice.set_password("changed in a shell")
    alice.save()
    assert_refused(api("get", "me/", token=key), "api_key_not_valid")


def test_a_password_only_hashed_anew_does_not(
    api: Api, alice: User, tokens: dict[str, str], settings: Any
) -> None:
    key = made(api, tokens)["key"]
    before = alice.password
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    assert alice.check_password(PASSWORD)
    assert alice.password != before
    assert api("get", "me/", token=key).status_code == 200


def test_a_key_asked_for_with_the_old_password_is_not_made(
    api: Api, alice: User, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = services.lock

    def changed_first(user_id: str) -> User:
        User.objects.update(password="another")
        return lock(user_id)

    monkeypatch.setattr(services, "lock", changed_first)
    assert_refused(api("post", "keys/", BODY, token=tokens["access"]))
    assert not ApiKey.objects.exists()


def flipped(key: str, place: int) -> str:
    return key[:place] + ("1" if key[place] == "0" else "0") + key[place + 1 :]


def test_a_wrong_key_says_nothing_about_how_wrong_it_is(
    api: Api, tokens: dict[str, str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    key = made(api, tokens)["key"]
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    User.objects.update(is_active=False)
    wrong = [
        flipped(key, 84),
        flipped(key, 30),
        flipped(key, 10),
        key[:-1],
        key + "0",
        key.upper().replace("IPK_", "ipk_"),
        "ipk_",
        "ipk_a_b_c",
        "ipk_\xe9",
        "ipk_" + "0" * 5000,
        key.replace(key[4:20], "0" * 15 + "\0"),
    ]
    answers = [api("get", "me/", token=one) for one in wrong]
    for answer in answers:
        assert_refused(answer, "api_key_not_valid")
    assert len({answer.content for answer in answers}) == 1
    for known_or_not in (flipped(key, 84), flipped(key, 10)):
        with django_assert_num_queries(1):
            api("get", "me/", token=known_or_not)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", "", "blank"),
        ("name", "x" * 101, "max_length"),
        ("name", "a\0b", "null_characters_not_allowed"),
        ("scopes", [], "empty"),
        ("scopes", "read", "not_a_list"),
        ("scopes", ["admin"], "invalid_choice"),
        ("scopes", None, "null"),
        ("expires_at", "2020-01-01T00:00:00Z", "min_value"),
        ("expires_at", "0001-01-01T00:00:00+14:00", "overflow"),
        ("expires_at", "soon", "invalid"),
    ],
)
def test_a_bad_field_is_named(
    api: Api, tokens: dict[str, str], field: str, value: Any, code: str
) -> None:
    answer = api("post", "keys/", BODY | {field: value}, token=tokens["access"])
    assert_invalid(answer, field, code)
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("missing", ["name", "scopes"])
def test_a_missing_field_is_named(api: Api, tokens: dict[str, str], missing: str) -> None:
    body = {name: value for name, value in BODY.items() if name != missing}
    assert_invalid(api("post", "keys/", body, token=tokens["access"]), missing, "required")


def test_what_the_service_decides_cannot_be_sent(
    api: Api, alice: User, tokens: dict[str, str]
) -> None:
    bob = User.objects.create_user("bob", "bob@example.com", PASSWORD)
    sent = {"user": str(bob.pk), "prefix": "ipk_mine", "digest": "0" * 64, "key": "mine"}
    body = made(api, tokens, **sent)
    assert body["prefix"] != "ipk_mine"
    assert body["key"] != "mine"
    assert ApiKey.objects.get().user == alice


def test_there_are_so_many_and_the_error_names_the_limit(
    api: Api, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "MAX_API_KEYS", 2)
    bodies = [made(api, tokens) for _ in range(2)]
    answer = api("post", "keys/", BODY, token=tokens["access"])
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_api_keys")
    assert "the limit is 2 (MAX_API_KEYS)" in answer.json()["detail"]
    api("delete", f"keys/{bodies[0]['id']}/", token=tokens["access"])
    made(api, tokens)


def test_the_list_is_ones_own_newest_first(api: Api, tokens: dict[str, str]) -> None:
    User.objects.create_user("bob", "bob@example.com", PASSWORD)
    bobs = api("post", "login/", {"username": "bob", "password": PASSWORD}).json()
    made(api, bobs)
    names = ["one", "two", "three"]
    for name in names:
        made(api, tokens, name=name)
    listed = api("get", "keys/", token=tokens["access"]).json()
    assert listed["count"] == 3
    assert [one["name"] for one in listed["results"]] == names[::-1]


def test_a_form_makes_one_too(api: Api, tokens: dict[str, str]) -> None:
    form = {"name": "by form", "scopes": ["read", "write"], "expires_at": ""}
    answer = APIClient(headers={"Authorization": f"Bearer {tokens['access']}"}).post(
        "/accounts/keys/", form, format="multipart"
    )
    assert answer.status_code == 201, answer.content
    assert (answer.json()["scopes"], answer.json()["expires_at"]) == (["read", "write"], None)
    page = APIClient(headers={"Authorization": f"Bearer {tokens['access']}"}).get(
        "/accounts/keys/", headers={"Accept": "text/html"}
    )
    assert 'name="scopes"' in page.content.decode()


def test_no_key_makes_keys_or_changes_the_account(api: Api, tokens: dict[str, str]) -> None:
    body = made(api, tokens)
    refused = [
        api("post", "keys/", BODY, token=body["key"]),
        api("get", "keys/", token=body["key"]),
        api("delete", f"keys/{body['id']}/", token=body["key"]),
        api("post", "password/", NEW, token=body["key"]),
        api("patch", "me/", {"first_name": "A"}, token=body["key"]),
        api("delete", "me/", {"password": PASSWORD}, token=body["key"]),
    ]
    for answer in refused:
        assert_forbidden(answer, "api_key_refused")
    assert User.objects.filter(first_name="").exists()


def test_a_key_without_the_scope_is_told_which(api: Api, tokens: dict[str, str]) -> None:
    key = made(api, tokens, scopes=["write"])["key"]
    answer = api("get", "me/", token=key)
    assert_forbidden(answer, "insufficient_scope")
    assert "the scope read; yours has write" in answer.json()["detail"]
