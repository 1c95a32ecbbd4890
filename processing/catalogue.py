"""What the engine can do, as data: for forms, clients and whoever asks."""

from dataclasses import asdict
from inspect import getdoc
from typing import Any

from pydantic import BaseModel

from processing.limits import Limits
from processing.operation import Operation
from processing.operations import OPERATIONS
from processing.output import Output


def catalogue(limits: Limits) -> dict[str, Any]:
    """Return every operation, what can be said about the output, and the limits of an install.

    Each JSON Schema stands by itself: what it refers to is in its own $defs.
    """
    return {
        "operations": [_operation(name, model) for name, model in OPERATIONS.items()],
        "output": _described(Output),
        "limits": asdict(limits),
    }


def _operation(name: str, model: type[Operation]) -> dict[str, Any]:
    return {
        "name": name,
        "aliases": model.aliases,
        **_described(model),
        "example": model.example,
        "changes_size": model.size_after is not Operation.size_after,
        "exact": model.exact,
    }


def _described(model: type[BaseModel]) -> dict[str, Any]:
    return {"description": getdoc(model) or "", "schema": model.model_json_schema()}
