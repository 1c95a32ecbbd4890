"""Pipelines at random: operations whose parameters are drawn from their own JSON Schemas."""

from typing import Any

from hypothesis import strategies as st

from processing.operations import OPERATIONS
from processing.output import FORMATS, Output

Schema = dict[str, Any]
NEAR = 90
"""Lengths near the size of the pictures are drawn most often; far ones only meet the limits."""

COLORS = ["red", "#000", "#abcd", "#ffffff", "#12345678", "transparent"]
TEXTS: dict[str, st.SearchStrategy[str]] = {
    "color": st.sampled_from(COLORS),
    "percentage": st.floats(0, 100).map(lambda share: f"{share:.2f}%"),
    "font": st.sampled_from(["DejaVuSans", "dejavusans-bold", "Comic Sans"]),
    "ratio": st.tuples(st.integers(1, 40), st.integers(1, 40)).map(
        lambda two: f"{two[0]}:{two[1]}"
    ),
    "uuid": st.uuids().map(str),
}


def integers(schema: Schema) -> st.SearchStrategy[int]:
    low, high = schema.get("minimum", -1000), schema.get("maximum", 1000)
    near = st.integers(max(low, -NEAR), min(high, max(low, NEAR)))
    return near | st.integers(low, high)


def values(schema: Schema, named: dict[str, Schema]) -> st.SearchStrategy[Any]:
    """Values that a schema allows."""
    if "$ref" in schema:
        return values(named[schema["$ref"].rsplit("/", 1)[1]], named)
    if "anyOf" in schema:
        return st.one_of([values(one, named) for one in schema["anyOf"]])
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema["type"]
    if kind == "object":
        return objects(schema, named)
    if kind == "array":
        most = min(schema.get("maxItems", 3), schema.get("minItems", 0) + 3)
        items = values(schema["items"], named)
        return st.lists(items, min_size=schema.get("minItems", 0), max_size=most)
    if kind == "number":
        # Floats of any size would nearly all be tiny fractions: steps of a hundredth.
        low, high = round(100 * schema["minimum"]), round(100 * schema["maximum"])
        return st.integers(low, high).map(lambda hundredths: hundredths / 100)
    simple: dict[str, st.SearchStrategy[Any]] = {
        "integer": integers(schema),
        "boolean": st.booleans(),
        "null": st.none(),
        "string": TEXTS.get(schema.get("format", ""), st.text(max_size=12)),
    }
    return simple[kind]


def objects(schema: Schema, named: dict[str, Schema]) -> st.SearchStrategy[Schema]:
    needed = {*schema.get("required", ()), *({"op"} & schema["properties"].keys())}
    drawn = {name: values(field, named) for name, field in schema["properties"].items()}
    return st.fixed_dictionaries(
        {name: value for name, value in drawn.items() if name in needed},
        optional={name: value for name, value in drawn.items() if name not in needed},
    )


def operations() -> st.SearchStrategy[Schema]:
    """One operation of any kind; it may be one that the engine refuses."""
    schemas = [model.model_json_schema() for model in OPERATIONS.values()]
    return st.one_of([objects(schema, schema.get("$defs", {})) for schema in schemas])


def outputs() -> st.SearchStrategy[Schema]:
    """A format and how it is written; or anything there is to say about that."""
    plain = st.fixed_dictionaries(
        {"format": st.sampled_from([*FORMATS, "original"])},
        optional={"quality": st.integers(1, 100), "background": TEXTS["color"]},
    )
    schema = Output.model_json_schema()
    return plain | objects(schema, schema.get("$defs", {}))


def pipelines() -> st.SearchStrategy[Schema]:
    """One to six operations and an output."""
    steps = st.lists(operations(), min_size=1, max_size=6)
    return st.fixed_dictionaries({"operations": steps, "output": outputs()})
