"""What a person sees in a browser: the front page and where it leads; nothing from other hosts."""

import re
from typing import Any

import pytest
import requests
from django.test import Client as Browser
from drf_spectacular.generators import SchemaGenerator

from imagepro.pages import document
from tests.images.test_bad_input import assert_problem
from tests.pictures import file, gradient
from tests.stack import Stack, eventually

HTML = {"Accept": "text/html"}
SCRIPT_IN_PAGE = re.compile(r"""<script(?![^>]*(?:src=|type="application/json"))|\son\w+=""")
OTHER_HOST = re.compile(r"""(?:src|href)=["'](?:https?:)?//""")


def page(stack: Stack, path: str, session: requests.Session | None = None) -> str:
    answer = (session or requests).get(stack.web.base + path, headers=HTML, timeout=30)
    assert answer.status_code == 200, (path, answer.text[:300])
    assert answer.headers["Content-Type"].startswith("text/html")
    return answer.text


def signed_in(stack: Stack, path: str, username: str, password: str) -> requests.Session:
    """A browser in which somebody has signed in at a login form."""
    session = requests.Session()
    page(stack, path, session)
    fields = {
        "username": username,
        "password": password,
        "csrfmiddlewaretoken": session.cookies["csrftoken"],
        "next": "/health/live/",
    }
    answer = session.post(stack.web.base + path, data=fields, timeout=30)
    assert answer.url.endswith("/health/live/"), answer.text[:500]
    return session


def test_the_front_page_leads_to_docs_api_and_admin(stack: Stack) -> None:
    home = page(stack, "/")
    links = set(re.findall(r'<a href="([^"]+)"', home))
    assert {"/api/docs/", "/api/v1/", "/admin/", "/health/"} <= links
    assert requests.get(stack.web.base + "/static/site.css", timeout=30).status_code == 200


@pytest.mark.parametrize("path", ["/", "/api/docs/", "/api/redoc/", "/sign-in/login/"])
def test_a_page_asks_no_other_host_and_has_no_script_in_it(stack: Stack, path: str) -> None:
    """The Content-Security-Policy would run none."""
    text = page(stack, path)
    assert not OTHER_HOST.search(text)
    assert not SCRIPT_IN_PAGE.search(text)


def test_the_openapi_document_shows_operations_and_only_versioned_addresses(stack: Stack) -> None:
    schema = requests.get(stack.web.base + "/api/schema/?format=json", timeout=30).json()
    assert schema["openapi"].startswith("3.1")
    assert {"Resize", "Blur", "Output"} <= set(schema["components"]["schemas"])
    assert "/api/v1/images/" in schema["paths"]
    assert all(path.startswith(("/api/v1/", "/accounts/")) for path in schema["paths"])


def test_the_openapi_document_is_made_once_for_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    get_schema: Any = SchemaGenerator.get_schema

    def counted(generator: SchemaGenerator, **options: Any) -> Any:
        made.append(generator)
        return get_schema(generator, **options)

    monkeypatch.setattr(SchemaGenerator, "get_schema", counted)
    document.cache_clear()
    answers = [Browser().get("/api/schema/?format=json").json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(made) == 1


def test_the_browsable_api_signs_in_and_uploads_by_form(stack: Stack) -> None:
    alice = stack.user()
    browser = signed_in(stack, "/sign-in/login/", alice.username, alice.password)
    form = page(stack, "/api/v1/images/", browser)
    assert 'type="file"' in form
    assert not SCRIPT_IN_PAGE.search(form)
    answer = browser.post(
        stack.web.base + "/api/v1/images/?wait=30",
        files={"image": ("photo.jpg", file(gradient()).getvalue())},
        data={
            "operations": '[{"op": "flip"}]',
            "output": "",
            "csrfmiddlewaretoken": browser.cookies["csrftoken"],
        },
        headers=HTML,
        timeout=60,
    )
    assert "HTTP 201 Created" in answer.text
    assert alice.get("/api/v1/images/").json()["results"][0]["status"] == "completed"


def test_the_browsable_api_signs_out(stack: Stack) -> None:
    alice = stack.user()
    browser = signed_in(stack, "/sign-in/login/", alice.username, alice.password)
    button = re.search(
        r'<form method="post" action="(/sign-in/logout/[^"]*)">', page(stack, "/api/v1/", browser)
    )
    assert button
    token = {"csrfmiddlewaretoken": browser.cookies["csrftoken"]}
    browser.post(stack.web.base + button[1], data=token, timeout=30)
    assert browser.get(stack.web.base + "/api/v1/images/", timeout=30).status_code == 401


def test_a_form_without_its_csrf_token_is_refused(stack: Stack) -> None:
    alice = stack.user()
    browser = signed_in(stack, "/sign-in/login/", alice.username, alice.password)
    answer = browser.post(stack.web.base + "/api/v1/images/", data={}, timeout=30)
    assert_problem(answer, 403, "permission_denied")


def test_the_admin_shows_images_renditions_and_users(stack: Stack) -> None:
    alice = stack.user()
    body = alice.upload(file(gradient()).getvalue(), [{"op": "flip"}]).json()
    stack.users.filter(username=alice.username).update(is_staff=True, is_superuser=True)
    browser = signed_in(stack, "/admin/login/", alice.username, alice.password)
    assert body["id"] in page(stack, "/admin/images/image/", browser)
    page(stack, f"/admin/images/image/{body['id']}/change/", browser)
    page(stack, f"/admin/images/rendition/{body['renditions'][0]['id']}/change/", browser)
    for path in ("images/rendition", "images/storedfile", "accounts/user"):
        page(stack, f"/admin/{path}/?q=a", browser)
    tasks = page(stack, "/admin/django_celery_beat/periodictask/", browser)
    assert "Sweep the storage" in tasks
    for path in re.findall(r"/admin/django_celery_beat/periodictask/\d+/change/", tasks)[:1]:
        assert not SCRIPT_IN_PAGE.search(page(stack, path, browser))
    assert not SCRIPT_IN_PAGE.search(tasks)


def test_deleting_an_image_in_the_admin_deletes_its_bytes(stack: Stack) -> None:
    alice = stack.user()
    body = alice.upload(file(gradient()).getvalue(), [{"op": "flip"}]).json()
    stack.users.filter(username=alice.username).update(is_staff=True, is_superuser=True)
    browser = signed_in(stack, "/admin/login/", alice.username, alice.password)
    answer = browser.post(
        f"{stack.web.base}/admin/images/image/{body['id']}/delete/",
        data={"post": "yes", "csrfmiddlewaretoken": browser.cookies["csrftoken"]},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text[:500]
    assert alice.get(body["url"]).status_code == 404
    # The oracle, after this test, waits for the bytes to be gone.


@pytest.mark.parametrize("path", ["/api/docs/", "/api/redoc/", "/api/schema/"])
def test_a_page_without_a_method_says_so_and_claims_no_json(stack: Stack, path: str) -> None:
    for verb in ("OPTIONS", "POST"):
        answer = requests.request(verb, stack.web.base + path, timeout=30)
        assert answer.status_code in (200, 405)
        assert answer.headers["Content-Type"] != "application/problem+json"


def test_a_path_cannot_begin_a_line_of_the_log_and_its_query_is_not_in_it(stack: Stack) -> None:
    requests.get(f"{stack.web.base}/odd%0AFORGED%20LINE?token=secret", timeout=30)
    eventually(lambda: "/odd%0AFORGED" in stack.web.log(), 5, "the request is in the log")
    assert not any(line.startswith("FORGED") for line in stack.web.log().splitlines())
    assert "token=secret" not in stack.web.log()
