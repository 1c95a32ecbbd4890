"""How far work is."""

from django.db.models import TextChoices


class Status(TextChoices):
    """The states of a rendition, in the order in which they are passed through."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


TERMINAL = frozenset({Status.COMPLETED, Status.FAILED})
