"""The Celery app; its settings are the CELERY_* names in imagepro/settings.py."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imagepro.settings")

app = Celery("imagepro")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
