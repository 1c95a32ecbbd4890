"""A pipeline in every accepted spelling, turned into the one canonical form."""

import difflib
import hashlib
import json
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from processing.errors import FieldError, InvalidPipeline, LimitExceeded
from processing.limits import Limits
from processing.operation import Operation
from processing.operations import OPERATIONS, AnyOperation
from processing.output import FORMATS, Output

# Items that say how the result is written, with the field each must have.
OUTPUT_ITEMS = {"convert": "format", "compress": "quality"}
ITEM_NAMES = sorted([*OPERATIONS, "filter", *OUTPUT_ITEMS])


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
            output.pop("quality", None)
            if form.quality is not None and not self.output.lossless:
                output["quality"] = self.output.quality or form.quality
        return {"operations": operations, "output": output}

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the canonical form, in hex: equal digests give equal results."""
        text = json.dumps(self.canonical(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def parse(value: object, limits: Limits) -> Pipeline:
    """Return the pipeline that decoded JSON asks for.

    Takes {"operations": [...], "output": {...}} or a bare list of operations. An item is
    {"op": "resize", ...}, {"operation_type": "resize", "parameters": {...}},
    {"op": "filter", "type": "sepia", ...}, or a convert or compress item, which sets the output:
    the last one wins, but none may contradict what `output` says.
    Raises InvalidPipeline with paths as the client sent them, or LimitExceeded.
    """
    if isinstance(value, list | tuple):
        value = {"operations": value}
    if not isinstance(value, Mapping):
        raise InvalidPipeline(
            [_wrong_type("operations", "a list of operations or an object with operations", value)]
        )
    parser = _Parser()
    parser.read(value, limits)
    if parser.errors:
        raise InvalidPipeline(parser.errors)
    return Pipeline(operations=tuple(parser.operations), output=Output(**parser.output))


@dataclass
class _Parser:
    """What has been read so far, and everything wrong with it."""

    operations: list[Operation] = field(default_factory=list)
    output: dict[str, Any] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)

    def read(self, value: Mapping[Any, Any], limits: Limits) -> None:
        for key in value.keys() - {"operations", "output"}:
            known = ["operations", "output"]
            self.errors.append(_unknown(_shown(key), "field", str(key), known, "A pipeline has"))
        items = value.get("operations", [])
        if not isinstance(items, list | tuple):
            self.errors.append(_wrong_type("operations", "a list of operations", items))
            return
        if len(items) > limits.max_operations:
            raise LimitExceeded(
                "too_many_operations",
                f"A pipeline may have {limits.max_operations} operations;"
                f" this one has {len(items)}.",
                "operations",
            )
        output = value.get("output", {})
        if isinstance(output, Mapping):
            said = self._output(dict(output), "output")
        else:
            self.errors.append(_wrong_type("output", "an object", output))
            said = {}
        self.output = dict(said)
        for number, item in enumerate(items):
            self._item(item, f"operations.{number}", said)

    def _item(self, item: object, path: str, said: dict[str, Any]) -> None:
        if not isinstance(item, Mapping):
            self.errors.append(_wrong_type(path, "an object with an op", item))
            return
        name_key, fields, inner = "op", dict(item), path
        if "operation_type" in item and "op" not in item:
            name_key, inner = "operation_type", f"{path}.parameters"
            fields = self._parameters(item, path)
        name = fields.pop("op", None) if name_key == "op" else item["operation_type"]
        name_path = f"{path}.{name_key}"
        if name == "filter":
            name, name_path = fields.pop("type", None), f"{inner}.type"
            known = sorted(OPERATIONS)
        else:
            known = ITEM_NAMES
        if not isinstance(name, str) or name not in known:
            self.errors.append(_unknown_operation(name_path, name, known))
        elif name in OUTPUT_ITEMS:
            self._output_item(name, fields, inner, said)
        else:
            self._operation(OPERATIONS[name], {**fields, "op": name}, inner)

    def _parameters(self, item: Mapping[Any, Any], path: str) -> dict[Any, Any]:
        for key in item.keys() - {"operation_type", "parameters"}:
            known = ["operation_type", "parameters"]
            self.errors.append(
                _unknown(f"{path}.{_shown(key)}", "field", str(key), known, "Such an item has")
            )
        parameters = item.get("parameters", {})
        if isinstance(parameters, Mapping):
            return {key: value for key, value in parameters.items() if key != "op"}
        self.errors.append(_wrong_type(f"{path}.parameters", "an object", parameters))
        return {}

    def _operation(self, model: type[Operation], fields: dict[Any, Any], path: str) -> None:
        try:
            self.operations.append(model.model_validate(fields))
        except ValidationError as error:
            self.errors += _field_errors(error, model, fields["op"], path)

    def _output(self, fields: dict[Any, Any], path: str) -> dict[str, Any]:
        try:
            return Output.model_validate(fields).model_dump(include=set(fields))
        except ValidationError as error:
            self.errors += _field_errors(error, Output, "output", path)
            return {}

    def _output_item(
        self, name: str, fields: dict[Any, Any], path: str, said: dict[str, Any]
    ) -> None:
        needed = OUTPUT_ITEMS[name]
        if fields.get(needed) is None:
            self.errors.append(
                FieldError(f"{path}.{needed}", "missing", f"{name} needs a {needed}.")
            )
            return
        for key, value in self._output(fields, path).items():
            if key in said and said[key] != value:
                detail = f"{name} says {value!r}, but output says {said[key]!r}: leave one out."
                self.errors.append(FieldError(f"{path}.{key}", "conflict", detail))
            self.output[key] = value


# --- Errors ----------------------------------------------------------------------------------


def _shown(value: object) -> str:
    """Return a value as JSON would, cut short: hostile values may be huge or endlessly deep."""
    try:
        return reprlib.repr(value) if not isinstance(value, str) else value[:60]
    except ValueError:
        return "a very long number"


def _sent(value: object) -> str:
    named = {None: "null", True: "true", False: "false"}
    if value is None or isinstance(value, bool):
        return named[value]
    return f'"{_shown(value)}"' if isinstance(value, str) else _shown(value)


def _wrong_type(path: str, expected: str, value: object) -> FieldError:
    return FieldError(path, "wrong_type", f"Expected {expected}, got {_sent(value)}.")


def _unknown(path: str, kind: str, name: str, known: list[str], owner: str) -> FieldError:
    near = difflib.get_close_matches(name[:60], known, 1)
    guess = f' Did you mean "{near[0]}"?' if near else ""
    listed = ", ".join(known) or "none"
    return FieldError(
        path, f"unknown_{kind}", f'There is no {kind} "{_shown(name)}".{guess} {owner}: {listed}.'
    )


def _unknown_operation(path: str, name: object, known: list[str]) -> FieldError:
    if isinstance(name, str):
        return _unknown(path, "operation", name, known, "Known operations")
    listed = ", ".join(known)
    got = "nothing" if name is None else _sent(name)
    return FieldError(path, "missing", f"Expected the name of an operation, got {got}: {listed}.")


def _field_errors(
    error: ValidationError, model: type[BaseModel], owner: str, path: str
) -> list[FieldError]:
    found = []
    for problem in error.errors(include_url=False, include_context=False):
        place = ".".join([path, *(_shown(part) for part in problem["loc"])])
        if problem["type"] == "extra_forbidden":
            known = [name for name in model.model_fields if name != "op"]
            name = str(problem["loc"][-1])
            found.append(_unknown(place, "parameter", name, known, f"{owner} takes"))
        elif not problem["loc"] or problem["type"] == "missing":
            found.append(FieldError(place, problem["type"], f"{problem['msg']}."))
        else:
            detail = f"{problem['msg']}, got {_sent(problem['input'])}."
            found.append(FieldError(place, problem["type"], detail))
    return found
