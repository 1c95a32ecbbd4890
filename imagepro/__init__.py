"""Wiring: settings, the site map, the Celery app, the error shape, health and pages."""

from imagepro.celery import app as celery_app

__all__ = ["celery_app"]
