"""The registry: every module of this folder is one operation, and nothing else is needed."""

from functools import reduce
from importlib import import_module
from operator import or_
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, TypeAdapter

from processing.operation import Operation

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

OPERATIONS: dict[str, type[Operation]] = {
    operation.model_fields["op"].default: operation
    for operation in sorted(Operation.__subclasses__(), key=lambda known: known.__name__)
}

if TYPE_CHECKING:
    AnyOperation = Operation
else:
    AnyOperation = Annotated[reduce(or_, OPERATIONS.values()), Field(discriminator="op")]

OPERATION: TypeAdapter[Operation] = TypeAdapter(AnyOperation)
"""Validates one canonical operation, and is where its JSON Schema comes from."""
