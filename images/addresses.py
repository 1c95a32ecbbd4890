"""Absolute URLs, as the outside world knows this service."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.reverse import reverse


def public(url: str, request: Request) -> str:
    """An absolute URL of this request's host, under PUBLIC_BASE_URL where that is set."""
    if not settings.PUBLIC_BASE_URL:
        return url
    origin: str = request.build_absolute_uri("/").rstrip("/")
    return f"{settings.PUBLIC_BASE_URL}{url.removeprefix(origin)}"


def address(request: Request, view: str, pk: Any) -> str:
    """The URL of a view of this app."""
    return public(str(reverse(f"images:{view}", kwargs={"pk": pk}, request=request)), request)
