"""Users, logins and API keys in the admin."""

import pytest
from django.test import Client as Browser
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken

from accounts.models import ApiKey, TokenFamily, User
from accounts.services import create_key
from tests.accounts.conftest import PASSWORD, Api, assert_refused

ADMIN = "/admin/accounts"


@pytest.fixture
def operator(admin_client: Browser) -> Browser:
    return admin_client


def test_an_operator_ends_a_login(api: Api, operator: Browser, tokens: dict[str, str]) -> None:
    chosen = {"action": "end", "_selected_action": [TokenFamily.objects.get().pk]}
    answer = operator.post(f"{ADMIN}/tokenfamily/", chosen, follow=True)
    assert "1 logins ended." in answer.content.decode()
    assert_refused(api("get", "me/", token=tokens["access"]))


def test_a_login_can_be_looked_at_and_neither_made_nor_edited(
    operator: Browser, tokens: dict[str, str]
) -> None:
    pk = TokenFamily.objects.get().pk
    assert operator.get(f"{ADMIN}/tokenfamily/").status_code == 200
    assert operator.get(f"{ADMIN}/tokenfamily/{pk}/change/").status_code == 200
    assert operator.post(f"{ADMIN}/tokenfamily/{pk}/change/", {}).status_code == 403
    assert operator.get(f"{ADMIN}/tokenfamily/add/").status_code == 403


def test_an_operator_sees_keys_without_their_secrets_and_revokes_them(
    api: Api, operator: Browser, alice: User
) -> None:
    key = create_key(alice, name="import", scopes=["read"])
    for path in ("apikey/", f"apikey/{key.pk}/change/"):
        page = operator.get(f"{ADMIN}/{path}").content.decode()
        assert key.prefix in page
        assert key.digest not in page
    assert operator.post(f"{ADMIN}/apikey/{key.pk}/change/", {}).status_code == 403
    assert operator.get(f"{ADMIN}/apikey/add/").status_code == 403
    operator.post(f"{ADMIN}/apikey/{key.pk}/delete/", {"post": "yes"})
    assert not ApiKey.objects.exists()
    assert_refused(api("get", "me/", token=key.raw), "api_key_not_valid")


def test_a_user_made_in_the_admin_logs_in(api: Api, operator: Browser) -> None:
    form = {"username": "bob", "email": "Bob@Example.com", "usable_password": "true"}
    operator.post(f"{ADMIN}/user/add/", form | {"password1": PASSWORD, "password2": PASSWORD})
    answer = api("post", "login/", {"username": "bob@example.com", "password": PASSWORD})
    assert answer.status_code == 200


@pytest.mark.parametrize("taken", [{"username": "ALICE"}, {"email": "ALICE@example.com"}])
def test_a_name_taken_in_any_case_is_refused(
    operator: Browser, alice: User, taken: dict[str, str]
) -> None:
    form = {"username": "bob", "email": "bob@example.com", "usable_password": "true"} | taken
    answer = operator.post(
        f"{ADMIN}/user/add/", form | {"password1": PASSWORD, "password2": PASSWORD}
    )
    assert (answer.status_code, "is taken" in answer.content.decode()) == (200, True)


def test_an_operator_deletes_a_user_with_its_logins(
    operator: Browser, alice: User, tokens: dict[str, str]
) -> None:
    operator.post(f"{ADMIN}/user/{alice.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=alice.pk).exists()
    assert not TokenFamily.objects.exists()


def test_an_operator_signs_in_with_an_address(alice: User) -> None:
    User.objects.update(is_staff=True)
    browser = Browser()
    browser.post("/admin/login/", {"username": "ALICE@example.com", "password": PASSWORD})
    assert browser.get("/admin/").status_code == 200


@pytest.mark.parametrize("model", ["outstandingtoken", "blacklistedtoken"])
def test_the_rows_of_refresh_tokens_can_be_looked_at(
    api: Api, operator: Browser, tokens: dict[str, str], model: str
) -> None:
    api("post", "refresh/", {"refresh": tokens["refresh"]})
    pk = {
        "outstandingtoken": BlacklistedToken.objects.get().token_id,
        "blacklistedtoken": BlacklistedToken.objects.get().pk,
    }[model]
    assert operator.get(f"/admin/token_blacklist/{model}/").status_code == 200
    assert operator.get(f"/admin/token_blacklist/{model}/{pk}/change/").status_code == 200
