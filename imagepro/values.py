"""Variables of the environment that are more than text; what cannot be read names its variable."""

from ipaddress import IPv4Network, IPv6Network, ip_network

from django.core.exceptions import ImproperlyConfigured
from limits import RateLimitItem, parse_many

LONGEST_SECONDS = 366 * 24 * 3600
Network = IPv4Network | IPv6Network


def rate_limits(**texts: str) -> dict[str, RateLimitItem]:
    """The limits by name, from texts as "20/hour" or "300 per 5 minutes".

    `register` is read from RATE_LIMIT_REGISTER, and so on. Raises ImproperlyConfigured.
    """
    return {name: _rate(f"RATE_LIMIT_{name.upper()}", text) for name, text in texts.items()}


def _rate(variable: str, text: str) -> RateLimitItem:
    try:
        (limit,) = parse_many(text)
    except ValueError:
        limit = None
    if limit is None or limit.amount < 1 or limit.get_expiry() > LONGEST_SECONDS:
        raise ImproperlyConfigured(
            f"{variable} is {text!r}; it has to be one limit of at least 1 in at most a year,"
            " as 20/hour or 300 per 5 minutes."
        )
    return limit


def networks(variable: str, texts: list[str]) -> list[Network]:
    """The networks of addresses and CIDR ranges. Raises ImproperlyConfigured."""
    try:
        return [ip_network(text.strip()) for text in texts]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{variable} has to be addresses and ranges, as 10.0.0.0/8, with commas: {error}."
        ) from error
