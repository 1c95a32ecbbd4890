"""Pipelines as clients send them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

from django.conf import settings
from pydantic import TypeAdapter, WithJsonSchema
from rest_framework import serializers
from typing_extensions import TypedDict

from images.planning import Wanted
from processing.errors import FieldError, InvalidPipeline, LimitExceeded, joined
from processing.explain import shown
from processing.operations import AnyOperation
from processing.operations.text import Text
from processing.output import Output
from processing.parsing import PARTS, Pipeline, read
from processing.spellings import TRANSFORMATIONS

NAME_LENGTH = 64
MOST_TEXT = 20_000
"""Characters of all texts of a request. Whether they fit is worked out before it is answered, \
which takes up to 50 microseconds a character: 20 renditions may each have the longest text."""


Transformations = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "description": "Operations by name, in the order crop, resize, rotate, flip, mirror,"
            " filters, watermark, whatever theirs is here; format and compress set the output.",
            "properties": {name: {} for name in TRANSFORMATIONS},
            "additionalProperties": False,
        }
    ),
]


class WantedRendition(TypedDict, total=False):
    """One of several pipelines asked for at once."""

    name: str
    operations: list[AnyOperation]
    transformations: Transformations
    output: Output
    pipeline: Pipeline


class JSONTextField(serializers.Field[Any, Any, Any, Any]):
    """A JSON value; a string is decoded, since that is how a form carries one. Blank is none."""

    def __init__(self, shape: Any, **options: Any) -> None:
        """`shape` is the type the value should have: the API reference shows it."""
        super().__init__(**options)
        self.adapter: TypeAdapter[Any] = TypeAdapter(shape)

    default_error_messages = {"invalid_json": "Expected valid JSON: {reason}."}

    def to_internal_value(self, data: Any) -> Any:
        """The decoded value."""
        if not isinstance(data, str):
            return data
        if not data.strip():
            return None
        try:
            return json.loads(data)
        except ValueError as error:
            self.fail("invalid_json", reason=error)

    def to_representation(self, value: Any) -> Any:
        """The value as it is."""
        return value


def wanted_pipelines(sent: dict[str, Any]) -> list[Wanted]:
    """The pipelines of one request, from the fields that ask for work.

    Raises InvalidPipeline or LimitExceeded, whose paths are the client's own.
    """
    wanted = list(_single(sent))
    renditions = sent.get("renditions")
    if renditions is None:
        return moderate(wanted)
    if not isinstance(renditions, list):
        raise _invalid("renditions", "list_type", "Expected a list of renditions", renditions)
    limit = settings.LIMITS.max_renditions
    if len(wanted) + len(renditions) > limit:
        detail = f"{len(renditions)} renditions were asked for; the limit is {limit}."
        raise LimitExceeded("too_many_renditions", detail, "renditions")
    named = [_named(item, f"renditions.{n}") for n, item in enumerate(renditions)]
    return moderate(wanted + named)


def moderate(wanted: list[Wanted]) -> list[Wanted]:
    """Return them; raises LimitExceeded when their texts are more than a request may measure."""
    together = 0
    for one in wanted:
        for number, operation in enumerate(one.pipeline.operations):
            together += len(operation.text) if isinstance(operation, Text) else 0
            if together > MOST_TEXT:
                detail = f"The texts of a request may have {MOST_TEXT} characters together"
                path = one.place(f"operations.{number}.text")
                raise LimitExceeded("too_much_text", f"{detail}; these have more.", path)
    return wanted


def _single(sent: dict[str, Any], at: str = "") -> Iterator[Wanted]:
    """The pipeline that stands in this object itself, if one does."""
    parts = {key: sent[key] for key in PARTS if sent.get(key) is not None}
    whole = sent.get("pipeline")
    if whole is not None and parts:
        detail = "Expected either pipeline, or operations and output, got both"
        raise _invalid(f"{at}pipeline", "ambiguous", detail, whole)
    if whole is not None:
        yield _wanted(whole, f"{at}pipeline")
    elif isinstance(parts.get("operations"), dict) and len(parts) == 1:
        yield _wanted(parts["operations"], f"{at}operations")
    elif parts:
        yield _wanted(parts, at.rstrip("."))


def _named(item: Any, path: str) -> Wanted:
    """One item of `renditions`: a pipeline in any spelling, with a name beside it."""
    if not isinstance(item, dict):
        raise _invalid(path, "dict_type", "Expected an object with a name and operations", item)
    name = item.get("name", "")
    if not isinstance(name, str) or len(name) > NAME_LENGTH or not _storable(name):
        detail = f"Expected a name of at most {NAME_LENGTH} characters"
        raise _invalid(f"{path}.name", "invalid_name", detail, name)
    unknown = sorted(set(item) - set(WantedRendition.__annotations__))
    if unknown:
        detail = f"Known are {', '.join(WantedRendition.__annotations__)}"
        raise _invalid(f"{path}.{shown(unknown[0])}", "unknown_field", detail, unknown[0])
    for wanted in _single(item, f"{path}."):
        return replace(wanted, name=name)
    known = ", ".join(key for key in WantedRendition.__annotations__ if key != "name")
    raise _invalid(path, "missing", f"Expected one of {known}", item)


def _storable(text: str) -> bool:
    """Whether the database takes it: no NUL, and no half of a surrogate pair."""
    return "\x00" not in text and text.encode(errors="ignore").decode() == text


def _wanted(value: Any, path: str) -> Wanted:
    """The engine's reading of it, with its complaints placed inside the request."""
    try:
        return Wanted(parsed=read(value, settings.LIMITS), path=path)
    except InvalidPipeline as error:
        raise InvalidPipeline(
            [replace(e, path=joined(path, e.path)) for e in error.errors]
        ) from None
    except LimitExceeded as error:
        error.path = joined(path, error.path)
        raise


def _invalid(path: str, code: str, expected: str, got: Any) -> InvalidPipeline:
    shown = repr(got)
    shown = shown if len(shown) <= 80 else shown[:77] + "…"
    return InvalidPipeline([FieldError(path, code, f"{expected}; got {shown}.")])
