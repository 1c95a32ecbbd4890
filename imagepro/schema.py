"""Which addresses the OpenAPI document shows."""

from typing import Any

Endpoint = tuple[str, str, str, Any]


def documented(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Accounts, and the API under its versioned address only; /api/… is the same thing again."""
    return [one for one in endpoints if one[0].startswith(("/accounts/", "/api/{version}/"))]
