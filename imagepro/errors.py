"""The one error shape, RFC 9457 application/problem+json, in which every exception ends.

{"type", "title", "status", "detail", "code", "errors": [{"path", "code", "detail"}]}
"""

import errno
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from images.fetching import TooManyFetches
from images.quotas import QuotaExceeded
from processing.errors import InvalidPipeline, ProcessingError, UnsupportedFormat
from processing.storage import MissingFile, StorageError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5
NO_DATABASE = "The database does not answer."

_ENGINE_STATUS: dict[type[ProcessingError], HTTPStatus] = {
    InvalidPipeline: HTTPStatus.BAD_REQUEST,
    UnsupportedFormat: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    QuotaExceeded: HTTPStatus.TOO_MANY_REQUESTS,
}
"""All others are requests that can be understood and not be done: 422."""


def problem(
    status: int, code: str, detail: str, errors: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    """The body of an error; `errors` names the fields at fault."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": _encodable(detail),
        "code": code,
        "errors": [{k: _encodable(v) for k, v in error.items()} for error in errors or []],
    }


def _encodable(text: str) -> str:
    r"""The text with what UTF-8 has no bytes for, as a lone "\ud800" from JSON, spelled out."""
    return text.encode(errors="backslashreplace").decode()


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """What DRF answers when a view raises; None for a defect of ours, which is a 500."""
    answer = _from_engine(error) or _from_django(error) or _from_drf(error, context)
    # The browsable API draws the same body as a page, the OpenAPI document is YAML.
    renderer = getattr(context.get("request"), "accepted_renderer", None)
    if answer is not None and getattr(renderer, "format", "json") == "json":
        answer.content_type = MEDIA_TYPE
    return answer


def _from_engine(error: Exception) -> Response | None:
    if not isinstance(error, ProcessingError):
        return None
    status = _ENGINE_STATUS.get(type(error), HTTPStatus.UNPROCESSABLE_ENTITY)
    if isinstance(error, InvalidPipeline):
        errors = [asdict(one) for one in error.errors]
    else:
        errors = [{"path": error.path, "code": error.code, "detail": error.detail}]
    return Response(problem(status, error.code, error.detail, errors), status)


def _from_django(error: Exception) -> Response | None:
    match error:
        case RequestDataTooBig():
            return _plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_many_bytes", str(error))
        case UnreadablePostError():
            return _plain(HTTPStatus.REQUEST_TIMEOUT, "incomplete", "The request broke off.")
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            full = HTTPStatus.INSUFFICIENT_STORAGE
            return _unavailable("disk_full", "There is no room to receive the file.", full)
        case SuspiciousOperation():
            return _plain(HTTPStatus.BAD_REQUEST, "malformed", str(error))
        case RecursionError():
            return _plain(HTTPStatus.BAD_REQUEST, "malformed", "The JSON is nested too deeply.")
        case MissingFile():
            return _plain(HTTPStatus.GONE, "file_missing", "The stored file is no longer there.")
        case StorageError():
            return _unavailable("storage_unavailable", "The storage does not answer.")
        case TooManyFetches():
            return _unavailable("too_many_fetches", "As many URLs as may be are being fetched.")
        case OperationalError() | InterfaceError():
            return _unavailable("database_unavailable", NO_DATABASE)
    return None


def _plain(status: HTTPStatus, code: str, detail: str) -> Response:
    return Response(problem(status, code, detail), status)


def _unavailable(
    code: str, detail: str, status: HTTPStatus = HTTPStatus.SERVICE_UNAVAILABLE
) -> Response:
    answer = _plain(status, code, f"{detail} Please try again.")
    answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def _from_drf(error: Exception, context: dict[str, Any]) -> Response | None:
    answer = exception_handler(error, context)
    if answer is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        errors = list(_flatten(error.get_full_details()))
        detail = "; ".join(f"{one['path']}: {one['detail']}".removeprefix(": ") for one in errors)
        answer.data = problem(answer.status_code, "invalid", detail, errors)
        return answer
    detail, code = _said(error)
    answer.data = problem(answer.status_code, code, detail)
    return answer


def _said(error: Exception) -> tuple[str, str]:
    """Detail and code of a DRF exception; Http404 and PermissionDenied are Django's own."""
    if isinstance(error, exceptions.APIException):
        said = error.detail
        if isinstance(said, Mapping):  # simplejwt's InvalidToken
            return str(said.get("detail", "")), str(said.get("code", error.default_code))
        return str(said), str(getattr(said, "code", error.default_code))
    known = exceptions.NotFound if isinstance(error, Http404) else exceptions.PermissionDenied
    return str(known.default_detail), known.default_code


def _flatten(details: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Every single complaint in DRF's nested details, with its dotted path."""
    if isinstance(details, Mapping) and set(details) == {"message", "code"}:
        yield {"path": path, "code": str(details["code"]), "detail": str(details["message"])}
    elif isinstance(details, Mapping):
        for name, inner in details.items():
            here = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
            yield from _flatten(inner, here)
    else:
        leaf_list = all(isinstance(one, Mapping) and "message" in one for one in details)
        for index, inner in enumerate(details):
            if inner:
                here = path if leaf_list else f"{path}.{index}".lstrip(".")
                yield from _flatten(inner, here)


def problem_page(
    status: HTTPStatus, code: str, detail: str, retry_after: int | None = None
) -> JsonResponse:
    """An error outside the API's views, in the same shape; `retry_after` is in seconds."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    body = problem(status, code, detail)
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE, headers=headers)


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Django's handler400."""
    return problem_page(HTTPStatus.BAD_REQUEST, "malformed", str(exception) or "Bad request.")


def forbidden(
    request: HttpRequest, exception: Exception | None = None, reason: str = "Forbidden."
) -> JsonResponse:
    """Django's handler403 and its answer to a missing CSRF token."""
    return problem_page(HTTPStatus.FORBIDDEN, "permission_denied", str(exception or reason))


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Django's handler404."""
    return problem_page(HTTPStatus.NOT_FOUND, "not_found", f"There is nothing at {request.path}.")


def server_error(request: HttpRequest) -> JsonResponse:
    """Django's handler500: without a database, or a defect of ours, whose cause is in the log."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        # A page outside the API's views, or a session that could not be read.
        return problem_page(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "database_unavailable",
            f"{NO_DATABASE} Please try again.",
            RETRY_AFTER_SECONDS,
        )
    detail = "Something went wrong on our side; it has been logged."
    return problem_page(HTTPStatus.INTERNAL_SERVER_ERROR, "server_error", detail)
