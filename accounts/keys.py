"""API keys: how they look, how one is made and how one that was sent is found.

`ipk_<16 hex digits>_<64 hex digits>`: a mark that scanners for leaked secrets can look for, the
part a key is known by, and 256 random bits. Stored is the SHA-256 of the whole.
"""

import hashlib
import re
import secrets
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare
from rest_framework_simplejwt.exceptions import TokenError

from accounts.models import ApiKey, User
from accounts.tokens import InactiveUserError

MARK = "ipk_"
SHAPE = re.compile(r"(ipk_[0-9a-f]{16})_[0-9a-f]{64}")
# Every request would be a write otherwise.
USE_NOTED_EVERY = timedelta(minutes=1)


class KeyExpiredError(TokenError):
    """The key was good until its `expires_at`."""


class UnknownKeyError(TokenError):
    """There is no such key, or there is none any more."""


class TooManyKeysError(Exception):
    """The user has as many keys as one may have."""


def new_key(user: User, **fields: Any) -> ApiKey:
    """A key not saved yet; its `raw` is what its user gets to see, once."""
    prefix = MARK + secrets.token_hex(8)
    raw = f"{prefix}_{secrets.token_hex(32)}"
    key = ApiKey(user=user, prefix=prefix, digest=digest(raw), **fields)
    key.raw = raw
    return key


def digest(raw: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(raw.encode()).hexdigest()


def live_key(raw: str) -> ApiKey:
    """The key that was sent, its user loaded with it, in one query; its use is noted.

    Raises UnknownKeyError, KeyExpiredError, and InactiveUserError when the user is disabled: the
    latter two only to who knows the whole key.
    """
    shape = SHAPE.fullmatch(raw)
    # The database's clock decides.
    keys = ApiKey.objects.select_related("user").annotate(now=Now())
    key = keys.filter(prefix=shape[1]).first() if shape else None
    if key is None or not constant_time_compare(key.digest, digest(raw)):
        raise UnknownKeyError("There is no such API key, or it has been revoked.")
    if key.expires_at is not None and key.expires_at <= key.now:
        raise KeyExpiredError("This API key has expired.")
    if not key.user.is_active:
        raise InactiveUserError("This account is disabled.")
    if key.last_used_at is None or key.last_used_at <= key.now - USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=Now())
    return key
