"""Who sent this request, by the access token in its Authorization header."""

from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.tokens import AccessToken, Token

from accounts.models import User
from accounts.tokens import InactiveUserError, live_family

CODES: dict[type[TokenError], str] = {
    ExpiredTokenError: "token_expired",
    InactiveUserError: "user_inactive",
}


def refusal(error: TokenError) -> AuthenticationFailed:
    """The 401 for a token: `token_expired`, `user_inactive`, and `token_not_valid` for the rest."""
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
