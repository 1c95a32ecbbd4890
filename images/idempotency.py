"""`Idempotency-Key`: a request that is sent again is not done again.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from images.once import Answer, Made, Once, Repeated

HEADER = "Idempotency-Key"
KEY = re.compile(r"[!-~]{1,255}")
KEY_PARAMETER = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Any text of yours, as a UUID. The same request sent again with the same key is"
    " not done again but answered alike, with Idempotency-Replayed: true. Another body under the"
    " same key is a 422 idempotency_key_reused. A request that was refused may be sent again.",
    required=False,
)


class AnswersRepetitions:
    """For views: a request that has been done before is answered as it was then."""

    def handle_exception(self, exc: Exception) -> Response:
        """Answer a repetition; leave everything else to the other classes."""
        if isinstance(exc, Repeated):
            return respond(exc.answer, {"Idempotency-Replayed": "true"})
        answer: Response = super().handle_exception(exc)  # type: ignore[misc]  # that of APIView
        return answer


def respond(answer: Answer, headers: dict[str, str]) -> Response:
    """The answer as DRF sends it."""
    if answer.location:
        headers = {"Location": answer.location, **headers}
    return Response(answer.body, answer.status, headers=headers)


def once_only(request: Request, draw: Callable[[Made], Answer]) -> Once[Made] | None:
    """The request as one to be done once; None when it has no key.

    Raises Repeated or ProcessingError when its key has been used, a 400 when it is no key.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not KEY.fullmatch(key):
        detail = f"Expected 1 to 255 visible ASCII characters, got {key[:40]!r}."
        raise ValidationError({HEADER: detail}, code="invalid")
    asked = Once(
        owner_id=cast(UUID, request.user.pk),
        path=request.path_info,
        key=key,
        fingerprint=fingerprint(request.data),
        draw=draw,
    )
    asked.refuse_repetition()
    return asked


def fingerprint(body: Any) -> str:
    """The SHA-256 of what a body says: neither boundaries of a form nor spaces in JSON count."""
    if isinstance(body, MultiValueDict):
        body = {name: [_said(value) for value in values] for name, values in body.lists()}
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _said(value: "str | UploadedFile[Any]") -> Any:
    """One field of a form: a file by its name and bytes, JSON by what it decodes to."""
    if not isinstance(value, str):
        value.seek(0)
        digest = hashlib.file_digest(cast(Any, value), "sha256").hexdigest()
        value.seek(0)
        return [value.name, digest]
    if not value.lstrip().startswith(("[", "{")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
