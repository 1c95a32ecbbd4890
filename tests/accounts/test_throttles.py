"""Rate limits inside this process: what counts, for whom, and what is said of it."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from threading import Barrier
from typing import Any

import pytest
from django.test import Client as Browser
from limits import RateLimitItem, parse
from pytest_django import Settings
from redis import Redis

from accounts.limiter import Limiter, LimiterUnavailable, limiter
from accounts.models import User
from tests.accounts.conftest import PASSWORD, Api, assert_refused
from tests.servers.valkey import Valkey
from tests.stack import numbers

MANY = parse("1000/hour")


@pytest.fixture
def limits(settings: Settings, valkey_server: Valkey) -> Iterator[dict[str, RateLimitItem]]:
    """The limits in force, to be changed by the test; they begin generous."""
    settings.REDIS_URL = f"{valkey_server.url.rpartition('/')[0]}/{next(numbers)}"
    settings.RATE_LIMITS_ON = True
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, MANY)
    limiter.cache_clear()
    yield settings.RATE_LIMITS
    limiter.cache_clear()


def headers(answer: Any) -> tuple[int, int, int]:
    """Limit, remaining and reset as the answer has them."""
    names = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
    limit, remaining, reset = (int(answer[name]) for name in names)
    return limit, remaining, reset


def assert_limited(answer: Any, name: str) -> None:
    """A 429 with everything a client needs."""
    assert answer.status_code == 429, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    limit, remaining, reset = headers(answer)
    assert remaining == 0
    assert answer["Retry-After"] == str(reset)
    body = answer.json()
    assert (body["code"], body["status"], body["errors"]) == ("rate_limited", 429, [])
    assert body["detail"] == (
        f"The limit is {limit} per 1 hour ({name}); try again in {reset} seconds."
    )


def log_in(api: Api, name: str = "alice", password: str = "wrong") -> Any:
    return api("post", "login/", {"username": name, "password": password})


def test_answers_count_down(api: Api, alice: User, limits: dict[str, RateLimitItem]) -> None:
    limits["login_name"] = parse("3/hour")
    for left, password in ((2, "wrong"), (1, PASSWORD), (0, "wrong")):
        answer = log_in(api, password=password)
        assert answer.status_code == (200 if password == PASSWORD else 401)
        limit, remaining, reset = headers(answer)
        assert (limit, remaining) == (3, left)
        assert 3500 < reset <= 3600
    assert_limited(log_in(api, password=PASSWORD), "RATE_LIMIT_LOGIN_NAME")


def test_a_name_is_one_in_any_spelling_and_known_or_not(
    api: Api, alice: User, limits: dict[str, RateLimitItem]
) -> None:
    limits["login_name"] = parse("3/hour")
    for name in ("kim", "alice"):
        for spelling in (name, f" {name.upper()} ", name.replace("i", "ı")):
            assert_refused(log_in(api, spelling), "invalid_credentials")
        assert_limited(log_in(api, name.title()), "RATE_LIMIT_LOGIN_NAME")


def test_what_is_refused_for_its_address_does_not_count_for_its_name(
    api: Api, alice: User, limits: dict[str, RateLimitItem], settings: Settings
) -> None:
    limits["login"], limits["login_name"] = parse("2/hour"), parse("3/hour")
    for status in (401, 401, 429, 429, 429):
        assert log_in(api).status_code == status
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    elsewhere = Browser(headers={"X-Forwarded-For": "203.0.113.9"})
    answer = elsewhere.post("/accounts/login/", {"username": "alice", "password": PASSWORD})
    assert answer.status_code == 200


def test_a_forged_header_changes_nothing(
    alice: User, limits: dict[str, RateLimitItem], settings: Settings
) -> None:
    limits["refresh"] = parse("2/hour")
    statuses = []
    for number in range(4):
        forged = {"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": f"203.0.113.{number}"}
        answer = Browser(headers=forged).post("/accounts/refresh/", {"refresh": "x"})
        statuses.append(answer.status_code)
    assert statuses == [401, 401, 429, 429]
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    for entry in ("198.51.100.1, 203.0.113.9", "198.51.100.2, 203.0.113.9", "203.0.113.9"):
        proxied = Browser(headers={"X-Forwarded-For": entry})
        answer = proxied.post("/accounts/refresh/", {"refresh": "x"})
    assert answer.status_code == 429


@pytest.mark.parametrize("path", ["/sign-in/login/", "/admin/login/"])
def test_the_pages_to_sign_in_count_too(
    alice: User, limits: dict[str, RateLimitItem], path: str
) -> None:
    limits["login_name"] = parse("2/hour")
    form = {"username": "alice", "password": "wrong"}
    assert [Browser().post(path, form).status_code for _ in range(2)] == [200, 200]
    assert_limited(Browser().post(path, form), "RATE_LIMIT_LOGIN_NAME")


def test_guesses_at_ones_own_password_are_counted(
    api: Api, tokens: dict[str, str], limits: dict[str, RateLimitItem]
) -> None:
    limits["account"] = parse("3/hour")
    change = {"current_password": "wrong", "new_password": "another-good-battery"}
    for verb, path, body in (
        ("post", "password/", change),
        ("delete", "me/", {"password": "wrong"}),
        ("patch", "me/", {"username": "a b"}),
    ):
        assert api(verb, path, body, token=tokens["access"]).status_code == 400
    refused = api("post", "password/", change, token=tokens["access"])
    assert_limited(refused, "RATE_LIMIT_ACCOUNT")
    looked = api("get", "me/", token=tokens["access"])
    assert looked.status_code == 200
    assert "RateLimit-Limit" not in looked


def test_only_what_is_done_counts(api: Api, limits: dict[str, RateLimitItem]) -> None:
    limits["register"] = parse("1/hour")
    assert [api(verb, "register/").status_code for verb in ("options", "get")] == [200, 405]
    assert api("post", "register/", {}).status_code == 400
    assert_limited(api("post", "register/", {}), "RATE_LIMIT_REGISTER")


def test_keys_name_nobody(
    api: Api,
    alice: User,
    tokens: dict[str, str],
    limits: dict[str, RateLimitItem],
    settings: Settings,
) -> None:
    log_in(api)
    api("post", "password/", {}, token=tokens["access"])
    with Redis.from_url(settings.REDIS_URL) as store:
        keys: Any = store.keys("*")
    text = b" ".join(keys).decode().lower()
    assert len(keys) == 3
    for secret in ("alice", "127.0.0.1", str(alice.pk), alice.pk.hex):
        assert secret not in text


def test_of_a_crowd_exactly_so_many_pass(valkey_server: Valkey) -> None:
    """Each with a connection of its own, as different processes have them."""
    crowd, limit = 40, parse("10/hour")
    start = Barrier(crowd)

    def ask(_: int) -> int:
        count = Limiter(valkey_server.url).hit
        count(MANY, "connects")
        start.wait(30)
        return sum(count(limit, "crowd").allowed for _ in range(5))

    with ThreadPoolExecutor(crowd) as pool:
        assert sum(pool.map(ask, range(crowd))) == 10


def test_a_window_that_is_full_opens_again(valkey_server: Valkey) -> None:
    count, limit = Limiter(valkey_server.url).hit, parse("2/second")
    assert [count(limit, "moves").allowed for _ in range(3)] == [True, True, False]
    time.sleep(count(limit, "moves").reset_seconds)
    assert [count(limit, "moves").allowed for _ in range(3)] == [True, True, False]


@pytest.fixture
def frozen() -> Iterator[str]:
    """The address of a server that takes connections and answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def test_a_frozen_server_is_waited_for_once(frozen: str) -> None:
    count, begun = Limiter(frozen).hit, time.monotonic()
    for _ in range(20):
        with pytest.raises(LimiterUnavailable):
            count(MANY, "key")
    assert time.monotonic() - begun < 2


def test_without_a_count_no_password_is_looked_at(
    api: Api, alice: User, limits: dict[str, RateLimitItem], settings: Settings, frozen: str
) -> None:
    settings.REDIS_URL = frozen
    answer = log_in(api, password=PASSWORD)
    assert (answer.status_code, answer.json()["code"]) == (503, "limiter_unavailable")
    assert answer["Retry-After"] == "5"
    page = Browser().post("/sign-in/login/", {"username": "alice", "password": PASSWORD})
    assert (page.status_code, page["Retry-After"]) == (503, "5")


def test_off_is_off(api: Api, limits: dict[str, RateLimitItem], settings: Settings) -> None:
    limits["refresh"] = parse("1/hour")
    settings.RATE_LIMITS_ON = False
    answers = [api("post", "refresh/", {"refresh": "x"}) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {401}
    assert not any("RateLimit-Limit" in answer for answer in answers)
