"""Logging out."""

import pytest

from tests.accounts.conftest import Api, assert_refused, log_in


def test_every_token_of_the_login_ends_at_once_and_no_other(
    api: Api, tokens: dict[str, str]
) -> None:
    other = log_in(api)
    answer = api("post", "logout/", {"refresh": tokens["refresh"]})
    assert (answer.status_code, answer.content) == (204, b"")
    assert_refused(api("get", "me/", token=tokens["access"]))
    assert_refused(api("post", "refresh/", {"refresh": tokens["refresh"]}))
    assert api("get", "me/", token=other["access"]).status_code == 200


def test_a_spent_token_logs_out_too(api: Api, tokens: dict[str, str]) -> None:
    new = api("post", "refresh/", {"refresh": tokens["refresh"]}).json()
    assert api("post", "logout/", {"refresh": tokens["refresh"]}).status_code == 204
    assert_refused(api("get", "me/", token=new["access"]))


def test_logging_out_twice_is_no_error(api: Api, tokens: dict[str, str]) -> None:
    for _ in range(2):
        assert api("post", "logout/", {"refresh": tokens["refresh"]}).status_code == 204


@pytest.mark.parametrize("kind", ["access", "garbage"])
def test_anything_else_is_refused(api: Api, tokens: dict[str, str], kind: str) -> None:
    assert_refused(api("post", "logout/", {"refresh": tokens.get(kind, kind)}))
    assert api("get", "me/", token=tokens["access"]).status_code == 200
