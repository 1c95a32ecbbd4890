"""What the worker does for accounts."""

from celery import shared_task

from accounts import services


@shared_task
def flush_expired() -> None:
    """Delete the rows of tokens and logins that can decide nothing any more."""
    services.flush_expired()
