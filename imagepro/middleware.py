"""The largest body that is read at all, for every address of the site."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from imagepro.errors import problem_page
from processing.limits import MEGABYTE

DRAIN_BYTES = 128 * MEGABYTE
CHUNK = 64 * 1024


class BodyLimit:
    """Refuse a body by its announced length, or for having none, before any of it is parsed.

    What the client is still sending is read and thrown away, up to a bound, because closing the
    connection on it would lose the answer that says why.
    """

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
        left = min(sent, DRAIN_BYTES)
        while left > 0 and (chunk := request.META["wsgi.input"].read(min(CHUNK, left))):
            left -= len(chunk)
        detail = f"The request is {sent} bytes long; the limit here is {limit}"
        if takes_pictures:
            detail += f" (a file of {settings.LIMITS.max_bytes}, MAX_UPLOAD_BYTES, and its form)"
        return problem_page(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_many_bytes", f"{detail}.")
