"""What the engine is asked over HTTP without any work being done, and what it answers."""

from collections.abc import Mapping
from itertools import islice
from typing import Annotated, Any, Literal

from django.conf import settings
from drf_spectacular.utils import extend_schema_serializer
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from rest_framework import serializers

from images.fields import JSONTextField
from images.serializers import TransformSerializer
from processing.decode import SourceInfo, check
from processing.errors import MOST_ERRORS, ProcessingError, UnsupportedFormat
from processing.explain import field_errors, is_more_than, sent
from processing.limits import Limits
from processing.output import usual_name
from processing.parameters import integral
from processing.parsing import MOST_VALUES
from processing.pipeline import Pipeline

SOURCE_EXAMPLE = '{"width": 4000, "height": 3000, "format": "jpeg"}'
SOURCE_HELP = f"A picture as it might be: {SOURCE_EXAMPLE}."
WITH_ALPHA = ("LA", "PA", "RGBA")

Count = Annotated[int, Field(ge=1, le=10**9), BeforeValidator(integral)]


class Source(BaseModel):
    """A picture that need not exist, described as the header of its file would."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )

    width: Count
    """In pixels, as stored in the file."""
    height: Count
    """In pixels, as stored in the file."""
    format: Annotated[
        Literal["jpeg", "png", "gif", "webp", "avif", "tiff", "bmp"], BeforeValidator(usual_name)
    ]
    """Format of the file; the limits of an install say which are accepted."""
    frames: Count = 1
    """1 for a still picture."""
    has_alpha: bool = False
    """Whether it has any transparency."""
    mode: (
        Literal["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I", "F"]
        | None
    ) = None
    """Pillow's name for the kind of pixels; RGB, or RGBA where there is alpha, unless given."""
    orientation: Annotated[int, Field(ge=1, le=8), BeforeValidator(integral)] = 1
    """EXIF orientation; from 5 on width and height change places before any operation."""
    has_profile: bool = False
    """Whether the file has a colour profile."""

    def info(self) -> SourceInfo:
        """The same as the engine says it, with the sides as displayed."""
        alpha = self.has_alpha or self.mode in WITH_ALPHA
        turned = self.orientation >= 5
        return SourceInfo(
            format=self.format,
            width=self.height if turned else self.width,
            height=self.width if turned else self.height,
            frames=self.frames,
            mode=self.mode or ("RGBA" if alpha else "RGB"),
            has_alpha=alpha,
            orientation=self.orientation,
            has_profile=self.has_profile,
        )


class PlanSerializer(TransformSerializer):
    """Pipelines, and the picture they are planned for: one of your own, or a description."""

    image = serializers.UUIDField(required=False, help_text="Id of one of your images.")
    source = JSONTextField(  # type: ignore[assignment]  # Field.source is gone by then
        Source, required=False, help_text=SOURCE_HELP
    )

    def validate_source(self, value: Any) -> SourceInfo | None:
        """Understand the description and hold it against the limits, as those of a file."""
        if value is None:
            return None
        if not isinstance(value, Mapping) or is_more_than(value, MOST_VALUES):
            detail = f"Expected an object such as {SOURCE_EXAMPLE}, got {sent(value)}."
            raise serializers.ValidationError(detail, code="wrong_type")
        try:
            info = Source.model_validate(dict(value)).info()
        except ValidationError as error:
            raise serializers.ValidationError(_by_field(error)) from None
        try:
            if info.format not in settings.LIMITS.formats:
                accepted = ", ".join(settings.LIMITS.formats)
                raise UnsupportedFormat(
                    f"The format should be one of {accepted}; this is {info.format}."
                )
            check(info, settings.LIMITS)
        except ProcessingError as error:
            error.path = "source"
            raise
        return info

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Require one of image and source."""
        attrs = super().validate(attrs)
        if ("image" in attrs) == (attrs.get("source") is not None):
            detail = "Expected the picture in one field, image or source."
            raise serializers.ValidationError({"image": detail}, code="required")
        return attrs


def _by_field(error: ValidationError) -> dict[str, Any]:
    return {
        one.path or "non_field_errors": serializers.ErrorDetail(one.detail, one.code)
        for one in islice(field_errors(error, Source, "source", "", {}), MOST_ERRORS)
    }


class SizeSerializer(serializers.Serializer[Any]):
    """Width and height in pixels."""

    width = serializers.IntegerField()
    height = serializers.IntegerField()


class StepSerializer(SizeSerializer):
    """The picture after one operation."""

    op = serializers.CharField()
    exact = serializers.BooleanField(
        help_text="If false, only pixels can tell; this is it where they leave the most."
    )


class ResultSerializer(SizeSerializer):
    """The file that would be written; its size is exact where that of the last step is."""

    format = serializers.CharField()
    content_type = serializers.CharField()
    frames = serializers.IntegerField(help_text="1 where the format has no animation.")


class RemarkSerializer(serializers.Serializer[Any]):
    """Something about one field of the request."""

    path = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class PlannedSerializer(serializers.Serializer[Any]):
    """What would become of one pipeline; all null or empty but pipeline and digest at a limit."""

    name = serializers.CharField(allow_blank=True, help_text="That of the rendition, if any.")
    pipeline = JSONTextField(Pipeline, help_text="The canonical form of what was sent.")
    digest = serializers.CharField(help_text="SHA-256 of it: equal digests give equal results.")
    steps = StepSerializer(many=True)
    result = ResultSerializer(allow_null=True)
    decode = SizeSerializer(
        allow_null=True, help_text="How small the source is decoded: no larger than needed."
    )
    memory_bytes = serializers.IntegerField(
        allow_null=True, help_text="The most the work would hold at once, roughly."
    )
    limit = RemarkSerializer(allow_null=True, help_text="Why it cannot be done, if it cannot.")
    warnings = RemarkSerializer(
        many=True,
        help_text="enlarges, flattens_alpha, drops_frames, reduces_colours, converts_colours.",
    )


class PlansSerializer(serializers.Serializer[Any]):
    """One plan for each pipeline, in the order of the request."""

    plans = PlannedSerializer(many=True)


class OperationSerializer(serializers.Serializer[Any]):
    """One operation."""

    name = serializers.CharField()
    aliases = serializers.DictField(
        child=serializers.DictField(),
        help_text="Other names for it, each with the parameters that it implies.",
    )
    description = serializers.CharField()
    schema = serializers.DictField(help_text="JSON Schema of an item with this op.")
    example = serializers.DictField()
    changes_size = serializers.BooleanField()
    exact = serializers.BooleanField(
        help_text="Whether the size after it follows from the size before; else pixels decide."
    )


class OutputOptionsSerializer(serializers.Serializer[Any]):
    """What can be said about the file that is written."""

    description = serializers.CharField()
    schema = serializers.DictField(help_text="JSON Schema of `output`.")


@extend_schema_serializer(many=False)
class CatalogueSerializer(serializers.Serializer[Any]):
    """All that can be asked of the engine."""

    operations = OperationSerializer(many=True)
    output = OutputOptionsSerializer()
    limits = JSONTextField(Limits, help_text="Those of this install, in bytes, pixels or counts.")
