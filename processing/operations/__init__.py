"""The registry: every module of this folder is one operation, and nothing else is needed."""

from collections.abc import Iterator
from functools import reduce
from importlib import import_module
from operator import or_
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, TypeAdapter

from processing.operation import Operation


def _defined_in(name: str) -> Iterator[type[Operation]]:
    """Yield the operations of a module, but not the base classes that it imports."""
    module = import_module(f"{__name__}.{name}")
    for value in vars(module).values():
        known = isinstance(value, type) and issubclass(value, Operation)
        if known and value.__module__ == module.__name__:
            yield value


_found = [operation for module in iter_modules(__path__) for operation in _defined_in(module.name)]

OPERATIONS: dict[str, type[Operation]] = {
    operation.model_fields["op"].default: operation
    for operation in sorted(_found, key=lambda known: known.__name__)
}
ALIASES: dict[str, tuple[type[Operation], dict[str, Any]]] = {
    alias: (operation, implied)
    for operation in OPERATIONS.values()
    for alias, implied in operation.aliases.items()
}
"""Other names for operations, each with the parameters that it implies."""

if TYPE_CHECKING:
    AnyOperation = Operation
else:
    AnyOperation = Annotated[reduce(or_, OPERATIONS.values()), Field(discriminator="op")]

OPERATION: TypeAdapter[Operation] = TypeAdapter(AnyOperation)
"""Validates one canonical operation, and is where its JSON Schema comes from."""
