"""What the OpenAPI document says and which addresses it shows."""

from typing import Any

Endpoint = tuple[str, str, str, Any]

_TEXT = {"type": "string"}
_WHERE = {"type": "object", "properties": {"path": _TEXT, "code": _TEXT, "detail": _TEXT}}
PROBLEM = {
    "type": "object",
    "description": "An error, as RFC 9457 has it; `errors` names the fields at fault.",
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "code": _TEXT,
        "errors": {"type": "array", "items": _WHERE},
    },
    "required": ["type", "title", "status", "detail", "code", "errors"],
}
_SECONDS = {"schema": {"type": "integer"}, "description": "Seconds."}
_NUMBER = {"schema": {"type": "integer"}, "description": "Requests."}
LIMITED = {
    "description": "Too many requests. Other answers have the `RateLimit-` headers too.",
    "headers": {
        "Retry-After": _SECONDS,
        "RateLimit-Limit": _NUMBER,
        "RateLimit-Remaining": _NUMBER,
        "RateLimit-Reset": _SECONDS,
    },
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "ImagePro",
    "DESCRIPTION": "Upload a picture with a list of operations, fetch the result.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "PREPROCESSING_HOOKS": ["imagepro.schema.documented"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "accounts.schema.deletion_body",
    ],
    "APPEND_COMPONENTS": {"schemas": {"Problem": PROBLEM}, "responses": {"RateLimited": LIMITED}},
    "ENUM_NAME_OVERRIDES": {
        "StatusEnum": "images.models.Status",
        "GravityEnum": "processing.gravity.COMPASS",
        "CropGravityEnum": "processing.gravity.CROP_GRAVITIES",
    },
}


def documented(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Accounts, and the API under its versioned address only; /api/… is the same thing again."""
    return [one for one in endpoints if one[0].startswith(("/accounts/", "/api/{version}/"))]
