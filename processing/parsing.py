"""A pipeline in every accepted spelling, turned into the one canonical form."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from processing.errors import Complaints, FieldError, InvalidPipeline, LimitExceeded, joined
from processing.explain import (
    field_errors,
    is_more_than,
    shown,
    unknown,
    unknown_operation,
    wrong_type,
)
from processing.limits import Limits
from processing.operation import Operation
from processing.operations import ALIASES, OPERATIONS, AnyOperation
from processing.output import FORMATS, Output, has_quality
from processing.spellings import Reader, Step

PARTS = ("operations", "transformations", "output")

# Items that say how the result is written, with the fields of which each must have one: the first
# is what a bare value stands for.
OUTPUT_ITEMS = {
    **dict.fromkeys(("convert", "format"), ("format",)),
    **dict.fromkeys(("compress", "optimize", "quality"), ("quality", "max_bytes", "target_ssim")),
}
# What is always done first anyway.
DONE_ANYWAY = ("auto_orient", "autorotate", "exif_transpose")
ITEM_NAMES = sorted([*OPERATIONS, "filter", "convert", "compress"])

MOST_VALUES = 20_000
"""Values of one part of a pipeline: twice what the longest that can be meant has."""

SHORT_NAMES = {
    "w": "width",
    "h": "height",
    "q": "quality",
    "f": "format",
    "g": "gravity",
    "bg": "background",
}
"""What parameters are called for short, wherever there is one of that name."""
OUTPUT_ALIASES = {"to": "format"}


def as_tuple(value: object) -> object:
    """Take a list for a tuple: JSON has only one of them."""
    return tuple(value) if isinstance(value, list) else value


class Pipeline(BaseModel):
    """Operations in order, and how the result is written."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )

    operations: Annotated[tuple[AnyOperation, ...], BeforeValidator(as_tuple)] = ()
    """Applied one after the other, in the displayed picture: EXIF orientation comes first."""
    output: Output = Output()
    """Format, quality and metadata of the result."""

    def canonical(self) -> dict[str, Any]:
        """Return the JSON form with every default filled in; `parse` takes it back."""
        operations = [
            operation.model_dump(mode="json", exclude_none=True) for operation in self.operations
        ]
        output = self.output.model_dump(mode="json", exclude_none=True)
        form = FORMATS.get(self.output.format)
        if form is not None:
            # What is said and what goes without saying are the same picture.
            quality = output.pop("quality", None)
            if self.output.target_ssim is None:
                quality = quality or form.quality
            if quality and has_quality(self.output.format, self.output):
                output["quality"] = quality
            output["progressive"] &= self.output.format == "jpeg"
        return {"operations": operations, "output": output}

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the canonical form, in hex: equal digests give equal results."""
        text = json.dumps(self.canonical(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Parsed:
    """A pipeline, and where the client wrote each of its operations."""

    pipeline: Pipeline
    places: tuple[str, ...] = ()

    def place(self, path: str) -> str:
        """Return where the client wrote what stands at a path of the canonical form.

        "operations.0.width" may have been "transformations.resize.width".
        """
        part, _, rest = path.partition(".")
        number, _, name = rest.partition(".")
        if part != "operations" or not number.isdecimal() or int(number) >= len(self.places):
            return path
        return joined(self.places[int(number)], name)


def parse(value: object, limits: Limits) -> Pipeline:
    """Return the pipeline that decoded JSON asks for; see `read`."""
    return read(value, limits).pipeline


def read(value: object, limits: Limits) -> Parsed:
    """Return the pipeline that decoded JSON asks for, with the places of its operations.

    Takes {"operations": [...], "output": {...}}, a bare list of operations, or an object of
    `transformations`, whose order is fixed. An item of a list is {"op": "resize", ...},
    {"operation_type": "resize", "parameters": {...}}, {"op": "filter", "type": "sepia", ...}, a
    bare name, or a convert or compress item, which sets the output: the last one wins, but none may
    contradict what `output` says.
    Raises InvalidPipeline with at most MOST_ERRORS paths as the client sent them, or LimitExceeded.
    """
    if isinstance(value, list | tuple):
        value = {"operations": value}
    if not isinstance(value, Mapping):
        raise InvalidPipeline(
            [wrong_type("operations", "a list of operations or an object with operations", value)]
        )
    parser = _Parser()
    parser.read(value, limits)
    if parser.errors:
        raise InvalidPipeline(parser.errors)
    pipeline = Pipeline(operations=tuple(parser.operations), output=Output(**parser.output))
    return Parsed(pipeline, tuple(parser.places))


def main_parameter(model: type[Operation]) -> str:
    """Return the parameter that a bare value stands for, as in {"rotate": 90}: its first."""
    own = [name for name in model.model_fields if name in model.__annotations__ and name != "op"]
    return own[0] if own else ""


@dataclass
class _Parser:
    """What has been read so far, and everything wrong with it."""

    operations: list[Operation] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    output: dict[str, Any] = field(default_factory=dict)
    errors: Complaints = field(default_factory=Complaints)

    def read(self, value: Mapping[Any, Any], limits: Limits) -> None:
        for part in PARTS:
            self._check_amount(value.get(part), part, limits)
        for key in value.keys() - set(PARTS):
            self.errors.append(unknown(shown(key), "field", str(key), PARTS, "A pipeline has"))
        steps = self._steps(value)
        path = "operations" if "operations" in value else "transformations"
        self._check_number(steps, path, limits)
        output = value.get("output", {})
        if isinstance(output, Mapping):
            said = self._output(Step("output", "output", output, "output"), ())
        else:
            self.errors.append(wrong_type("output", "an object", output))
            said = {}
        self.output = dict(said)
        for step in steps:
            self._step(step, said)

    def _check_amount(self, part: object, path: str, limits: Limits) -> None:
        """Refuse more than any pipeline can mean before any of it is looked at."""
        if isinstance(part, list | tuple):
            self._check_number(part, path, limits)
        if is_more_than(part, MOST_VALUES):
            detail = f"A pipeline may have {MOST_VALUES} values here, nested ones included."
            raise LimitExceeded("too_many_values", f"{detail} This one has more.", path)

    def _check_number(self, steps: Sequence[object], path: str, limits: Limits) -> None:
        if len(steps) > limits.max_operations:
            detail = f"A pipeline may have {limits.max_operations} operations"
            raise LimitExceeded(
                "too_many_operations", f"{detail}; this one has {len(steps)}.", path
            )

    def _steps(self, value: Mapping[Any, Any]) -> list[Step]:
        reader = Reader(self.errors)
        if "transformations" not in value:
            return reader.listed(value.get("operations", []), "operations")
        if "operations" in value:
            detail = "Expected either operations or transformations, got both."
            self.errors.append(FieldError("transformations", "ambiguous", detail))
        return reader.transformations(value["transformations"], "transformations")

    def _step(self, step: Step, said: dict[str, Any]) -> None:
        name = step.name
        if not isinstance(name, str):
            self._unknown(step)
        elif name in OPERATIONS:
            self._operation(OPERATIONS[name], step, {})
        elif name in ALIASES:
            model, implied = ALIASES[name]
            self._operation(model, step, implied)
        elif name in OUTPUT_ITEMS and not step.is_filter:
            self._output_item(name, step, said)
        elif name not in DONE_ANYWAY or step.is_filter:
            self._unknown(step)

    def _unknown(self, step: Step) -> None:
        known = OPERATIONS if step.is_filter else ITEM_NAMES
        self.errors.append(unknown_operation(step.name_path, step.name, sorted(known), ALIASES))

    def _operation(self, model: type[Operation], step: Step, implied: Mapping[str, Any]) -> None:
        name = model.model_fields["op"].default
        fields, spelled = self._fields(model, step, main_parameter(model), model.parameter_aliases)
        try:
            self.operations.append(model.model_validate({**implied, **fields, "op": name}))
            self.places.append(step.path)
        except ValidationError as error:
            for one in field_errors(error, model, name, step.path, spelled):
                self.errors.append(one)

    def _output_item(self, name: str, step: Step, said: dict[str, Any]) -> None:
        for key, value in self._output(step, OUTPUT_ITEMS[name]).items():
            if key in said and said[key] != value:
                detail = f"{name} says {value!r}, but output says {said[key]!r}: leave one out."
                self.errors.append(FieldError(step.place(key), "conflict", detail))
            self.output[key] = value

    def _output(self, step: Step, needed: tuple[str, ...]) -> dict[str, Any]:
        main = needed[0] if needed else ""
        fields, spelled = self._fields(Output, step, main, OUTPUT_ALIASES)
        if needed and all(fields.get(name) is None for name in needed):
            detail = f"{step.name} needs a {' or '.join(needed)}."
            self.errors.append(FieldError(joined(step.path, main), "missing", detail))
            return {}
        try:
            return Output.model_validate(fields).model_dump(include=set(fields))
        except ValidationError as error:
            for one in field_errors(error, Output, "output", step.path, spelled):
                self.errors.append(one)
            return {}

    def _fields(
        self, model: type[BaseModel], step: Step, main: str, aliases: Mapping[str, str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the parameters by their own names, and what the client called them."""
        known, sent = model.model_fields.keys() - {"op"}, step.parameters
        if not isinstance(sent, Mapping):
            if main:
                return {main: sent}, {main: ""}
            expected = f"true, as {step.name} has no parameters"
            self.errors.append(wrong_type(step.path, expected, sent))
            return {}, {}
        fields: dict[str, Any] = {}
        spelled: dict[str, str] = {}
        for key, value in sent.items():
            other = aliases.get(key) or SHORT_NAMES.get(key, "")
            name = other if key not in known and other in known else key
            if name in fields:
                detail = f"{spelled.get(name, name)} and {key} are the same: leave one out."
                self.errors.append(FieldError(joined(step.path, key), "conflict", detail))
            fields[name], spelled[name] = value, key
        return fields, spelled
