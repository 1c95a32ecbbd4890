"""The refresh token, and what makes a signed token count: its login, its user, its password.

Two claims stand beside the registered ones: `fam`, the login (`TokenFamily`) a token descends
from, and `pwd`, which changes with the user's password whoever changes it and by whatever path.
"""

from typing import Self

from django.utils.crypto import constant_time_compare
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import RefreshToken as SimpleRefreshToken
from rest_framework_simplejwt.tokens import Token
from rest_framework_simplejwt.utils import datetime_from_epoch

from accounts.models import TokenFamily, User


class InactiveUserError(TokenError):
    """The token is good, its user is disabled."""


class SpentTokenError(TokenError):
    """The refresh token has been used before."""

    def __init__(self, family_id: str) -> None:
        super().__init__("This refresh token has been used before.")
        self.family_id = family_id


def password_claim(user: User) -> str:
    """A keyed digest of the password hash: it tells nothing about the password."""
    return user.get_session_auth_hash()[:16]


def live_family(token: Token) -> TokenFamily:
    """The login a verified token belongs to, its user loaded with it, in one query.

    Raises TokenError when the login has ended, the user is gone or the password is another one
    by now, and InactiveUserError when the user is disabled.
    """
    families = TokenFamily.objects.select_related("user")
    family = families.filter(pk=token.get("fam"), ended_at=None).first()
    if family is None:
        raise TokenError("The login this token belongs to has ended.")
    if not family.user.is_active:
        raise InactiveUserError("This account is disabled.")
    if not constant_time_compare(token.get("pwd"), password_claim(family.user)):
        raise TokenError("The password has been changed since this token was issued.")
    return family


class RefreshToken(SimpleRefreshToken):
    """A refresh token that counts once. Its row holds its id and dates, never the token."""

    @classmethod
    def read(cls, raw: str) -> Self:
        """The token a client sent; raises TokenError, and SpentTokenError if it has been used."""
        return cls(raw)  # type: ignore[arg-type]  # annotated as a Token, documented as its text

    @classmethod
    def for_family(cls, family: TokenFamily) -> Self:
        """The next token of a login, written down and with the login prolonged to its expiry."""
        token = cls()
        token[api_settings.USER_ID_CLAIM] = str(family.user_id)
        token["fam"] = str(family.pk)
        token["pwd"] = password_claim(family.user)
        expires_at = datetime_from_epoch(token["exp"])
        # Not family.save(): it would write `ended_at` as it was when the family was read.
        TokenFamily.objects.filter(pk=family.pk).update(expires_at=expires_at)
        OutstandingToken.objects.create(
            user=family.user,
            jti=token[api_settings.JTI_CLAIM],
            token="",
            created_at=token.current_time,
            expires_at=expires_at,
        )
        return token

    def check_blacklist(self) -> None:
        """Called when a token is read: raises SpentTokenError if it has been used."""
        if BlacklistedToken.objects.filter(token__jti=self[api_settings.JTI_CLAIM]).exists():
            raise SpentTokenError(self["fam"])

    def spend(self) -> None:
        """Use the token up. Of any number of callers at once, all but one get a TokenError."""
        outstanding = OutstandingToken.objects.filter(jti=self[api_settings.JTI_CLAIM]).first()
        if outstanding is None:
            raise TokenError("This refresh token is not known here.")
        # One row per token is the database's own rule, so exactly one caller creates it.
        _, first = BlacklistedToken.objects.get_or_create(token=outstanding)
        if not first:
            raise TokenError("This refresh token is being used by another request.")
