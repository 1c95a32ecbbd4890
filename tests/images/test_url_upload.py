"""Uploading by URL, through the door."""

import threading
from collections.abc import Iterator

import pytest
import requests
from pytest_django import DjangoDbBlocker

from tests.client import Client
from tests.fixtures import make_stack
from tests.images.elsewhere import Elsewhere, answer, redirect
from tests.images.test_bad_input import assert_problem
from tests.pictures import file, gradient
from tests.stack import Stack, eventually

PICTURE = file(gradient()).getvalue()
FLIP = [{"op": "flip"}]


@pytest.fixture(scope="module")
def there() -> Iterator[Elsewhere]:
    with Elsewhere().up() as host:
        host.answers = {"/a/photo.jpg": answer(PICTURE), "/in": redirect("http://[::1]/")}
        yield host


@pytest.fixture(scope="module")
def service(
    there: Elsewhere,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Stack]:
    """A web process, without a worker, that may fetch from there."""
    made = make_stack(
        "sqlite-files",
        tmp_path_factory.mktemp("stack"),
        request,
        FETCH_ALLOW="127.0.0.1",
        FETCH_PORTS=f"80,443,{there.port}",
        MAX_UPLOAD_BYTES="1000000",
        WEB_THREADS="8",
    )
    with django_db_blocker.unblock(), made.web_alone():
        yield made


@pytest.fixture
def alice(service: Stack) -> Client:
    return service.user()


def upload(client: Client, url: str, **fields: object) -> requests.Response:
    return client.post("/api/v1/images/", json={"url": url, **fields})


def test_json_and_form_store_the_picture_under_its_name(
    service: Stack, alice: Client, there: Elsewhere
) -> None:
    url = f"{there.url}/a/photo.jpg?sig=top-secret-signature"
    for answered in (upload(alice, url), alice.post("/api/v1/images/", data={"url": url})):
        assert answered.status_code == 201, answered.text
        body = answered.json()
        assert (body["name"], body["bytes"], body["format"]) == ("photo.jpg", len(PICTURE), "jpeg")
        assert alice.get(body["original_url"]).content == PICTURE
        assert "top-secret" not in answered.text
    assert upload(alice, url, operations=FLIP, name="mine").status_code == 202
    # The log of the newest writes goes with the last connection.
    written = b"".join(path.read_bytes() for path in service.folder.glob("imagepro.sqlite3*"))
    assert b"photo.jpg" in written
    assert b"top-secret" not in written
    assert "top-secret" not in service.web.log()


def test_what_is_refused_says_why_and_leaves_nothing(
    service: Stack, alice: Client, there: Elsewhere
) -> None:
    before = service.objects()
    there.answers["/page"] = answer(b"<!doctype html><script>alert(1)</script>")
    there.answers["/large"] = answer(bytes(1_000_001))
    assert_problem(upload(alice, f"{there.url}/page"), 415, "unsupported_format")
    assert_problem(upload(alice, f"{there.url}/large"), 413, "too_many_bytes")
    assert_problem(upload(alice, f"{there.url}/absent"), 422, "url_unreachable", "url")
    for url in ("http://169.254.169.254/", "http://[::ffff:7f00:1]/", f"{there.url}/in", "x"):
        assert_problem(upload(alice, url), 422, "url_not_allowed", "url")
    assert service.objects() == before


def test_what_is_wrong_with_the_rest_costs_no_fetch(alice: Client, there: Elsewhere) -> None:
    before = there.connections
    url = f"{there.url}/a/photo.jpg"
    assert upload(alice, url, operations=[{"op": "no-such"}]).status_code == 400
    assert upload(alice, url, keep="perhaps").status_code == 400
    assert_problem(upload(alice, url, image="aGVsbG8="), 400, "invalid", "image")
    form = {"files": {"file": ("a.jpg", PICTURE)}, "data": {"url": url}}
    assert_problem(alice.post("/api/v1/images/", **form), 400, "invalid", "image")
    assert_problem(upload(alice, ""), 400, "invalid", "url")
    stranger = Client(alice.base)
    assert upload(stranger, url).status_code == 401
    assert there.connections == before


def test_slow_hosts_hold_a_quarter_of_the_threads_and_no_more(
    service: Stack, alice: Client, there: Elsewhere
) -> None:
    go_on = threading.Event()

    def slow() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n"
        go_on.wait(60)
        yield b"\r\n" + PICTURE

    before = there.connections
    codes: list[int] = []
    for path in ("/slow1", "/slow2"):
        there.answers[path] = slow()
        user = service.user()
        work = lambda u=user, p=path: codes.append(upload(u, there.url + p).status_code)  # noqa: E731
        threading.Thread(target=work).start()
    eventually(lambda: there.connections == before + 2, 60, "both are being fetched")
    refused = upload(alice, f"{there.url}/a/photo.jpg")
    assert_problem(refused, 503, "too_many_fetches")
    assert int(refused.headers["Retry-After"]) > 0
    assert alice.get("/health/live/").status_code == 200
    assert alice.upload(PICTURE, wait=None).status_code == 201
    go_on.set()
    eventually(lambda: codes == [201, 201], 60, "both were fetched in the end")
    assert upload(alice, f"{there.url}/a/photo.jpg").status_code == 201
