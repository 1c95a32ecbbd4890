"""The images app."""

from django.apps import AppConfig


class ImagesConfig(AppConfig):
    """What users own, and the API over it."""

    name = "images"
