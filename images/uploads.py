"""Reading what a client sends: files in a form, or base64 in JSON, never more than is allowed."""

import base64
import binascii
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.base import ContentFile
from django.core.files.uploadhandler import FileUploadHandler
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser


def too_many_bytes(field: str) -> RequestDataTooBig:
    """The refusal of a file over the limit."""
    limit = settings.LIMITS.max_bytes
    return RequestDataTooBig(f"{field}: the file is over the limit of {limit} bytes.")


class CappedUploadHandler(FileUploadHandler):
    """Stop reading a form once one of its files is over the limit; stands before the others."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Count each file by itself."""
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002
        """Pass the chunk on to the next handler, or raise RequestDataTooBig."""
        self.received += len(raw_data)
        if self.received > settings.LIMITS.max_bytes:
            raise too_many_bytes(str(self.field_name))
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""


class PictureFormParser(MultiPartParser):
    """Forms with files, of which nothing stays in the temporary folder when one breaks off."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Fields and files."""
        try:
            return super().parse(stream, media_type, parser_context)
        except Exception:
            # The exception would keep them open for as long as nobody collects it.
            for handler in parser_context["request"].upload_handlers:
                handler.upload_interrupted()
            raise


@extend_schema_field(OpenApiTypes.BINARY)
class PictureField(serializers.FileField):
    """A file of a form, or a string with its bytes in base64, bare or as a data URI."""

    default_error_messages = {
        "invalid_base64": "Expected base64 or a data URI (data:image/png;base64,…).",
        "invalid": "Expected a file, or a string with its bytes in base64.",
    }

    def to_internal_value(self, data: Any) -> Any:
        """A Django File, whichever way it came."""
        if isinstance(data, str):
            data = self._decoded(data)
        return super().to_internal_value(data)

    def _decoded(self, text: str) -> "ContentFile[bytes]":
        if text.startswith("data:"):
            header, _, text = text.partition(",")
            if not header.endswith(";base64"):
                self.fail("invalid_base64")
        try:
            content = base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            self.fail("invalid_base64")
        if len(content) > settings.LIMITS.max_bytes:
            raise too_many_bytes(str(self.field_name))
        return ContentFile(content, name="upload")
