"""Who sent this request, by the access token or the API key in its Authorization header."""

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.tokens import AccessToken, Token

from accounts.keys import MARK, KeyExpiredError, UnknownKeyError, live_key
from accounts.models import ApiKey, User
from accounts.tokens import InactiveUserError, live_family

CODES: dict[type[TokenError], str] = {
    ExpiredTokenError: "token_expired",
    InactiveUserError: "user_inactive",
    KeyExpiredError: "api_key_expired",
    UnknownKeyError: "api_key_not_valid",
}


def refusal(error: TokenError) -> AuthenticationFailed:
    """The 401 for a token or an API key; its code is in CODES, or `token_not_valid`."""
    return AuthenticationFailed(str(error), code=CODES.get(type(error), "token_not_valid"))


class AccessTokenAuthentication(JWTAuthentication):
    """`Authorization: Bearer <access token>`; one query decides, and every refusal is a 401."""

    def get_validated_token(self, raw_token: bytes) -> AccessToken:
        """The token, its signature, dates, audience, issuer and type checked."""
        try:
            return AccessToken(raw_token)  # type: ignore[arg-type]  # it is the encoded text
        except TokenError as error:
            raise refusal(error) from error

    def get_user(self, validated_token: Token) -> User:  # type: ignore[override]
        """The user of the login the token belongs to, while that login stands."""
        try:
            return live_family(validated_token).user
        except TokenError as error:
            raise refusal(error) from error


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer ipk_…`; anything else is left to the class for access tokens."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """The user and the key, or None when no key was sent; one query, and a 401 if refused."""
        words = get_authorization_header(request).decode("latin-1").split()
        if len(words) != 2 or words[0].lower() != "bearer" or not words[1].startswith(MARK):
            return None
        try:
            key = live_key(words[1])
        except TokenError as error:
            raise refusal(error) from error
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for: the same as of an access token."""
        return AccessTokenAuthentication().authenticate_header(request)
