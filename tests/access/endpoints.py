"""Every address of the service, found by walking its URLconf."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

VERBS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Endpoint:
    """One route: its name with namespace, and its template, as `/api/<version:version>/images/`."""

    name: str
    route: str
    view: Callable[..., Any]

    @property
    def is_admin(self) -> bool:
        """Whether Django's admin, with its sessions, guards it."""
        return self.route.startswith("/admin/")


def endpoints() -> list[Endpoint]:
    """All of them, in the order of the site map."""
    return list(_walk(get_resolver().url_patterns, "/", ""))


def _walk(
    patterns: list[URLPattern | URLResolver], route: str, namespace: str
) -> Iterator[Endpoint]:
    for one in patterns:
        here = route + str(one.pattern)
        if isinstance(one, URLResolver):
            inner = f"{namespace}{one.namespace}:" if one.namespace else namespace
            yield from _walk(one.url_patterns, here, inner)
        else:
            yield Endpoint(f"{namespace}{one.name}", here, one.callback)
