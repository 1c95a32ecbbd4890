"""Who may do what: one row for each address, from which the cells of the matrix follow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

SAFE = ("GET", "HEAD", "OPTIONS")
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
SCOPES = {**dict.fromkeys(SAFE, "read"), **dict.fromkeys(UNSAFE, "write")}

PRINCIPALS = {
    "owner": "the access token of the user whose objects are asked for",
    "other": "that of another user",
    "staff": "that of a superuser",
    "anonymous": "nothing",
    "disabled": "the access token of a disabled user",
    "expired": "an expired access token of the owner",
    "key read": "an API key of the owner's, for reading",
    "key write": "an API key of the owner's, for writing",
}
REFUSED = {
    "anonymous": (401, "not_authenticated"),
    "disabled": (401, "user_inactive"),
    "expired": (401, "token_expired"),
}

Outcome = tuple[int, str | None]
"""Status, and the code of the problem; None where there is none or it is no matter of access."""


class Kind(Enum):
    """Whose an address is."""

    OPEN = auto()  # Everybody's; whatever is sent as credentials is not looked at.
    PAGE = auto()  # As open, and with Django's protection against forged forms.
    PRIVATE = auto()  # Everybody's own, behind it.
    OWNED = auto()  # One user's object. To everybody else it does not exist, staff included.


@dataclass(frozen=True)
class Row:
    """What the verbs of one address answer to who may use them; a verb not named answers 405."""

    kind: Kind
    verbs: Mapping[str, int]
    bodies: Mapping[str, Any] = field(default_factory=dict)
    scopes: Mapping[str, str] = field(default_factory=lambda: SCOPES)
    """What an API key needs for each verb; one not named is refused to any."""

    def outcome(self, verb: str, principal: str) -> Outcome:
        """What this principal must get."""
        status = self.verbs.get(verb, 405)
        if self.kind is Kind.PAGE and verb in UNSAFE:
            return 403, "permission_denied"
        if self.kind in (Kind.OPEN, Kind.PAGE):
            return status, None
        if principal in REFUSED:
            return REFUSED[principal]
        if principal.startswith("key ") and not principal.endswith(self.scopes.get(verb, "-")):
            return 403, "insufficient_scope" if verb in self.scopes else "api_key_refused"
        foreign = self.kind is Kind.OWNED and principal in ("other", "staff")
        if foreign and verb in self.verbs and verb != "OPTIONS":
            return 404, "not_found"
        return status, None


def reads(**others: int) -> dict[str, int]:
    """GET and HEAD answer 200, these as said; OPTIONS is there for everything."""
    return {"GET": 200, "HEAD": 200, "OPTIONS": 200, **others}


def writes(**others: int) -> dict[str, int]:
    """Nothing to read here."""
    return {"OPTIONS": 200, **others}


FLIP = {"operations": [{"op": "flip"}]}
PLANNED = {**FLIP, "source": {"width": 40, "height": 30, "format": "png"}}
NO_KEYS: dict[str, str] = {}
PLAN_SCOPES = SCOPES | {"POST": "read"}

# A 400 means that the body was looked at: whoever gets one has come in.
ROWS = {
    "home": Row(Kind.PAGE, reads()),
    "schema": Row(Kind.OPEN, reads()),
    "docs": Row(Kind.OPEN, {"GET": 200, "HEAD": 200}),
    "redoc": Row(Kind.OPEN, {"GET": 200, "HEAD": 200}),
    "health": Row(Kind.PAGE, {"GET": 200, "HEAD": 200}),
    "live": Row(Kind.PAGE, {"GET": 200, "HEAD": 200}),
    "ready": Row(Kind.PAGE, {"GET": 200, "HEAD": 200}),
    "rest_framework:login": Row(Kind.PAGE, reads()),
    "rest_framework:logout": Row(Kind.PAGE, writes()),
    "accounts:register": Row(Kind.OPEN, writes(POST=400)),
    "accounts:login": Row(Kind.OPEN, writes(POST=400)),
    "accounts:refresh": Row(Kind.OPEN, writes(POST=400)),
    "accounts:logout": Row(Kind.OPEN, writes(POST=400)),
    "accounts:me": Row(
        Kind.PRIVATE, reads(PATCH=200, DELETE=400), scopes=dict.fromkeys(SAFE, "read")
    ),
    "accounts:password": Row(Kind.PRIVATE, writes(POST=400), scopes=NO_KEYS),
    "accounts:keys": Row(Kind.PRIVATE, reads(POST=400), scopes=NO_KEYS),
    "accounts:key": Row(Kind.OWNED, reads(DELETE=204), scopes=NO_KEYS),
    "images:api-root": Row(Kind.PRIVATE, reads()),
    "images:image-list": Row(Kind.PRIVATE, reads(POST=400)),
    "images:image-detail": Row(Kind.OWNED, reads(PATCH=200, DELETE=204)),
    "images:image-original": Row(Kind.OWNED, reads()),
    "images:image-download": Row(Kind.OWNED, reads()),
    "images:image-renditions": Row(Kind.OWNED, reads()),
    "images:image-transform": Row(Kind.OWNED, writes(POST=200), {"POST": FLIP}),
    "images:rendition-detail": Row(Kind.OWNED, reads(DELETE=204)),
    "images:rendition-download": Row(Kind.OWNED, reads()),
    "images:usage-list": Row(Kind.PRIVATE, reads()),
    "images:operation-list": Row(Kind.OPEN, reads()),
    "images:plan-list": Row(Kind.PRIVATE, writes(POST=200), {"POST": PLANNED}, scopes=PLAN_SCOPES),
}


def row_of(name: str) -> Row:
    """The row of an address; those without a version answer as those of v1."""
    return ROWS[name.replace("default:", "images:")]
