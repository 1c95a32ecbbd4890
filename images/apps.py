"""The images app."""

from importlib import import_module

from django.apps import AppConfig


class ImagesConfig(AppConfig):
    """What users own, and the API over it."""

    name = "images"

    def ready(self) -> None:
        """Let drf-spectacular find the descriptions."""
        import_module("images.schema")
