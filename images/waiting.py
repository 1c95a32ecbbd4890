"""`Prefer: wait=N` (RFC 7240) or `?wait=N`: hold the answer until the work is done."""

import re

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

PREFERENCE = re.compile(r"(?:^|[,;\s])wait=\"?(\d{1,6})\"?(?:$|[,;\s])")
WAIT_PARAMETERS = [
    OpenApiParameter(
        "wait", int, description="Seconds to wait for the result, at most 30.", required=False
    ),
    OpenApiParameter(
        "Prefer", str, OpenApiParameter.HEADER, description="wait=N does the same.", required=False
    ),
]


def seconds_to_wait(request: Request) -> int:
    """How long the client would wait, within what is allowed; 0 for not at all. Raises a 400."""
    sent = request.query_params.get("wait")
    if sent is None:
        found = PREFERENCE.search(request.headers.get("Prefer", ""))
        sent = found[1] if found else "0"
    if not re.fullmatch(r"\d{1,6}", sent):
        detail = f"Expected whole seconds from 0 to {settings.MAX_WAIT_SECONDS}, got {sent[:40]!r}."
        raise ValidationError({"wait": detail}, code="invalid")
    return min(int(sent), settings.MAX_WAIT_SECONDS)


def applied(seconds: int) -> dict[str, str]:
    """The headers that tell the client its preference was heard."""
    return {"Preference-Applied": f"wait={seconds}"} if seconds else {}
