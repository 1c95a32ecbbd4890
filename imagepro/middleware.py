"""For every address of the site: the largest body that is read, and what is said of rate limits."""

from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError

from accounts.throttles import CannotCount, RateLimited, headers
from imagepro.errors import problem_page
from processing.limits import MEGABYTE

if TYPE_CHECKING:
    from _typeshed import SupportsRead

DRAIN_BYTES = 128 * MEGABYTE
CHUNK = 64 * 1024
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
# Swagger UI, ReDoc and the browsable API bring styles in their markup; ReDoc searches in a worker.
PAGE_POLICY = "; ".join(
    [
        *("default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'"),
        *("img-src 'self' data:", "font-src 'self'", "connect-src 'self'", "worker-src blob:"),
        *("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"),
    ]
)
REFUSED = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


def drain(body: "SupportsRead[bytes]", left: int) -> None:
    """Read and throw away what the client is still sending, up to a bound.

    Closing the connection on it would lose the answer that says why it is refused.
    """
    while left > 0 and (chunk := body.read(min(CHUNK, left))):
        left -= len(chunk)


class BodyLimit:
    """Refuse a body by its announced length, or for having none, before any of it is parsed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 411 or 413, or pass the request on."""
        if "HTTP_TRANSFER_ENCODING" in request.META:
            # Django reads no further than the announced length.
            detail = "Send the body with its Content-Length, not in chunks."
            return problem_page(HTTPStatus.LENGTH_REQUIRED, "length_required", detail)
        sent = int(request.META.get("CONTENT_LENGTH") or 0)
        takes_pictures = request.path.startswith("/api/")
        limit = settings.MAX_BODY_BYTES if takes_pictures else settings.MAX_FORM_BYTES
        if sent <= limit:
            return self.get_response(request)
        drain(request.META["wsgi.input"], min(sent, DRAIN_BYTES))
        detail = f"The request is {sent} bytes long; the limit here is {limit}"
        if takes_pictures:
            detail += f" (a file of {settings.LIMITS.max_bytes}, MAX_UPLOAD_BYTES, and its form)"
        return problem_page(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_many_bytes", f"{detail}.")


class PrivateAndHarmless:
    """What an answer may do in a browser, and who may keep it, unless its view has said so itself.

    Stands before all others, so that their refusals say it too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer with a Content-Security-Policy and a Cache-Control."""
        answer = self.get_response(request)
        is_page = answer.headers.get("Content-Type", "").startswith("text/html")
        answer.headers.setdefault(
            "Content-Security-Policy", PAGE_POLICY if is_page else DATA_POLICY
        )
        answer.headers.setdefault("Cache-Control", "private, no-store")
        return answer


class RateLimits:
    """Say in every answer how its request stands to the rate limits it was counted for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer with its `RateLimit-` headers."""
        answer = self.get_response(request)
        for name, value in headers(request).items():
            answer[name] = value
        if answer.status_code in REFUSED:
            with suppress(UnreadablePostError):
                drain(request, DRAIN_BYTES)
        return answer

    def process_exception(self, _: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for Django's own pages, as that to sign in; the API's views do it themselves."""
        if not isinstance(error, RateLimited | CannotCount):
            return None
        status = HTTPStatus(error.status_code)
        return problem_page(status, str(error.default_code), str(error.detail), error.wait)
