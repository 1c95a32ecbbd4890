"""The processing app."""

from django.apps import AppConfig


class ProcessingConfig(AppConfig):
    """The engine and its tasks."""

    name = "processing"
