"""The ways clients write pipelines, as one list of steps; only their shape is checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from processing.errors import FieldError, joined
from processing.explain import shown, unknown, wrong_type

# Under which key an item of a list has its name, and its parameters when they do not stand beside.
NAME_KEYS = ("op", "operation_type", "operation")
PARAMETER_KEYS = ("parameters", "params")
FILTER_KEYS = ("type", "filter_type", "name")

# A `transformations` object has no order of its own: this is it. Filters stand where None is.
BEFORE_FILTERS = ("crop", "resize", "rotate", "flip", "mirror")
AFTER_FILTERS = ("watermark", "text", "format", "convert", "compress", "quality")
TRANSFORMATIONS = (*BEFORE_FILTERS, "filters", *AFTER_FILTERS)


@dataclass(frozen=True)
class Step:
    """One thing a client asks for, with the places where it stands."""

    name: object
    name_path: str
    parameters: object
    """An object with parameters, or the one value of the most important of them."""
    path: str
    """Where the parameters stand."""
    is_filter: bool = False
    """Whether only an operation will do, and nothing that sets the output."""

    def place(self, parameter: str) -> str:
        """Return where a parameter stands: a bare value stands for itself."""
        return joined(self.path, parameter) if isinstance(self.parameters, Mapping) else self.path


@dataclass
class Reader:
    """Reads lists and objects of steps, and collects what is wrong with their shape."""

    errors: list[FieldError]

    def listed(self, items: object, path: str) -> list[Step]:
        """Read a list of items."""
        if not isinstance(items, list | tuple):
            self.errors.append(wrong_type(path, "a list of operations", items))
            return []
        found = (self._item(item, f"{path}.{number}") for number, item in enumerate(items))
        return [step for step in found if step is not None]

    def _item(self, item: object, path: str) -> Step | None:
        if isinstance(item, str):
            return Step(item, path, {}, path)
        if not isinstance(item, Mapping):
            self.errors.append(wrong_type(path, "an object with an op", item))
            return None
        key = next((key for key in NAME_KEYS if key in item), "op")
        step = self._parameters(item, key, path)
        if step is None or step.name != "filter" or not isinstance(step.parameters, Mapping):
            return step
        parameters = dict(step.parameters)
        key = next((key for key in FILTER_KEYS if key in parameters), "type")
        name = parameters.pop(key, None)
        return Step(name, f"{step.path}.{key}", parameters, step.path, is_filter=True)

    def _parameters(self, item: Mapping[Any, Any], key: str, path: str) -> Step | None:
        """Read the parameters of an item: those beside its name, or one level below it."""
        name, name_path = item.get(key), f"{path}.{key}"
        beside = {other: value for other, value in item.items() if other != key}
        below = next((one for one in PARAMETER_KEYS if one in beside), None)
        if below is None:
            return Step(name, name_path, beside, path)
        for other in beside.keys() - {below}:
            place, known = f"{path}.{shown(other)}", [key, below]
            self.errors.append(unknown(place, "field", str(other), known, "Such an item has"))
        parameters, place = beside[below], f"{path}.{below}"
        if not isinstance(parameters, Mapping):
            self.errors.append(wrong_type(place, "an object", parameters))
            return None
        return Step(name, name_path, parameters, place)

    def transformations(self, value: object, path: str) -> list[Step]:
        """Read an object of transformations, in the order that is fixed for it."""
        if not isinstance(value, Mapping):
            self.errors.append(wrong_type(path, "an object of transformations", value))
            return []
        for key in value.keys() - set(TRANSFORMATIONS):
            place, owner = f"{path}.{shown(key)}", "Transformations are"
            self.errors.append(unknown(place, "field", str(key), TRANSFORMATIONS, owner))
        steps: list[Step] = []
        for key in TRANSFORMATIONS:
            if key == "filters":
                steps += self._filters(value.get(key), f"{path}.{key}")
            else:
                steps += _wanted(key, value.get(key), f"{path}.{key}")
        return steps

    def _filters(self, value: object, path: str) -> Iterator[Step]:
        """Read filters: an object of names, or a list as operations are one."""
        if isinstance(value, list | tuple):
            yield from (replace(step, is_filter=True) for step in self.listed(value, path))
        elif isinstance(value, Mapping):
            for name, parameters in value.items():
                for step in _wanted(name, parameters, f"{path}.{shown(name)}"):
                    yield replace(step, is_filter=True)
        elif value is not None:
            expected = "an object of filters, or a list of their names"
            self.errors.append(wrong_type(path, expected, value))


def _wanted(name: object, value: object, path: str) -> Iterator[Step]:
    """Yield the step of this name, unless it is switched off."""
    if value is None or value is False:
        return
    if name == "watermark" and _is_text(value):
        name = "text"
    yield Step(name, path, {} if value is True else value, path)


def _is_text(watermark: object) -> bool:
    """Tell whether a watermark is words: that is what a string is, a picture having to be named."""
    if isinstance(watermark, Mapping):
        return "text" in watermark and "image" not in watermark
    return isinstance(watermark, str)
