"""How often something may be asked for, and by whom that is counted.

Each limit is a setting, RATE_LIMIT_LOGIN for the limit `login`. A request counts once for each.
When the counts are out of reach, what guards passwords and accounts is refused, and the rest is
done.
"""

from typing import ClassVar

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.client_address import client_network
from accounts.limiter import PAUSE_SECONDS, Count, LimiterUnavailable, limiter

COUNTS = "imagepro.rate_limits"
"""Where a request's counts are kept in its META, by the limit's name."""
OPEN = {"upload", "transform", "delivery"}
"""What is done all the same while nobody counts."""


class RateLimited(APIException):
    """429: this often, and no more."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    default_code = "rate_limited"

    def __init__(self, name: str, count: Count) -> None:
        self.wait = count.reset_seconds
        super().__init__(
            f"The limit is {count.limit} (RATE_LIMIT_{name.upper()});"
            f" try again in {self.wait} seconds."
        )


class CannotCount(APIException):
    """503: without a count this is not done."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "limiter_unavailable"
    default_detail = "The server that counts requests does not answer. Please try again."
    wait = PAUSE_SECONDS


def count(request: Request | HttpRequest, name: str, whose: str) -> None:
    """Count the request for the limit of this name, once. Raises RateLimited and CannotCount."""
    counts: dict[str, Count] = request.META.setdefault(COUNTS, {})
    if not settings.RATE_LIMITS_ON or name in counts:
        return
    limit = settings.RATE_LIMITS[name]
    # Keyed, because there are few addresses: a plain digest of one could be guessed.
    digest = salted_hmac("accounts.throttles", whose, algorithm="sha256").hexdigest()[:32]
    try:
        counts[name] = limiter().hit(limit, name, digest)
    except LimiterUnavailable as error:
        if name in OPEN:
            return
        raise CannotCount from error
    if not counts[name].allowed:
        raise RateLimited(name, counts[name])


def headers(request: HttpRequest) -> dict[str, str]:
    """What an answer says of the limits its request was counted for: the tightest of them."""
    counts: dict[str, Count] = request.META.get(COUNTS, {})
    if not counts:
        return {}
    tightest = min(counts.values(), key=lambda one: (one.allowed, one.remaining))
    return {
        "RateLimit-Limit": str(tightest.limit.amount),
        "RateLimit-Remaining": str(tightest.remaining),
        "RateLimit-Reset": str(tightest.reset_seconds),
    }


def count_password(request: HttpRequest, username: str) -> None:
    """Count an attempt to sign in with a password, by address and by name.

    The name as it was sent, known or not: what is refused tells nothing about who has an account.
    """
    count(request, "login", client_network(request.META))
    # In both cases: PostgreSQL finds "kim" also by a name with an i that has no dot.
    count(request, "login_name", username.lower().upper())


class Limit(BaseThrottle):
    """One limit of a view, asked before its body is read."""

    name: ClassVar[str]

    def whose(self, request: Request) -> str:
        """For whom it is counted."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count a request that the view answers; raises what `count` raises."""
        method = str(request.method)
        if method != "OPTIONS" and method in view.allowed_methods:
            count(request, self.name, self.whose(request))
        return True


class AddressLimit(Limit):
    """Counted for the client's address."""

    def whose(self, request: Request) -> str:
        """Its network, if it is an IPv6 address."""
        return client_network(request.META)


class UserLimit(Limit):
    """Counted for the user who asks."""

    def whose(self, request: Request) -> str:
        """The user's id."""
        return str(request.user.pk)


class RegisterLimit(AddressLimit):
    """New accounts."""

    name = "register"


class LoginLimit(AddressLimit):
    """Passwords tried; the name they are tried for is counted where they are checked."""

    name = "login"


class RefreshLimit(AddressLimit):
    """Tokens exchanged."""

    name = "refresh"


class AccountLimit(UserLimit):
    """Changes of one's own account, most of which check its password."""

    name = "account"


class UploadLimit(UserLimit):
    """Pictures uploaded."""

    name = "upload"


class TransformLimit(UserLimit):
    """Renditions asked for, or foretold."""

    name = "transform"


class DeliveryLimit(UserLimit):
    """Bytes fetched."""

    name = "delivery"
