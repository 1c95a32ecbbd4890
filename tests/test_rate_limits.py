"""Rate limits over two web processes at once, and what becomes of them without their Valkey."""

import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import pytest
import requests
from pytest_django import DjangoDbBlocker

from tests.client import Client
from tests.fixtures import make_stack
from tests.pictures import file, gradient
from tests.servers.valkey import Valkey
from tests.stack import Process, Stack, eventually, numbers

N = 3
CROWD = 40
LIMITS = ("REGISTER", "LOGIN", "LOGIN_NAME", "REFRESH", "ACCOUNT", "UPLOAD", "TRANSFORM")
PICTURE = file(gradient()).getvalue()


class Limited(NamedTuple):
    """Two web processes with small limits, and the Valkey they count in."""

    stack: Stack
    bases: tuple[str, str]
    valkey: Valkey


# The flavour in the test's id has all of them run in one test process, so that this starts once.
@pytest.fixture(scope="module", params=["sqlite-files"])
def limited(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Limited]:
    small: Any = {f"RATE_LIMIT_{name}": f"{N}/hour" for name in (*LIMITS, "DELIVERY")}
    with Valkey() as valkey:
        stack = make_stack(
            request.param,
            tmp_path_factory.mktemp("limited"),
            request,
            REDIS_URL=valkey.url,
            RATE_LIMITS="on",
            TRUSTED_PROXIES="127.0.0.1",
            **small,
        )
        stack.worker.stop()  # Nothing here needs one.
        second = Process("web", stack.environment)
        with stack.web, second, stack.rows():
            yield Limited(stack, (stack.web.base, second.base), valkey)


@pytest.fixture
def alice(limited: Limited, django_db_blocker: DjangoDbBlocker) -> Client:
    with django_db_blocker.unblock():
        return limited.stack.user()


def address() -> str:
    """One that nobody has come from."""
    number = next(numbers)
    return f"203.0.{number // 256}.{number % 256}"


Ask = Callable[[str, int], requests.Response]


def passed(limited: Limited, ask: Ask) -> Counter[int]:
    """How a crowd is answered that asks both processes at the same moment."""
    with ThreadPoolExecutor(CROWD) as pool:
        answers = list(pool.map(lambda n: ask(limited.bases[n % 2], n), range(CROWD)))
    for answer in answers:
        assert answer.headers["RateLimit-Limit"] == str(N)
        assert 0 <= int(answer.headers["RateLimit-Remaining"]) < N
        assert ("Retry-After" in answer.headers) == (answer.status_code == 429)
    return Counter(answer.status_code for answer in answers)


def sent(url: str, body: dict[str, str], client_address: str) -> requests.Response:
    headers = {"X-Forwarded-For": client_address}
    return requests.post(url, json=body, headers=headers, timeout=60)


def exactly(status: int) -> Counter[int]:
    return Counter({status: N, 429: CROWD - N})


def test_login_by_address(limited: Limited) -> None:
    one = address()

    def ask(base: str, n: int) -> requests.Response:
        body = {"username": f"nobody-{n}", "password": "wrong"}
        return sent(f"{base}/accounts/login/", body, one)

    assert passed(limited, ask) == exactly(401)


def test_login_by_name(limited: Limited, alice: Client) -> None:
    def ask(base: str, n: int) -> requests.Response:
        name = alice.username.upper() if n % 3 else alice.username
        return sent(f"{base}/accounts/login/", {"username": name, "password": "wrong"}, address())

    assert passed(limited, ask) == exactly(401)


def test_register(limited: Limited) -> None:
    """From anywhere in one IPv6 network."""

    def ask(base: str, n: int) -> requests.Response:
        name = Client(base).username
        body = {"username": name, "email": f"{name}@example.com", "password": "good-battery-9"}
        return sent(f"{base}/accounts/register/", body, f"2001:db8:0:1:{n:x}::{n:x}")

    assert passed(limited, ask) == exactly(201)


def test_refresh(limited: Limited) -> None:
    one = address()
    asked = passed(limited, lambda base, _: sent(f"{base}/accounts/refresh/", {"refresh": ""}, one))
    assert asked == exactly(400)


