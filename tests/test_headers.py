"""What every answer tells a browser, on a service in production; and that its links are its own."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from pytest_django import DjangoDbBlocker

from tests.client import Client
from tests.fixtures import make_stack
from tests.images.test_bad_input import assert_problem
from tests.pictures import file, gradient
from tests.production import ENVIRONMENT, PUBLIC
from tests.stack import Stack

PICTURE = file(gradient()).getvalue()
BYTES = "default-src 'none'; sandbox"
DATA = "default-src 'none'; frame-ancestors 'none'"
FORGED = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example;proto=gopher"}


@pytest.fixture(scope="module")
def service(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Stack]:
    """A web process in production, without a worker; the tests are its TLS proxy."""
    folder = tmp_path_factory.mktemp("stack")
    made = make_stack("sqlite-files", folder, request)
    made.web.environment |= ENVIRONMENT
    with django_db_blocker.unblock(), made.web_alone():
        yield made


@pytest.fixture(scope="module")
def alice(service: Stack) -> Client:
    return behind_proxy(Client(service.web.base)).register()


def behind_proxy(client: Client) -> Client:
    client.http.headers["X-Forwarded-Proto"] = "https"
    return client


@pytest.fixture
def stranger(service: Stack) -> Client:
    return behind_proxy(Client(service.web.base))


def assert_safe(answer: requests.Response) -> None:
    told = answer.headers
    assert told["X-Content-Type-Options"] == "nosniff"
    assert told["X-Frame-Options"] == "DENY"
    assert told["Referrer-Policy"] == "same-origin"
    assert told["Strict-Transport-Security"] == "max-age=31536000"
    assert told["Content-Security-Policy"].startswith("default-src 'none'")
    if not urlsplit(answer.url).path.startswith("/static/"):
        assert "no-store" in told["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        *(("/", "text/html"), ("/api/docs/", "text/html"), ("/api/redoc/", "text/html")),
        *(("/admin/login/", "text/html"), ("/api/docs/?script=", "application/javascript")),
        *(("/static/site.css", "text/css"), ("/api/schema/?format=json", "application/vnd.oai")),
        *(("/health/live/", "application/json"), ("/health/ready/", "application/json")),
    ],
)
def test_a_page_and_what_belongs_to_it(stranger: Client, path: str, kind: str) -> None:
    answer = stranger.get(path, headers={"Accept": "*/*"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(kind)
    assert_safe(answer)
    policy = answer.headers["Content-Security-Policy"]
    assert ("script-src 'self';" in policy) == (kind == "text/html")
    if kind != "text/html":
        assert policy == DATA
    for cookie in answer.cookies:
        assert cookie.secure


def test_refusals(stranger: Client, alice: Client) -> None:
    chunks = iter([b"a", b"b"])
    answers = [
        (stranger.get("/nowhere/"), 404),
        (stranger.get("/api/v1/images/"), 401),
        (stranger.post("/accounts/register/", json={}), 400),
        (alice.request("PUT", "/api/v1/images/"), 405),
        (alice.get("/api/v1/images/0/"), 404),
        (alice.post("/api/v1/images/", data=chunks), 411),
        (alice.post("/accounts/login/", data=b" " * 1_100_000), 413),
        (
            alice.post("/api/v1/images/", data="{", headers={"Content-Type": "application/json"}),
            400,
        ),
    ]
    for answer, status in answers:
        assert_problem(answer, status, answer.json()["code"])
        assert_safe(answer)
        assert answer.headers["Content-Security-Policy"] == DATA


def test_private_json_is_not_kept(alice: Client) -> None:
    image = alice.upload(PICTURE).json()
    for path in ("/api/v1/images/", image["url"].removeprefix(PUBLIC), "/accounts/me/", "/api/v1/"):
        answer = alice.get(path)
        assert answer.status_code == 200, path
        assert_safe(answer)
        assert {"private", "no-store"} <= set(re.split(", ?", answer.headers["Cache-Control"]))


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("photo.jpg", 'attachment; filename="photo.jpg"'),
        ('";filename=evil.html', 'attachment; filename="__filename=evil.jpg"'),
        ("a\r\nSet-Cookie: b=c", 'attachment; filename="aSet-Cookie_ b=c.jpg"'),
        ("gnp\u202egpj.exe", 'attachment; filename="gnpgpj.jpg"'),
        ("../../etc/passwd", 'attachment; filename="passwd.jpg"'),
        ("..\\..\\evil.exe", 'attachment; filename="_.._evil.jpg"'),
        ("a" * 255, f'attachment; filename="{"a" * 255}.jpg"'),
        ("Grüße.png", "attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe.jpg"),
        ("\u202e\u200b", None),
    ],
    ids=range(9),
)
def test_bytes_are_a_file_of_a_harmless_name(
    alice: Client, name: str, disposition: str | None
) -> None:
    image = alice.upload_json(PICTURE, name=name).json()
    for url in (image["original_url"], image["download_url"]):
        answer = alice.get(url.removeprefix(PUBLIC))
        assert_safe(answer)
        assert answer.content == PICTURE
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Content-Security-Policy"] == BYTES
        assert answer.headers["Cache-Control"] == "private, no-store"
        expected = disposition or f'attachment; filename="{image["id"]}.jpg"'
        assert answer.headers["Content-Disposition"] == expected


@pytest.mark.parametrize("host", ["localhost", "images.example.com", "127.0.0.1:1"])
def test_every_link_is_under_the_public_address(alice: Client, host: str) -> None:
    forged = {"Host": host, **FORGED}
    answer = alice.post("/api/v1/images/", files={"image": ("a.jpg", PICTURE)}, headers=forged)
    body = answer.json()
    alice.upload(PICTURE)
    page = alice.get("/api/v1/images/?limit=1", headers=forged).json()
    last = alice.get("/api/v1/images/?limit=1&page=2", headers=forged).json()
    links = [answer.headers["Location"], body["url"], body["original_url"], body["download_url"]]
    links += [
        page["next"],
        last["previous"],
        *alice.get("/api/v1/", headers=forged).json().values(),
    ]
    assert [link for link in links if not link.startswith(f"{PUBLIC}/api/v1/")] == []
    schema = alice.get("/api/schema/?format=json", headers=forged).json()
    assert schema["servers"] == [{"url": PUBLIC}]
    home = alice.get("/", headers=forged).text
    assert f"curl {PUBLIC}/accounts/register/" in home
    assert "evil" not in home


@pytest.mark.parametrize(
    "host", ["evil.example", "images.example.com.evil.example", "a b", "@", ""]
)
def test_an_unknown_host_is_a_bad_request(stranger: Client, host: str) -> None:
    for path in ("/", "/api/v1/images/", "/health/live/"):
        answer = stranger.get(path, headers={"Host": host})
        assert answer.status_code == 400
        if answer.headers["Content-Type"] != "text/html":  # gunicorn's, for what is no HTTP
            assert_problem(answer, 400, "malformed")


def test_plain_http_is_sent_to_https_except_for_health_checks(service: Stack) -> None:
    base = service.web.base
    for path in ("/", "/api/v1/images/?a=b", "/admin/"):
        answer = requests.get(base + path, headers=FORGED, allow_redirects=False, timeout=30)
        assert (answer.status_code, answer.headers["Location"]) == (301, PUBLIC + path)
    assert requests.get(f"{base}/health/live/", timeout=30).status_code == 200


def test_there_are_no_forms_in_production(alice: Client) -> None:
    answer = alice.get("/api/v1/images/", headers={"Accept": "text/html, */*"})
    assert answer.headers["Content-Type"] == "application/json"
    assert alice.get("/sign-in/login/").status_code == 404
