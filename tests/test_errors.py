"""The one error shape, for what no client can provoke on purpose."""

import logging
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.test import Client as Browser
from django.urls import path
from pytest_django import Settings
from rest_framework.exceptions import ErrorDetail, Throttled, ValidationError
from rest_framework.response import Response

from imagepro.errors import problem_response
from processing.errors import ProcessingError, UnreadableImage
from processing.storage import MissingFile, StorageError


def crash(request: object) -> HttpResponse:
    raise ZeroDivisionError("a defect of ours")


def ask_the_database(request: object) -> HttpResponse:
    raise OperationalError("host 10.0.0.1")


urlpatterns = [path("crash/", crash), path("rows/", ask_the_database)]
handler500 = "imagepro.errors.server_error"


def answered(error: Exception) -> Response:
    answer = problem_response(error, {})
    assert answer is not None
    assert answer.content_type == "application/problem+json"
    return answer


EXPECTED: list[tuple[Exception, int, str]] = [
    (StorageError("bucket 7 at 10.0.0.1"), 503, "storage_unavailable"),
    (MissingFile("originals/secret"), 410, "file_missing"),
    (OperationalError("host 10.0.0.1"), 503, "database_unavailable"),
    (InterfaceError("host 10.0.0.1"), 503, "database_unavailable"),
    (ProcessingError("odd", "Something odd."), 422, "odd"),
    (UnreadableImage("Cut short."), 422, "unreadable_image"),
    (Http404("no such row"), 404, "not_found"),
    (PermissionDenied("secret"), 403, "permission_denied"),
    (Throttled(wait=7), 429, "throttled"),
]


@pytest.mark.parametrize(("error", "status", "code"), EXPECTED)
def test_each_error_has_its_status_and_code_and_tells_no_secret(
    error: Exception, status: int, code: str
) -> None:
    answer = answered(error)
    assert (answer.status_code, answer.data["status"], answer.data["code"]) == (
        status,
        status,
        code,
    )
    assert "10.0.0.1" not in str(answer.data)
    assert "secret" not in str(answer.data)


@pytest.mark.parametrize("error", [StorageError("x"), OperationalError("x"), Throttled(wait=7)])
def test_what_may_pass_says_when_to_try_again(error: Exception) -> None:
    assert int(answered(error)["Retry-After"]) > 0


def test_nested_complaints_are_flattened_with_their_paths() -> None:
    detail: dict[str, Any] = {
        "name": [ErrorDetail("Too long.", "max_length")],
        "items": [{}, {"width": [ErrorDetail("Too small.", "min_value")]}],
        "non_field_errors": [ErrorDetail("Together they clash.", "clash")],
    }
    assert answered(ValidationError(detail)).data["errors"] == [
        {"path": "name", "code": "max_length", "detail": "Too long."},
        {"path": "items.1.width", "code": "min_value", "detail": "Too small."},
        {"path": "", "code": "clash", "detail": "Together they clash."},
    ]


def test_a_defect_is_logged_and_answered_without_its_text(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ROOT_URLCONF = __name__
    with caplog.at_level(logging.ERROR, "django.request"):
        answer = Browser(raise_request_exception=False).get("/crash/")
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "server_error"
    assert "a defect of ours" not in answer.content.decode()
    assert "a defect of ours" in caplog.text


def test_a_page_without_its_database_says_when_to_try_again(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Those of the admin and the home page, which are not the API's views."""
    settings.ROOT_URLCONF = __name__
    with caplog.at_level(logging.CRITICAL, "django.request"):
        answer = Browser(raise_request_exception=False).get("/rows/")
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert int(answer["Retry-After"]) > 0
    assert b"10.0.0.1" not in answer.content
