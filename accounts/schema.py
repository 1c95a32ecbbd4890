"""What the OpenAPI document says of accounts beyond what the views do."""

from typing import Any

from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme


class AccessTokenScheme(SimpleJWTScheme):  # type: ignore[no-untyped-call]
    """A bearer token, known by the class that checks it; drf-spectacular finds this by itself."""

    target_class = "accounts.authentication.AccessTokenAuthentication"
    name = "access"


def deletion_body(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The password that DELETE needs: drf-spectacular gives no DELETE a body."""
    password = {"type": "string", "writeOnly": True}
    schema = {"type": "object", "properties": {"password": password}, "required": ["password"]}
    body = {"content": {"application/json": {"schema": schema}}, "required": True}
    result["paths"]["/accounts/me/"]["delete"]["requestBody"] = body
    return result
