"""What an access token must be to count."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.models import TokenFamily, User
from tests.accounts.conftest import Api, assert_refused

KEY = settings.SIMPLE_JWT["SIGNING_KEY"]


def signed(claims: dict[str, Any], key: str = KEY, algorithm: str = "HS256", **header: Any) -> str:
    return jwt.encode(claims, key, algorithm, headers=header)


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def renamed(token: str, algorithm: str) -> str:
    """The token with its own signature, said to be by another method."""
    header = json.dumps({"alg": algorithm, "typ": "JWT"}).encode()
    return ".".join([encoded(header), *token.split(".")[1:]])


def without(claims: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in claims.items() if key != name}


def raw(header: bytes) -> str:
    return f"{encoded(header)}.e30.c2ln"


FORGED: dict[str, Callable[[dict[str, Any]], str]] = {
    "not signed": lambda claims: signed(claims, "", "none"),
    "signed with another key": lambda claims: signed(claims, "x" * 64),
    "signed with Django's key": lambda claims: signed(claims, settings.SECRET_KEY),
    "signed by another method": lambda claims: signed(claims, algorithm="HS512"),
    "pointing at a key of its own": lambda claims: signed(
        claims, "x" * 64, jku="https://example.com/keys", kid="../../dev/null"
    ),
    "bringing a key of its own": lambda claims: signed(
        claims, "x" * 64, jwk={"kty": "oct", "k": encoded(b"x" * 64)}
    ),
    "naming a method with public keys": lambda claims: renamed(signed(claims), "RS256"),
    "naming no method": lambda claims: renamed(signed(claims), "none"),
    "for another audience": lambda claims: signed(claims | {"aud": "other"}),
    "for no audience": lambda claims: signed(without(claims, "aud")),
    "from another issuer": lambda claims: signed(claims | {"iss": "other"}),
    "from no issuer": lambda claims: signed(without(claims, "iss")),
    "without a type": lambda claims: signed(without(claims, "token_type")),
    "without an end": lambda claims: signed(without(claims, "exp")),
    "without an id": lambda claims: signed(without(claims, "jti")),
    "without a login": lambda claims: signed(without(claims, "fam")),
    "of a login that never was": lambda claims: signed(
        claims | {"fam": "00000000-0000-4000-8000-000000000000"}
    ),
    "without the password's claim": lambda claims: signed(without(claims, "pwd")),
}
GARBAGE = {
    "nested deeply": raw(b"[" * 5000),
    "not UTF-8": raw(b"\xff\xfe"),
    "null": raw(b"null"),
    "one word": "garbage",
    "three dots": "...",
    "not ASCII": "\xe9\xe9.\xe9.\xe9",
}


@pytest.fixture
def claims(tokens: dict[str, str]) -> dict[str, Any]:
    payload = tokens["access"].split(".")[1]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return decoded


def test_the_token_as_issued_counts(api: Api, claims: dict[str, Any]) -> None:
    assert api("get", "me/", token=signed(claims)).status_code == 200


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
def test_a_token_with_a_flaw_is_refused(
    api: Api, claims: dict[str, Any], forge: Callable[[dict[str, Any]], str]
) -> None:
    assert_refused(api("get", "me/", token=forge(claims)))


@pytest.mark.parametrize("token", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_is_refused(api: Api, token: str) -> None:
    assert_refused(api("get", "me/", token=token))
    assert_refused(api("post", "refresh/", {"refresh": token}))


def test_an_expired_token_says_so(api: Api, claims: dict[str, Any]) -> None:
    past = int((timezone.now() - timedelta(seconds=31)).timestamp())
    assert_refused(api("get", "me/", token=signed(claims | {"exp": past})), "token_expired")


def test_clocks_of_two_hosts_may_differ_by_half_a_minute(api: Api, claims: dict[str, Any]) -> None:
    """The other's was fast, then ours is."""
    soon = int((timezone.now() + timedelta(seconds=25)).timestamp())
    late = int((timezone.now() + timedelta(seconds=300)).timestamp())
    just = int((timezone.now() - timedelta(seconds=5)).timestamp())
    assert api("get", "me/", token=signed(claims | {"iat": soon})).status_code == 200
    assert api("get", "me/", token=signed(claims | {"exp": just})).status_code == 200
    assert_refused(api("get", "me/", token=signed(claims | {"iat": late})))


def test_a_refresh_token_is_no_access_token(api: Api, tokens: dict[str, str]) -> None:
    assert_refused(api("get", "me/", token=tokens["refresh"]))


@pytest.mark.parametrize("verb", ["get", "patch", "delete"])
def test_no_token_is_refused(api: Api, verb: str) -> None:
    assert_refused(api(verb, "me/"), "not_authenticated")


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b"])
def test_a_header_of_another_shape_is_refused(db: None, header: str) -> None:
    answer = APIClient().get("/accounts/me/", headers={"Authorization": header})
    assert_refused(answer, "bad_authorization_header")


def test_a_disabled_user_is_refused(api: Api, tokens: dict[str, str]) -> None:
    User.objects.update(is_active=False)
    assert_refused(api("get", "me/", token=tokens["access"]), "user_inactive")


def test_a_deleted_user_is_refused(api: Api, alice: User, tokens: dict[str, str]) -> None:
    alice.delete()
    assert_refused(api("get", "me/", token=tokens["access"]))


def test_an_ended_login_is_refused(api: Api, tokens: dict[str, str]) -> None:
    TokenFamily.objects.all().end()
    assert_refused(api("get", "me/", token=tokens["access"]))


def test_a_password_changed_anywhere_ends_the_token(
    api: Api, alice: User, tokens: dict[str, str]
) -> None:
    alice.set_password("changed in a shell")
    alice.save()
    assert_refused(api("get", "me/", token=tokens["access"]))


def test_one_query_decides(
    api: Api, tokens: dict[str, str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        api("get", "me/", token=tokens["access"])
