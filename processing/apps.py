"""The processing app."""

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings

from processing import fonts


class ProcessingConfig(AppConfig):
    """The engine and its tasks."""

    name = "processing"

    def ready(self) -> None:
        """Let texts be set in the operator's own fonts."""
        if settings.FONTS_DIR:
            fonts.FOLDERS.append(Path(settings.FONTS_DIR))
