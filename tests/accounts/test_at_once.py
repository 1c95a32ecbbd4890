"""Requests at the same moment, to the service as it runs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import requests

from accounts.models import User
from tests.client import Client
from tests.stack import Stack

CROWD = 8


def at_once(*calls: Callable[[], requests.Response]) -> list[requests.Response]:
    """Make the calls at the same moment, each over a connection of its own."""
    start = Barrier(len(calls))

    def call(one: Callable[[], requests.Response]) -> requests.Response:
        start.wait()
        return one()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


def sorted_statuses(answers: list[requests.Response]) -> list[int]:
    return sorted(answer.status_code for answer in answers)


def test_a_refresh_token_counts_once(stack: Stack) -> None:
    alice = stack.user()
    url = f"{stack.web.base}/accounts/refresh/"
    for _ in range(10):
        body = {"refresh": alice.refresh_token}
        answers = at_once(*[lambda body=body: requests.post(url, json=body, timeout=60)] * CROWD)
        assert sorted_statuses(answers) == [200] + [401] * (CROWD - 1)
        # Somebody may have come late enough to look like a thief: each round is a login of its own.
        login = {"username": alice.username, "password": alice.password}
        alice.refresh_token = alice.post("/accounts/login/", json=login).json()["refresh"]


def test_a_name_is_given_once(stack: Stack) -> None:
    name = Client(stack.web.base).username
    bodies = [
        {
            "username": spelling(name),
            "email": f"{number}.{name}@example.com",
            "password": "correct-horse-battery",
        }
        for number, spelling in enumerate([str.upper, str.lower] * (CROWD // 2))
    ]
    url = f"{stack.web.base}/accounts/register/"
    answers = at_once(
        *[lambda body=body: requests.post(url, json=body, timeout=60) for body in bodies]
    )
    assert sorted_statuses(answers) == [201] + [400] * (CROWD - 1)
    for answer in answers:
        if answer.status_code == 400:
            assert [(e["path"], e["code"]) for e in answer.json()["errors"]] == [
                ("username", "unique")
            ]
    assert stack.users.filter(username__iexact=name).count() == 1


@pytest.mark.parametrize("number", range(3))
def test_a_deletion_among_other_requests_ends_in_no_account_and_no_error(
    stack: Stack, number: int
) -> None:
    alice = stack.user()
    credentials = {"username": alice.username, "password": alice.password}
    token, refresh = alice.token, alice.refresh_token
    signed = {"Authorization": f"Bearer {token}"}
    base = f"{stack.web.base}/accounts"
    answers = at_once(
        lambda: requests.delete(f"{base}/me/", json=credentials, headers=signed, timeout=60),
        lambda: requests.post(f"{base}/refresh/", json={"refresh": refresh}, timeout=60),
        lambda: requests.patch(f"{base}/me/", json={"first_name": "A"}, headers=signed, timeout=60),
        *[lambda: requests.post(f"{base}/login/", json=credentials, timeout=60)] * 3,
    )
    assert answers[0].status_code == 204
    assert {answer.status_code for answer in answers[1:]} <= {200, 401}
    with pytest.raises(User.DoesNotExist):
        stack.users.get(username=alice.username)
