"""Pipelines of more than anybody means: refused before they cost anything."""

from typing import Any

import pytest

from processing.errors import InvalidPipeline, LimitExceeded
from processing.limits import Limits
from processing.pipeline import parse

LIMITS = Limits()
MANY: dict[str, Any] = {f"w{number}": 1 for number in range(20_000)}
FULL = [{"left": 0, "top": 0, "width": 9, "height": 9}] * 100


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ([{"op": "resize", **MANY}], "operations"),
        ([{"op": "redact", "regions": [MANY]}], "operations"),
        ([{"op": "redact", "regions": [[1]] * 10_000}], "operations"),
        ({"transformations": {"filters": MANY, "flip": True}}, "transformations"),
        ({"output": {**MANY, "format": "png"}}, "output"),
    ],
    ids=["parameters", "a region", "regions", "filters", "output"],
)
def test_too_many_values(value: object, path: str) -> None:
    with pytest.raises(LimitExceeded) as error:
        parse(value, LIMITS)
    assert error.value.code == "too_many_values"
    assert error.value.path == path
    assert "20000" in error.value.detail


def test_the_longest_pipeline_there_is_may_pass() -> None:
    assert len(parse([{"op": "redact", "regions": FULL}] * 20, LIMITS).operations) == 20


def test_items_are_counted_before_they_are_read() -> None:
    with pytest.raises(LimitExceeded) as error:
        parse([0] * 10**6, LIMITS)
    assert error.value.code == "too_many_operations"
    assert error.value.detail.endswith("this one has 1000000.")


@pytest.mark.parametrize(
    "value",
    [
        [{"op": "resize", **dict(list(MANY.items())[:150])}],
        [{"op": "redact", "regions": [[]] * 60 + [{"a": 1}] * 40}],
        {"transformations": dict(list(MANY.items())[:150])},
        {"output": dict(list(MANY.items())[:150])},
        dict(list(MANY.items())[:150]),
    ],
    ids=["parameters", "regions", "transformations", "output", "fields"],
)
def test_a_hundred_errors_are_enough(value: object) -> None:
    with pytest.raises(InvalidPipeline) as error:
        parse(value, LIMITS)
    assert len(error.value.errors) == 100