def test_password(limited: Limited, alice: Client) -> None:
    body = {"current_password": "wrong", "new_password": "good-battery-9"}
    signed = {"Authorization": f"Bearer {alice.token}"}

    def ask(base: str, _: int) -> requests.Response:
        url = f"{base}/accounts/password/"
        return requests.post(url, json=body, headers=signed, timeout=60)

    assert passed(limited, ask) == exactly(400)


def test_upload_transform_and_delivery(limited: Limited, alice: Client) -> None:
    signed = {"Authorization": f"Bearer {alice.token}"}

    def upload(base: str, _: int) -> requests.Response:
        files = {"image": ("a.png", PICTURE)}
        return requests.post(f"{base}/api/v1/images/", files=files, headers=signed, timeout=60)

    assert passed(limited, upload) in (exactly(201), exactly(202))
    picture = alice.get("/api/v1/images/").json()["results"][0]["id"]

    def transform(base: str, n: int) -> requests.Response:
        url = f"{base}/api/{'v1/' * (n % 2)}images/{picture}/transform/"
        body = {"operations": [{"op": "flip"}]}
        return requests.post(url, json=body, headers=signed, timeout=60)

    assert passed(limited, transform) == exactly(202)

    def fetch(base: str, _: int) -> requests.Response:
        url = f"{base}/api/v1/images/{picture}/original/"
        return requests.get(url, headers=signed, timeout=60)

    assert passed(limited, fetch) == exactly(200)


def test_a_client_that_is_still_sending_hears_of_it(limited: Limited, alice: Client) -> None:
    """The connection is not cut off on it, which would lose the answer."""
    signed = {"Authorization": f"Bearer {alice.token}"}
    for _ in range(N):
        requests.post(f"{limited.bases[0]}/api/v1/images/", headers=signed, timeout=60)
    size = 16_000_000
    head = (
        f"POST /api/v1/images/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Authorization: Bearer {alice.token}\r\nContent-Type: image/png\r\n"
        f"Content-Length: {size}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", limited.stack.web.port), timeout=30) as line:
        line.sendall(head.encode())
        for _ in range(4):
            time.sleep(0.1)
            line.sendall(bytes(size // 4))
        assert line.recv(100).startswith(b"HTTP/1.1 429 ")


def assert_guarded(base: str, alice: Client) -> None:
    """What checks a password or makes accounts is refused, fast, and says for how long."""
    signed = {"Authorization": f"Bearer {alice.token}"}
    credentials = {"username": alice.username, "password": alice.password}
    for path, body in (
        ("login/", credentials),
        ("register/", {**credentials, "username": "new", "email": "new@example.com"}),
        ("refresh/", {"refresh": alice.refresh_token}),
        ("password/", {"current_password": alice.password, "new_password": "good-battery-9"}),
    ):
        begun = time.monotonic()
        answer = requests.post(f"{base}/accounts/{path}", json=body, headers=signed, timeout=60)
        assert time.monotonic() - begun < 3
        assert answer.status_code == 503
        assert answer.json()["code"] == "limiter_unavailable"
        assert answer.headers["Retry-After"] == "5"
        assert answer.headers["Content-Type"] == "application/problem+json"


def is_counting(base: str) -> bool:
    return sent(f"{base}/accounts/refresh/", {"refresh": "x"}, address()).status_code == 401


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_without_its_valkey(limited: Limited, alice: Client, how: str) -> None:
    original = alice.upload(PICTURE, wait=None).json()["url"] + "original/"
    fail, recover = {
        "killed": (limited.valkey.kill9, limited.valkey.restart),
        "frozen": (limited.valkey.freeze, limited.valkey.thaw),
    }[how]
    fail()
    begun = time.monotonic()
    assert alice.upload(PICTURE, [{"op": "flip"}], wait=None).status_code == 202
    assert time.monotonic() - begun < 5
    for base in limited.bases:
        assert_guarded(base, alice)
    begun = time.monotonic()
    assert [alice.get(original).status_code for _ in range(2 * N)] == [200] * 2 * N
    assert time.monotonic() - begun < 5
    recover()
    for base in limited.bases:
        eventually(partial(is_counting, base))
    statuses = [alice.get(original).status_code for _ in range(N + 1)]
    assert statuses == [200] * N + [429]
