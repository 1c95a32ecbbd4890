"""The Celery app; its settings are the CELERY_* names in imagepro/settings.py."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_process_init
from django.conf import settings

from imagepro.postgresql import limit_patience

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imagepro.settings")

app = Celery("imagepro")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
@beat_init.connect
def bound_questions(**_: Any) -> None:
    """Let no silent database hold up this process for ever."""
    limit_patience(settings.WORKER_DATABASE_SECONDS)
