"""Pages for people."""

from django.conf import settings
from django.views.generic import TemplateView


class Home(TemplateView):
    """What this is, and the ways in."""

    template_name = "home.html"
    extra_context = {
        "browsable": settings.BROWSABLE_API,
        "limits": settings.LIMITS,
        "retention_hours": int(settings.RETENTION.total_seconds() // 3600),
        "download_minutes": int(settings.DOWNLOAD_RETENTION.total_seconds() // 60),
    }
