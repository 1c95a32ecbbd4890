"""Requests that are done once, however often they come: those that carry an Idempotency-Key."""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.serializers.json import DjangoJSONEncoder

from images.models import KeyedRequest
from images.models.keyed_request import KeyedRequestQuerySet
from processing.errors import ProcessingError

Made = TypeVar("Made")
"""What doing it makes: an image, or renditions."""


@dataclass(frozen=True)
class Answer:
    """What a request is answered."""

    status: int
    body: Mapping[str, Any]
    location: str = ""


class Repeated(Exception):
    """It has been done before, and this was the answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(frozen=True, kw_only=True)
class Once(Generic[Made]):
    """One request with a key. `draw` makes the answer from what has been made."""

    owner_id: uuid.UUID
    path: str
    key: str
    fingerprint: str
    draw: Callable[[Made], Answer]

    def refuse_repetition(self) -> None:
        """Raise Repeated when it has been done before.

        Raises ProcessingError when something else has been done under its key.
        """
        first = self._rows().remembered().first()
        if first is None:
            return
        if first.fingerprint != self.fingerprint:
            detail = f"The key {self.key} has been used for a request with another body."
            raise ProcessingError("idempotency_key_reused", detail, "Idempotency-Key")
        raise Repeated(Answer(first.status, json.loads(first.body), first.location))

    def begin(self) -> None:
        """Ask again, now that nobody can come in between. Must hold the owner's lock."""
        self._rows().forgotten().delete()
        self.refuse_repetition()

    def finish(self, made: Made) -> None:
        """Write the answer down, in the transaction that does what was asked for."""
        written = _columns(self.draw(made))
        KeyedRequest.objects.create(
            owner_id=self.owner_id,
            path=self.path,
            key=self.key,
            fingerprint=self.fingerprint,
            **written,
        )

    def answer(self, made: Made, *, waited: bool) -> Answer:
        """What the first request is answered; after having waited, what has come of it by then.

        Others who asked in the meantime were told what was so at first; from now on all are
        told this.
        """
        if waited:
            self._rows().update(**_columns(self.draw(made)))
        first = self._rows().get()
        return Answer(first.status, json.loads(first.body), first.location)

    def _rows(self) -> KeyedRequestQuerySet:
        return KeyedRequest.objects.filter(owner_id=self.owner_id, path=self.path, key=self.key)


def _columns(answer: Answer) -> dict[str, Any]:
    body = json.dumps(answer.body, cls=DjangoJSONEncoder)
    return {"status": answer.status, "body": body, "location": answer.location}
