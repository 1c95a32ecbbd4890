"""What changes an account: registering, logging in and out, a new password, API keys, deletion.

Passwords are hashed outside transactions: it takes a good part of a second, and on SQLite nobody
else could write meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import update_last_login
from django.db import transaction
from django.utils import timezone
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken
from rest_framework_simplejwt.tokens import AccessToken

from accounts.keys import TooManyKeysError, new_key
from accounts.models import ApiKey, TokenFamily, User
from accounts.tokens import RefreshToken, SpentTokenError, live_family


@dataclass(frozen=True)
class Login:
    """A user and the pair of tokens just issued to it."""

    user: User
    refresh: RefreshToken

    @property
    def access(self) -> AccessToken:
        """A fresh access token of the same login."""
        return self.refresh.access_token


def lock(user_id: UUID | str) -> User:
    """The user's row as it is now, held until the transaction ends.

    Whatever writes rows that point at a user takes it first. A deletion at the same moment then
    comes before or after, and neither fails on the other. Raises TokenError if the user is gone.
    """
    try:
        return User.objects.select_for_update().get(pk=user_id)
    except User.DoesNotExist as error:
        raise TokenError("This account no longer exists.") from error


def lock_if(user: User, password: str) -> None:
    """Take the user's row as `lock` does; TokenError when its password is another by now."""
    if lock(user.pk).password != password:
        raise TokenError("The password has just been changed by another request.")


@transaction.atomic
def log_in(user: User) -> Login:
    """Open a login for a user whose password has just been checked.

    The tokens are bound to the password that was checked, not to the one in the row by now: a
    login with the old password does not outlive a change of it.
    """
    lock(user.pk)
    update_last_login(User, user)
    return Login(user, RefreshToken.for_family(TokenFamily.objects.create(user=user)))


def register(*, username: str, email: str, password: str) -> Login:
    """Create a user and log it in; IntegrityError when name or address is taken."""
    user = User(username=username, email=User.objects.normalize_email(email))
    user.set_password(password)
    with transaction.atomic():
        user.save(force_insert=True)
        return log_in(user)


def refresh(raw: str) -> Login:
    """Exchange a refresh token for a new pair. Each token can be exchanged once (RFC 9700, 4.14).

    A token found spent when the request begins was copied: its whole login ends, access tokens
    included, for nobody can tell the owner's copy from the thief's. A token that was unspent at
    that moment but goes to another request first was merely sent twice: the loser is refused and
    the login goes on. Raises TokenError for both, and for any token that does not count.
    """
    try:
        token = RefreshToken.read(raw)
    except SpentTokenError as error:
        TokenFamily.objects.filter(pk=error.family_id).end()
        raise
    with transaction.atomic():
        lock(token[api_settings.USER_ID_CLAIM])
        family = live_family(token)
        token.spend()
        return Login(family.user, RefreshToken.for_family(family))


def log_out(raw: str) -> None:
    """End the login a refresh token belongs to; no matter if it has ended or the token is spent."""
    try:
        family_id = RefreshToken.read(raw)["fam"]
    except SpentTokenError as error:
        family_id = error.family_id
    TokenFamily.objects.filter(pk=family_id).end()


def change_password(user: User, password: str) -> Login:
    """Set a new password, end every login, revoke every API key, and open a new login.

    `user` is as it was when its present password was checked. Raises TokenError if that password
    has been replaced since: of two changes at once the second does not undo the first.
    """
    checked = user.password
    user.set_password(password)
    with transaction.atomic():
        lock_if(user, checked)
        user.save(update_fields=["password"])
        TokenFamily.objects.filter(user=user).end()
        return log_in(user)


@transaction.atomic
def create_key(
    user: User, *, name: str, scopes: Sequence[str], expires_at: datetime | None = None
) -> ApiKey:
    """A new API key of a user; its `raw` is not kept.

    Raises TooManyKeysError, and TokenError if the password has been changed since the request
    began: a key is not to outlive that.
    """
    lock_if(user, user.password)
    limit = settings.MAX_API_KEYS
    if user.api_keys.count() >= limit:
        raise TooManyKeysError(
            f"You have {limit} API keys; the limit is {limit} (MAX_API_KEYS). Delete one first."
        )
    key = new_key(user, name=name, scopes=sorted(scopes), expires_at=expires_at)
    key.save(force_insert=True)
    return key


@transaction.atomic
def delete_account(user: User) -> None:
    """Delete a user and every row that belongs to it; TokenError if it is gone already."""
    lock(user.pk).delete()


def flush_expired() -> None:
    """Delete the rows of refresh tokens and logins that have expired and can decide nothing."""
    now = timezone.now()
    OutstandingToken.objects.filter(expires_at__lte=now).delete()
    TokenFamily.objects.filter(expires_at__lte=now).delete()
