"""The site map."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.urls.converters import StringConverter
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView

# What drf-spectacular has to know of the apps. It is slow to load, and workers need none of it.
import accounts.schema  # noqa: F401
import images.schema  # noqa: F401
from imagepro import health, pages


class Version(StringConverter):
    """The versions of the API."""

    regex = "v1"


register_converter(Version, "version")

handler400 = "imagepro.errors.bad_request"
handler403 = "imagepro.errors.forbidden"
handler404 = "imagepro.errors.not_found"
handler500 = "imagepro.errors.server_error"

schema = pages.Schema.as_view(permission_classes=[], authentication_classes=[], api_version="v1")
docs: dict[str, Any] = {
    "permission_classes": [],
    "authentication_classes": [],
    "metadata_class": None,  # Their template draws nothing but the page.
    "url_name": "schema",
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.Home.as_view(), name="home"),
    path("accounts/", include("accounts.urls")),
    path("api/schema/", schema, name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(**docs), name="docs"),
    path("api/redoc/", SpectacularRedocView.as_view(**docs), name="redoc"),
    path("api/<version:version>/", include("images.urls")),
    path("api/", include("images.urls", namespace="default")),
    path("health/", health.health, name="health"),
    path("health/live/", health.live, name="live"),
    path("health/ready/", health.ready, name="ready"),
    path("admin/", admin.site.urls),
]
if settings.BROWSABLE_API:
    urlpatterns.append(path("sign-in/", include("rest_framework.urls")))
