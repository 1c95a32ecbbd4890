"""Handing out bytes: headers, presigned links, the expiry clock."""

from collections.abc import Sequence
from pathlib import PurePath

from django.conf import settings
from django.http import FileResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.http import content_disposition_header
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from images.models import Image, Rendition, Status
from images.names import plain
from processing import storage
from processing.output import FORMATS

HEADERS = {
    "Cache-Control": "private, no-store",
    # A picture is data: should a browser ever take it for a page, the page can do nothing.
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


class Expired(APIException):
    """The image was there; its time is over."""

    status_code = status.HTTP_410_GONE
    default_code = "expired"
    default_detail = "The image has expired and is being deleted."


class NotReady(APIException):
    """There are no bytes, yet or at all."""

    status_code = status.HTTP_409_CONFLICT


class AnyAccept(BaseContentNegotiation):
    """Pictures are what they are, whatever the Accept header prefers; errors are JSON."""

    def select_parser(self, request: Request, parsers: Sequence[object]) -> object:  # type: ignore[override]
        """The first one; nothing is sent to a download."""
        return parsers[0]

    def select_renderer(  # type: ignore[override]
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The first one, which draws the errors."""
        return renderers[0], str(renderers[0].media_type)


def not_ready(rendition: Rendition) -> NotReady:
    """Why this rendition has no bytes."""
    if rendition.status == Status.FAILED:
        return NotReady(f"The work failed: {rendition.error_detail}", rendition.error_code)
    return NotReady(f"The work is {rendition.status}; please ask again soon.", "not_ready")


def deliver(
    request: Request, image: Image, rendition: Rendition | None = None, *, starts_clock: bool = True
) -> HttpResponseBase:
    """The bytes of the rendition, or of the original.

    They are fetched before the clock starts: a storage that fails costs nobody a download.
    Raises Expired, StorageError.
    """
    kind = rendition.format if rendition else image.format
    key = rendition.result_id if rendition else image.original_id
    ending = "jpg" if kind == "jpeg" else kind
    name = f"{plain(PurePath(image.name).stem) or image.pk}.{ending}"
    is_download = starts_clock and request.method != "HEAD"
    if settings.PRESIGNED_DOWNLOADS and request.method != "HEAD":
        return _redirect(image, str(key), kind, name, is_download)
    content = storage.open_file(str(key))
    if is_download and not image.record_download():
        content.close()
        raise Expired
    return FileResponse(
        content,
        as_attachment=True,
        filename=name,
        content_type=FORMATS[kind].content_type,
        headers=HEADERS,
    )


def _redirect(image: Image, key: str, kind: str, name: str, is_download: bool) -> HttpResponseBase:
    """A link straight to the bucket that dies with the image."""
    if is_download and not image.record_download():
        raise Expired
    longest = settings.DOWNLOAD_RETENTION
    address = storage.link(
        key,
        content_type=FORMATS[kind].content_type,
        disposition=str(content_disposition_header(True, name)),
        lifetime=min(image.time_left() or longest, longest),
    )
    return HttpResponseRedirect(address, headers=HEADERS)
