"""One's own account: look at it, change it, delete it."""

import pytest
from django.db import IntegrityError

from accounts import services
from accounts.models import TokenFamily, User
from accounts.serializers import UserSerializer
from tests.accounts.conftest import PASSWORD, Api, assert_invalid, assert_refused


def test_names_and_address_can_be_changed(api: Api, alice: User, tokens: dict[str, str]) -> None:
    wanted = {"username": "ann", "email": "ANN@example.com", "first_name": "A", "last_name": "N"}
    answer = api("patch", "me/", wanted, token=tokens["access"])
    assert answer.status_code == 200
    alice.refresh_from_db()
    changed = [alice.username, alice.email, alice.first_name, alice.last_name]
    assert changed == ["ann", "ann@example.com", "A", "N"]
    assert api("get", "me/", token=tokens["access"]).json() == answer.json()


def test_the_case_of_ones_own_name_can_be_changed(api: Api, tokens: dict[str, str]) -> None:
    answer = api("patch", "me/", {"username": "ALICE"}, token=tokens["access"])
    assert answer.json()["username"] == "ALICE"


def test_nothing_else_can_be_changed(api: Api, alice: User, tokens: dict[str, str]) -> None:
    before = User.objects.filter(pk=alice.pk).values().get()
    sent = {"is_staff": True, "is_superuser": True, "password": "x", "id": 1, "is_active": False}
    assert api("patch", "me/", sent, token=tokens["access"]).status_code == 200
    assert User.objects.filter(pk=alice.pk).values().get() == before


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("username", "BOB", "unique"),
        ("email", "Bob@Example.com", "unique"),
        ("username", "bob@example.com", "invalid"),
        ("first_name", "A\0", "null_characters_not_allowed"),
        ("last_name", "A" * 151, "max_length"),
    ],
)
def test_a_bad_field_is_named(
    api: Api, tokens: dict[str, str], field: str, value: str, code: str
) -> None:
    User.objects.create_user("bob", "bob@example.com", PASSWORD)
    assert_invalid(api("patch", "me/", {field: value}, token=tokens["access"]), field, code)


def test_a_name_taken_since_it_was_checked_is_refused_alike(
    api: Api, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    is_valid = UserSerializer.is_valid

    def bob_comes_after(serializer: UserSerializer, **options: bool) -> bool:
        answer = is_valid(serializer, **options)
        User.objects.create_user("bob", "bob@example.com", PASSWORD)
        return answer

    monkeypatch.setattr(UserSerializer, "is_valid", bob_comes_after)
    answer = api("patch", "me/", {"username": "Bob"}, token=tokens["access"])
    assert_invalid(answer, "username", "unique")


def test_a_name_taken_and_free_again_is_no_server_error(
    api: Api, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(serializer: UserSerializer) -> None:
        raise IntegrityError

    monkeypatch.setattr(UserSerializer, "save", taken)
    answer = api("patch", "me/", {"username": "Bob"}, token=tokens["access"])
    assert_invalid(answer, "", "unique")


def test_a_change_does_not_undo_one_made_since_the_request_began(
    api: Api, alice: User, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = services.lock

    def banned_first(user_id: str) -> User:
        User.objects.update(is_active=False)
        return lock(user_id)

    monkeypatch.setattr(services, "lock", banned_first)
    assert api("patch", "me/", {"first_name": "A"}, token=tokens["access"]).status_code == 200
    alice.refresh_from_db()
    assert (alice.first_name, alice.is_active) == ("A", False)


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("patch", "me/"),
        ("delete", "me/"),
        ("post", "password/"),
        ("post", "login/"),
        ("post", "refresh/"),
    ],
)
def test_an_account_deleted_since_the_request_began_does_not_come_back(
    api: Api, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch, verb: str, path: str
) -> None:
    lock = services.lock

    def deleted_first(user_id: str) -> User:
        User.objects.all().delete()
        return lock(user_id)

    monkeypatch.setattr(services, "lock", deleted_first)
    body = {
        "first_name": "A",
        "username": "alice",
        "password": PASSWORD,
        "current_password": PASSWORD,
        "new_password": "battery-staple-correct",
        "refresh": tokens["refresh"],
    }
    assert_refused(api(verb, path, body, token=tokens["access"]))


def test_put_is_no_way_in(api: Api, tokens: dict[str, str]) -> None:
    assert api("put", "me/", {}, token=tokens["access"]).status_code == 405


def test_deletion_takes_the_password_and_everything_along(api: Api, tokens: dict[str, str]) -> None:
    answer = api("delete", "me/", {"password": PASSWORD}, token=tokens["access"])
    assert (answer.status_code, answer.content) == (204, b"")
    assert not User.objects.exists()
    assert not TokenFamily.objects.exists()
    assert_refused(api("get", "me/", token=tokens["access"]))
    assert_refused(api("post", "refresh/", {"refresh": tokens["refresh"]}))


@pytest.mark.parametrize(
    ("body", "code"), [({"password": "wrong"}, "password_incorrect"), ({}, "required")]
)
def test_deletion_without_the_password_deletes_nothing(
    api: Api, tokens: dict[str, str], body: dict[str, str], code: str
) -> None:
    assert_invalid(api("delete", "me/", body, token=tokens["access"]), "password", code)
    assert User.objects.exists()
