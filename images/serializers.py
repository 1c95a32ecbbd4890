"""What clients send and what they are answered."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from images.addresses import address
from images.fields import JSONTextField, Transformations, WantedRendition, wanted_pipelines
from images.models import Image, Rendition, Status
from images.names import name_of
from images.negotiation import negotiated
from images.uploads import PictureField
from processing.operations import AnyOperation
from processing.output import Output
from processing.pipeline import Pipeline

OPERATIONS_HELP = 'Operations in order: [{"op": "resize", "width": 800}].'
OUTPUT_HELP = 'How the result is written: {"format": "webp", "quality": 80}.'
TRANSFORMATIONS_HELP = (
    'Operations by name, instead of a list, in a fixed order: {"resize": {"width": 800}}.'
)
PIPELINE_HELP = "Operations and output in one object, instead of the two."
RENDITIONS_HELP = (
    'Several pipelines at once: [{"name": "small", "operations": […], "output": {…}}].'
)


class PipelineSerializer(serializers.Serializer[Any]):
    """The fields by which work is asked for; afterwards `wanted` holds the pipelines."""

    operations = JSONTextField(list[AnyOperation], required=False, help_text=OPERATIONS_HELP)
    transformations = JSONTextField(Transformations, required=False, help_text=TRANSFORMATIONS_HELP)
    output = JSONTextField(Output, required=False, help_text=OUTPUT_HELP)
    pipeline = JSONTextField(Pipeline, required=False, help_text=PIPELINE_HELP)
    renditions = JSONTextField(list[WantedRendition], required=False, help_text=RENDITIONS_HELP)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Understand the pipelines."""
        attrs = super().validate(attrs)
        accept = self.context["request"].headers.get("Accept", "")
        attrs["wanted"] = [negotiated(one, accept) for one in wanted_pipelines(attrs)]
        return attrs


class PictureSerializer(serializers.Serializer[Any]):
    """The fields by which a picture is handed in; afterwards `picture` holds its file.

    It is None where the picture is to be fetched from `url`.
    """

    image = PictureField(required=False, help_text="The picture: a file, or base64 in JSON.")
    file = PictureField(required=False, help_text="Another name for image.")
    url = serializers.CharField(
        required=False,
        help_text="An http(s) address on the public internet from which the picture is fetched.",
    )
    name = serializers.CharField(
        max_length=255, required=False, help_text="Defaults to the name of the file."
    )
    keep = serializers.BooleanField(default=False, help_text="Never expires when true.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Settle which of the three fields holds the picture."""
        attrs = super().validate(attrs)
        if sum(field in attrs for field in ("image", "file", "url")) != 1:
            detail = "Expected the picture in one field: image, file or url."
            raise serializers.ValidationError({"image": detail}, code="required")
        attrs["picture"] = picture = attrs.get("image") or attrs.get("file")
        attrs.setdefault("name", picture.name[:255] if picture else name_of(attrs["url"]))
        return attrs


class UploadSerializer(PictureSerializer, PipelineSerializer):
    """A picture and the work on it."""


class TransformSerializer(PipelineSerializer):
    """More work on a stored picture."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Require some."""
        attrs = super().validate(attrs)
        if not attrs["wanted"]:
            detail = "Expected operations, transformations, output, pipeline or renditions."
            raise serializers.ValidationError({"operations": detail}, code="required")
        return attrs


class ErrorSerializer(serializers.Serializer[Any]):
    """Why the work failed."""

    code = serializers.CharField()
    detail = serializers.CharField()


class RenditionSerializer(serializers.ModelSerializer[Rendition]):
    """One pipeline asked of one image."""

    url = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=Status.choices, read_only=True)
    error = ErrorSerializer(read_only=True, allow_null=True)
    download_url = serializers.SerializerMethodField()

    class Meta:
        model = Rendition
        fields = [
            *("id", "url", "image", "name", "status", "pipeline", "format", "width", "height"),
            *("frames", "bytes", "error", "download_url"),
            *("created_at", "started_at", "finished_at"),
        ]
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, rendition: Rendition) -> str:
        """Its own address."""
        return address(self.context["request"], "rendition-detail", rendition.pk)

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_download_url(self, rendition: Rendition) -> str | None:
        """Where its bytes are, once it is completed."""
        if rendition.status != Status.COMPLETED:
            return None
        return address(self.context["request"], "rendition-download", rendition.pk)


class ImageSerializer(serializers.ModelSerializer[Image]):
    """An uploaded picture and the work on it."""

    url = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=Status.choices, read_only=True)
    error = ErrorSerializer(read_only=True, allow_null=True)
    original_url = serializers.SerializerMethodField()
    download_url = serializers.SerializerMethodField()
    renditions = RenditionSerializer(many=True, read_only=True)

    class Meta:
        model = Image
        fields = [
            *("id", "url", "name", "status", "error", "format", "width", "height", "frames"),
            *("bytes", "keep", "created_at", "first_downloaded_at", "expires_at"),
            *("original_url", "download_url", "renditions"),
        ]
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, image: Image) -> str:
        """Its own address."""
        return address(self.context["request"], "image-detail", image.pk)

    @extend_schema_field(OpenApiTypes.URI)
    def get_original_url(self, image: Image) -> str:
        """Where the uploaded bytes are; reading them starts no clock."""
        return address(self.context["request"], "image-original", image.pk)

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_download_url(self, image: Image) -> str | None:
        """Where the first rendition is, once completed; the first GET starts the clock."""
        first = next(iter(image.asked), None)
        if first is not None and first.status != Status.COMPLETED:
            return None
        return address(self.context["request"], "image-download", image.pk)


class ImageUpdateSerializer(serializers.ModelSerializer[Image]):
    """What the owner may change."""

    class Meta:
        model = Image
        fields = ["name", "keep"]


class AmountsSerializer(serializers.Serializer[Any]):
    """Pictures, and the bytes of originals and results together; null is any number."""

    images = serializers.IntegerField(allow_null=True)
    bytes = serializers.IntegerField(allow_null=True)


@extend_schema_serializer(many=False)
class UsageSerializer(serializers.Serializer[Any]):
    """What you have stored, and what you may."""

    usage = AmountsSerializer()
    limits = AmountsSerializer()


class RenditionsSerializer(serializers.Serializer[Any]):
    """The renditions that were asked for, new or known."""

    renditions = RenditionSerializer(many=True)
