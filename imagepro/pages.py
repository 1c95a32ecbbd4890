"""Pages for people, and the document about the API for their programs."""

from functools import cache
from typing import Any

from django.conf import settings
from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView


class Home(TemplateView):
    """What this is, and the ways in."""

    template_name = "home.html"
    extra_context = {
        "browsable": settings.BROWSABLE_API,
        "limits": settings.LIMITS,
        "retention_hours": int(settings.RETENTION.total_seconds() // 3600),
        "download_minutes": int(settings.DOWNLOAD_RETENTION.total_seconds() // 60),
    }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All of it, with the address under which the reader can be served."""
        here = self.request.build_absolute_uri("/").rstrip("/")
        return super().get_context_data(origin=settings.PUBLIC_BASE_URL or here, **kwargs)


@cache
def document(version: str) -> dict[str, Any]:
    """The OpenAPI document of one version of the API, made at the first request for it.

    That takes most of a second, and nobody has to log in to ask for it again and again.
    """
    generator: Any = SchemaGenerator
    made: dict[str, Any] = generator(api_version=version).get_schema(public=True)
    return made


class MadeOnce(SchemaGenerator):
    """Answers with what there is."""

    def get_schema(self, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ARG002
        """The document; it is the same for everybody."""
        return document(self.api_version)


class Schema(SpectacularAPIView):
    """The OpenAPI document, as YAML or JSON."""

    generator_class = MadeOnce
