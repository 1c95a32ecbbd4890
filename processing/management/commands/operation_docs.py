"""Write the reference of operations from their fields and docstrings."""

import json
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from inspect import getdoc
from itertools import zip_longest
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from pydantic import BaseModel

from processing.operation import Operation
from processing.operations import OPERATIONS
from processing.output import Output

README = "README.md"
REFERENCE = "docs/reference/operations.md"
MARKED = re.compile(r"(<!-- operations:start -->\n).*?(<!-- operations:end -->)", re.DOTALL)


class Command(BaseCommand):
    """Write the tables of operations into README.md and docs/reference/operations.md."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --check."""
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail when a table is out of date"
        )

    def handle(self, *, check: bool, **_: Any) -> None:
        """Write, or compare, both files."""
        for name, text in ((README, summary()), (REFERENCE, reference())):
            path = Path(settings.BASE_DIR) / name
            old = path.read_text() if path.exists() else ""
            if not MARKED.search(old):
                raise CommandError(f"{name} should hold the two markers of operations.")
            new = MARKED.sub(lambda found, text=text: f"{found[1]}{text}{found[2]}", old)  # type: ignore[misc]
            if check and new != old:
                raise CommandError(f"{name} is out of date. Run: ./run manage operation_docs")
            if not check:
                path.write_text(new)


def summary() -> str:
    """Return a table of all operations, two to a row, with links into the reference."""
    cells = [
        f"[{name}]({REFERENCE}#{name}) | {(model.__doc__ or '').strip()}"
        for name, model in OPERATIONS.items()
    ]
    pairs = zip_longest(cells[::2], cells[1::2], fillvalue=" | ")
    rows = [f"| {left} | {right} |" for left, right in pairs]
    return "\n".join(["| op | | op | |", "|---|---|---|---|", *rows]) + "\n"


def reference() -> str:
    """Return a section for each operation, and one for the output."""
    sections = []
    for name, model in OPERATIONS.items():
        about = "\n\n".join([getdoc(model) or "", *other_names(model)])
        example = f"```json\n{json.dumps(model.example)}\n```"
        sections.append(f"## {name}\n\n{about}\n\n{table(model)}{example}\n")
    sections.append(f"## output\n\n{getdoc(Output)}\n\n{table(Output)}")
    return "\n" + "\n".join(sections)


def other_names(model: type[Operation]) -> Iterator[str]:
    """Yield a sentence on what else the operation and its parameters may be called."""
    names = [
        f"`{alias}`" + (f" (with {json.dumps(implied)})" if implied else "")
        for alias, implied in model.aliases.items()
    ]
    names += [f"`{alias}` for `{name}`" for alias, name in model.parameter_aliases.items()]
    if names:
        yield f"Also accepted: {', '.join(names)}."


def table(model: type[BaseModel]) -> str:
    """Return the parameters of a model as a table, or nothing when it has none."""
    parameters = parameters_of(model)
    if not parameters:
        return ""
    rows = ["| parameter | values | default | meaning |", "|---|---|---|---|"]
    rows += [
        f"| `{name}` | {kind} | {default} | {about} |" for name, default, kind, about in parameters
    ]
    return "\n".join(rows) + "\n\n"


def parameters_of(model: type[BaseModel]) -> list[tuple[str, str, str, str]]:
    """Return name, default, values and meaning of each parameter, what must be given first."""
    schema = model.model_json_schema()
    properties, required = schema["properties"], schema.get("required", ())
    return [
        (name, shown(field.get("default")), values(field), field.get("description", ""))
        for name, field in sorted(properties.items(), key=lambda item: item[0] not in required)
        if name != "op"
    ]


def shown(default: object) -> str:
    """Return a default as a client would write it."""
    named = {"#00000000": "transparent", "#ffffffff": "white", None: ""}
    if default is None or isinstance(default, str):
        return named.get(default, str(default))
    return json.dumps(default)


def values(schema: dict[str, Any]) -> str:
    """Return in words what a JSON Schema lets through."""
    if "anyOf" in schema:
        return " or ".join(values(one) for one in schema["anyOf"] if one.get("type") != "null")
    if "enum" in schema:
        return " · ".join(schema["enum"])
    if "maximum" in schema:
        return f"{schema['minimum']}–{schema['maximum']}"
    if "minimum" in schema:
        return f"from {schema['minimum']}"
    words = {
        "percentage": '`"25%"`',
        "color": "colour",
        "uuid": "the id of an image",
        "ratio": '`"16:9"`',
        "boolean": "true · false",
        "array": "a list",
        "string": "text",
        "font": "name of a font",
    }
    return words[schema.get("format", schema["type"])]
