"""How fields with pipelines are described in the OpenAPI document: by the engine's models."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent


class PipelineJSON(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """The JSON Schema of what a JSONTextField decodes, its parts moved into the components."""

    target_class = "images.fields.JSONTextField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:  # noqa: ARG002
        """The schema, as pydantic makes it from the fields of the operations."""
        schema: dict[str, Any] = self.target.adapter.json_schema(
            ref_template="#/components/schemas/{model}"
        )
        for name, part in schema.pop("$defs", {}).items():
            component = ResolvedComponent(  # type: ignore[no-untyped-call]
                name, ResolvedComponent.SCHEMA, part, object=name
            )
            auto_schema.registry.register_on_missing(component)
        return schema
