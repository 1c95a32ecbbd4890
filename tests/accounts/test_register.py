"""Opening an account."""

from typing import Any

import pytest
from rest_framework_simplejwt.exceptions import TokenError

from accounts import services
from accounts.models import User
from tests.accounts.conftest import PASSWORD, Api, assert_invalid
from tests.client import Client
from tests.stack import Stack

BODY = {"username": "bob", "email": "bob@example.com", "password": PASSWORD}


def test_a_new_user_is_logged_in(api: Api) -> None:
    answer = api("post", "register/", BODY)
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"user", "access", "refresh"}
    assert set(body["user"]) == {
        "id",
        "username",
        "email",
        "first_name",
        "last_name",
        "date_joined",
    }
    assert api("get", "me/", token=body["access"]).json() == body["user"]
    assert api("post", "refresh/", {"refresh": body["refresh"]}).status_code == 200


def test_the_answer_is_not_to_be_stored(api: Api) -> None:
    assert "no-store" in api("post", "register/", BODY)["Cache-Control"]


def test_the_password_is_kept_as_a_hash_only(api: Api) -> None:
    api("post", "register/", BODY | {"password": "  spaces count, too  "})
    bob = User.objects.get()
    assert "spaces" not in bob.password
    assert bob.check_password("  spaces count, too  ")


def test_an_address_is_kept_in_lower_case_and_a_name_as_sent(api: Api) -> None:
    user = api("post", "register/", BODY | {"username": "BoB", "email": "Bob@Example.COM"}).json()
    assert (user["user"]["username"], user["user"]["email"]) == ("BoB", "bob@example.com")


def test_privileges_cannot_be_sent_along(api: Api) -> None:
    extra = {"is_staff": True, "is_superuser": True, "id": 7, "date_joined": "1999-01-01T00:00:00Z"}
    assert api("post", "register/", BODY | extra).status_code == 201
    bob = User.objects.get()
    assert (bob.is_staff, bob.is_superuser, bob.date_joined.year > 1999) == (False, False, True)


REFUSED: list[tuple[str, Any, str]] = [
    ("username", None, "null"),
    ("username", "", "blank"),
    ("username", "   ", "blank"),
    ("username", "two words", "invalid"),
    ("username", "somebody@example.com", "invalid"),
    ("username", "böb", "invalid"),
    ("username", "b\0b", "null_characters_not_allowed"),
    ("username", "b\ud800b", "surrogate_characters_not_allowed"),
    ("username", "b" * 151, "max_length"),
    ("username", ["bob"], "invalid"),
    ("email", None, "null"),
    ("email", "nobody", "invalid"),
    ("email", "b\0b@example.com", "null_characters_not_allowed"),
    ("email", "b" * 250 + "@example.com", "max_length"),
    ("password", "", "blank"),
    ("password", "short", "password_too_short"),
    ("password", "12345678901", "password_entirely_numeric"),
    ("password", "password123", "password_too_common"),
    ("password", "refused@example.com", "password_too_similar"),
    ("password", "correct\0horse\0battery", "null_characters_not_allowed"),
    ("password", "x" * 1025, "max_length"),
    ("password", {"a": 1}, "invalid"),
]


def as_sent(value: Any) -> str:
    return ascii(value)[:30]


@pytest.mark.parametrize(("field", "value", "code"), REFUSED, ids=as_sent)
def test_a_bad_field_is_named(stack: Stack, field: str, value: Any, code: str) -> None:
    body = {"username": "refused", "email": "refused@example.com", "password": PASSWORD}
    answer = Client(stack.web.base).post("/accounts/register/", json=body | {field: value})
    assert answer.status_code == 400, answer.text
    assert (field, code) in [(e["path"], e["code"]) for e in answer.json()["errors"]]
    assert not stack.users.filter(email="refused@example.com").exists()


@pytest.mark.parametrize("body", [[], "text", 7, None, [BODY]])
def test_a_body_that_is_no_object_is_refused(api: Api, body: Any) -> None:
    assert api("post", "register/", body).status_code == 400


@pytest.mark.parametrize("missing", ["username", "email", "password"])
def test_a_missing_field_is_named(api: Api, missing: str) -> None:
    body = {name: value for name, value in BODY.items() if name != missing}
    assert_invalid(api("post", "register/", body), missing, "required")


@pytest.mark.parametrize(
    ("field", "value"),
    [("username", "alice"), ("username", "ALICE"), ("email", "ALICE@example.com")],
)
def test_a_name_taken_in_any_case_is_refused(api: Api, alice: User, field: str, value: str) -> None:
    assert_invalid(api("post", "register/", BODY | {field: value}), field, "unique")
    assert User.objects.count() == 1


def test_a_name_taken_since_it_was_checked_is_refused_alike(
    api: Api, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = services.register

    def late(**fields: str) -> services.Login:
        register(username="bob", email="other@example.com", password=PASSWORD)
        return register(**fields)

    monkeypatch.setattr(services, "register", late)
    assert_invalid(api("post", "register/", BODY), "username", "unique")


def test_a_user_whose_login_fails_is_not_left_behind(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(user: User) -> services.Login:
        raise TokenError("no")

    monkeypatch.setattr(services, "log_in", fail)
    assert api("post", "register/", BODY).status_code == 401
    assert not User.objects.exists()
