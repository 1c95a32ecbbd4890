"""What the OpenAPI document says of accounts beyond what the views do."""

from typing import Any

from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from accounts.permissions import USUAL_SCOPES


class AccessTokenScheme(SimpleJWTScheme):  # type: ignore[no-untyped-call]
    """A bearer token, known by the class that checks it; drf-spectacular finds this by itself."""

    target_class = "accounts.authentication.AccessTokenAuthentication"
    name = "access"


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """An API key, for the methods a view lets one be used for."""

    target_class = "accounts.authentication.ApiKeyAuthentication"
    name = "api_key"

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[Any]] | list[Any]:
        """The scheme's name, or nothing where API keys are refused."""
        scopes = getattr(auto_schema.view, "key_scopes", USUAL_SCOPES)
        return {self.name: []} if auto_schema.method in scopes else []

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:  # noqa: ARG002
        """How it is sent, and what its scopes allow."""
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "ipk_…",
            "description": "An API key. Its scope `read` is for GET, HEAD, OPTIONS and dry runs, "
            "`write` for everything else.",
        }


class LimitedSchema(AutoSchema):
    """drf-spectacular's, with a 429 where a view has a rate limit."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """What the document says of one method of one address."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is not None and self.view.get_throttles():
            operation["responses"]["429"] = {"$ref": "#/components/responses/RateLimited"}
        return operation


def deletion_body(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The password that DELETE needs: drf-spectacular gives no DELETE a body."""
    password = {"type": "string", "writeOnly": True}
    schema = {"type": "object", "properties": {"password": password}, "required": ["password"]}
    body = {"content": {"application/json": {"schema": schema}}, "required": True}
    result["paths"]["/accounts/me/"]["delete"]["requestBody"] = body
    return result
