"""Words for what a client got wrong: what was expected, what was sent, the nearest known name."""

import difflib
import re
import reprlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from processing.errors import FieldError, joined

_QUOTED = re.compile(r"'([^']+)'")


def shown(value: object) -> str:
    """Return a value as JSON would, cut short: hostile values may be huge or endlessly deep."""
    try:
        return reprlib.repr(value) if not isinstance(value, str) else value[:60]
    except ValueError:
        return "a very long number"


def sent(value: object) -> str:
    """Return a value as the client wrote it: null, true, "text"."""
    named = {None: "null", True: "true", False: "false"}
    if value is None or isinstance(value, bool):
        return named[value]
    return f'"{shown(value)}"' if isinstance(value, str) else shown(value)


def is_more_than(value: object, most: int) -> bool:
    """Tell whether decoded JSON has more values, nested ones included; stops counting there."""
    nested, count = [value], 0
    while nested:
        one = nested.pop()
        if isinstance(one, Mapping | list | tuple):
            count += len(one)
            if count > most:
                return True
            nested.extend(one.values() if isinstance(one, Mapping) else one)
    return False


def nearest(name: object, known: Iterable[str]) -> str:
    """Return " Did you mean …?" where one of the known names resembles this one."""
    if not isinstance(name, str):
        return ""
    near = difflib.get_close_matches(name[:60].lower(), list(known), 1)
    return f' Did you mean "{near[0]}"?' if near else ""


def wrong_type(path: str, expected: str, value: object) -> FieldError:
    """Say that something else should stand here."""
    return FieldError(path, "wrong_type", f"Expected {expected}, got {sent(value)}.")


def unknown(path: str, kind: str, name: str, known: Iterable[str], owner: str) -> FieldError:
    """Say that there is nothing of this name, and what there is."""
    known = list(known)
    listed = ", ".join(known) or "none"
    return FieldError(
        path,
        f"unknown_{kind}",
        f'There is no {kind} "{shown(name)}".{nearest(name, known)} {owner}: {listed}.',
    )


def unknown_operation(
    path: str, name: object, names: Iterable[str], aliases: Iterable[str]
) -> FieldError:
    """Say that no operation has this name; `aliases` help to guess, but are not listed."""
    listed = ", ".join(names)
    if isinstance(name, str):
        guess = nearest(name, [*names, *aliases])
        detail = f'There is no operation "{shown(name)}".{guess} Known operations: {listed}.'
        return FieldError(path, "unknown_operation", detail)
    got = "nothing" if name is None else sent(name)
    return FieldError(path, "missing", f"Expected the name of an operation, got {got}: {listed}.")


def field_errors(
    error: ValidationError,
    model: type[BaseModel],
    owner: str,
    path: str,
    spelled: Mapping[str, str],
) -> Iterator[FieldError]:
    """Say what is wrong with each field of a model; `spelled` is what the client called them."""
    for problem in error.errors(include_url=False, include_context=False):
        first, *rest = [shown(part) for part in problem["loc"]] or [""]
        place = joined(path, ".".join([spelled.get(first, first), *rest]))
        if problem["type"] == "extra_forbidden":
            known = [name for name in model.model_fields if name != "op"]
            yield unknown(place, "parameter", str(problem["loc"][-1]), known, f"{owner} takes")
        elif not problem["loc"] or problem["type"] == "missing":
            yield FieldError(place, problem["type"], f"{problem['msg']}.")
        else:
            yield FieldError(place, problem["type"], _refusal(problem))


def _refusal(problem: Any) -> str:
    guess = ""
    if problem["type"] == "literal_error":
        guess = nearest(problem["input"], _QUOTED.findall(problem["msg"]))
    return f"{problem['msg']}, got {sent(problem['input'])}.{guess}"
