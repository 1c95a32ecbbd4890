"""parsing: every accepted spelling, and what is said about the others."""

from typing import Any

import pytest

from processing.errors import InvalidPipeline, LimitExceeded
from processing.limits import Limits
from processing.pipeline import Pipeline, parse

LIMITS = Limits()
RESIZE = {"op": "resize", "width": 800}


def refused(value: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidPipeline) as error:
        parse(value, LIMITS)
    assert error.value.code == "invalid_pipeline"
    assert all(one.detail.endswith(".") for one in error.value.errors)
    return [(one.path, one.code) for one in error.value.errors]


def detail(value: object) -> str:
    with pytest.raises(InvalidPipeline) as error:
        parse(value, LIMITS)
    return error.value.errors[0].detail


@pytest.mark.parametrize(
    "spelling",
    [
        {"operations": [RESIZE, {"op": "sepia"}], "output": {"format": "webp", "quality": 60}},
        {
            "operations": [RESIZE, {"op": "filter", "type": "sepia"}],
            "output": {"format": "WEBP", "quality": 60.0},
        },
        [
            RESIZE,
            {"op": "sepia", "amount": 100},
            {"op": "convert", "format": "webp", "quality": 60},
        ],
        [
            {"op": "compress", "quality": 60},
            RESIZE,
            {"op": "sepia"},
            {"op": "convert", "format": "webp"},
        ],
        [
            {"operation_type": "resize", "parameters": {"width": 800.0, "fit": "inside"}},
            {"operation_type": "filter", "parameters": {"type": "sepia"}},
            {"operation_type": "convert", "parameters": {"format": "webp"}},
            {"operation_type": "compress", "parameters": {"quality": 60}},
        ],
        [
            RESIZE,
            {"op": "sepia"},
            {"op": "convert", "format": "png"},
            {"op": "convert", "format": "webp"},
            {"op": "compress", "quality": 60},
        ],
    ],
    ids=["canonical", "filter", "bare list", "compress first", "operation_type", "last wins"],
)
def test_every_spelling_means_the_same(spelling: object) -> None:
    pipeline = parse(spelling, LIMITS)
    assert pipeline.digest == parse(pipeline.canonical(), LIMITS).digest
    assert pipeline.canonical() == {
        "operations": [
            {
                "op": "resize",
                "width": 800,
                "fit": "inside",
                "enlarge": False,
                "gravity": "center",
                "background": "#00000000",
                "dpr": 1.0,
                "filter": "lanczos",
            },
            {"op": "sepia", "amount": 100.0},
        ],
        "output": {
            "format": "webp",
            "quality": 60,
            "lossless": False,
            "progressive": False,
            "chroma": "auto",
            "metadata": "none",
            "icc": "srgb",
            "background": "#ffffffff",
        },
    }


@pytest.mark.parametrize("nothing", [[], {}, {"operations": []}, {"output": {}}], ids=str)
def test_nothing_asked_for_is_the_picture_as_it_is(nothing: object) -> None:
    assert parse(nothing, LIMITS) == Pipeline()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"output": {"format": "jpeg"}}, {"output": {"format": "jpg", "quality": 80}}),
        ({"output": {"format": "png"}}, {"output": {"format": "png", "quality": 12}}),
        ([{"op": "rotate", "angle": 90}], [{"op": "rotate", "angle": 90.0, "expand": True}]),
        (
            [{"op": "crop", "aspect_ratio": "1:1"}],
            [{"op": "crop", "aspect_ratio": "1:1", "gravity": "center"}],
        ),
        (
            [{"op": "resize", "width": 9, "background": "White"}],
            [{"op": "resize", "width": 9, "background": "#fff"}],
        ),
    ],
    ids=str,
)
def test_equal_meaning_has_an_equal_digest(one: object, other: object) -> None:
    assert parse(one, LIMITS).digest == parse(other, LIMITS).digest


def test_other_meaning_has_another_digest() -> None:
    asked = [
        [],
        [RESIZE],
        [{"op": "resize", "height": 800}],
        [RESIZE, RESIZE],
        [RESIZE, {"op": "flip"}],
        [{"op": "flip"}, RESIZE],
        {"output": {"format": "jpeg"}},
        {"output": {"format": "jpeg", "quality": 79}},
    ]
    assert len({parse(value, LIMITS).digest for value in asked}) == len(asked)


def test_a_stored_pipeline_is_read_back() -> None:
    pipeline = parse([RESIZE, {"op": "crop", "left": "5%", "width": 3, "height": 4}], LIMITS)
    assert Pipeline.model_validate(pipeline.canonical()) == pipeline


@pytest.mark.parametrize(
    ("value", "errors"),
    [
        (None, [("operations", "wrong_type")]),
        ("resize", [("operations", "wrong_type")]),
        (7, [("operations", "wrong_type")]),
        ({"operations": None}, [("operations", "wrong_type")]),
        ({"operations": {"op": "flip"}}, [("operations", "wrong_type")]),
        ({"output": []}, [("output", "wrong_type")]),
        ({"steps": []}, [("steps", "unknown_field")]),
        ([None], [("operations.0", "wrong_type")]),
        (["flop!"], [("operations.0", "unknown_operation")]),
        ([[[[]]]], [("operations.0", "wrong_type")]),
        ([{}], [("operations.0.op", "missing")]),
        ([{"op": None}], [("operations.0.op", "missing")]),
        ([{"op": ["flip"]}], [("operations.0.op", "missing")]),
        ([RESIZE, {"op": "resise"}], [("operations.1.op", "unknown_operation")]),
        ([{"op": "Resize", "width": 1}], [("operations.0.op", "unknown_operation")]),
        ([{"op": "resize"}], [("operations.0", "missing_size")]),
        ([{"op": "resize", "width": 0}], [("operations.0.width", "length")]),
        ([{"op": "resize", "width": -1}], [("operations.0.width", "length")]),
        ([{"op": "resize", "width": 1e9}], [("operations.0.width", "length")]),
        ([{"op": "resize", "width": 10**400}], [("operations.0.width", "length")]),
        ([{"op": "resize", "width": "abc"}], [("operations.0.width", "length")]),
        ([{"op": "resize", "width": float("nan")}], [("operations.0.width", "length")]),
        ([{"op": "resize", "width": float("inf")}], [("operations.0.width", "length")]),
        ([{"op": "resize", "width": True}], [("operations.0.width", "length")]),
        ([{"op": "resize", "width": {"px": 1}}], [("operations.0.width", "length")]),
        ([{"op": "blur", "sigma": float("nan")}], [("operations.0.sigma", "finite_number")]),
        ([{"op": "rotate"}], [("operations.0.angle", "missing")]),
        (
            [{"op": "resize", "widht": 9, "height": 0}],
            [
                ("operations.0.height", "length"),
                ("operations.0.widht", "unknown_parameter"),
            ],
        ),
        ([{"op": "resize", "width": 9, "fit": "fill"}], [("operations.0.fit", "ambiguous_fit")]),
        ([{"op": "filter"}], [("operations.0.type", "missing")]),
        ([{"op": "filter", "type": "sepa"}], [("operations.0.type", "unknown_operation")]),
        ([{"op": "filter", "type": "convert"}], [("operations.0.type", "unknown_operation")]),
        (
            [{"op": "filter", "type": "blur", "sigma": 0}],
            [("operations.0.sigma", "greater_than_equal")],
        ),
        ([{"op": "convert"}], [("operations.0.format", "missing")]),
        ([{"op": "convert", "format": "tga"}], [("operations.0.format", "literal_error")]),
        ([{"op": "compress", "quality": 0}], [("operations.0.quality", "greater_than_equal")]),
        (
            [{"op": "compress", "quality": 9, "speed": 1}],
            [("operations.0.speed", "unknown_parameter")],
        ),
        ({"output": {"format": "tga"}}, [("output.format", "literal_error")]),
        (
            {"operations": [{"op": "convert", "format": "png"}], "output": {"format": "webp"}},
            [("operations.0.format", "conflict")],
        ),
        (
            [{"operation_type": "resize", "parameters": {"width": 0}}],
            [("operations.0.parameters.width", "length")],
        ),
        (
            [{"operation_type": "filter", "parameters": {"type": "x"}}],
            [("operations.0.parameters.type", "unknown_operation")],
        ),
        ([{"operation_type": "x"}], [("operations.0.operation_type", "unknown_operation")]),
        (
            [{"operation_type": "flip", "parameters": 5}],
            [("operations.0.parameters", "wrong_type")],
        ),
        (
            [{"operation_type": "flip", "params": {}, "width": 1}],
            [("operations.0.width", "unknown_field")],
        ),
    ],
    ids=str,
)
def test_errors_name_the_place_as_the_client_sent_it(
    value: object, errors: list[tuple[str, str]]
) -> None:
    assert sorted(refused(value)) == sorted(errors)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (
            [{"op": "resize", "widht": 9, "width": 1}],
            'There is no parameter "widht". Did you mean "width"? resize takes: width,',
        ),
        (
            [{"op": "grayscal"}],
            'Did you mean "grayscale"? Known operations: auto_contrast, ',
        ),
        (
            [{"op": "resize", "width": 0}],
            'from 1 to 65535 or a string above "0%", at most "1000%", got 0.',
        ),
        ([{"op": "resize", "width": True}], "got true."),
        ([{"op": "resize", "width": "abc"}], 'got "abc".'),
        (
            [{"op": "convert", "format": "tga"}],
            "'original', 'auto', 'jpeg', 'png', 'webp', 'avif', 'gif' or 'tiff', got \"tga\".",
        ),
        ([{"op": "resize", "width": 9, "fit": "fit"}], '"inside" to fit without padding'),
        (
            {"operations": [{"op": "compress", "quality": 5}], "output": {"quality": 6}},
            "compress says 5, but output says 6",
        ),
    ],
    ids=str,
)
def test_errors_say_what_was_expected_and_what_was_sent(value: object, words: str) -> None:
    assert words in detail(value)


def test_every_error_is_told_at_once() -> None:
    wrong = [{"op": "resize", "width": 0}, {"op": "flip"}, {"op": "blur", "sigma": 0, "x": 1}]
    assert [path for path, _ in refused(wrong)] == [
        "operations.0.width",
        "operations.2.sigma",
        "operations.2.x",
    ]


def test_twenty_operations_are_enough() -> None:
    assert len(parse([{"op": "flip"}] * 20, LIMITS).operations) == 20
    with pytest.raises(LimitExceeded) as error:
        parse([{"op": "flip"}] * 21, LIMITS)
    assert error.value.code == "too_many_operations"
    assert error.value.path == "operations"
    assert error.value.detail == "A pipeline may have 20 operations; this one has 21."


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        [{"op": "x" * 10**6}],
        [{"op": "flip", "y" * 10**6: 1}],
        [{"op": "resize", "width": "z" * 10**6}],
        [{"op": "resize", "width": deep(15_000)}],
        [deep(15_000)],
        [{"op": "resize", "width": 9, "background": "#" * 10**6}],
        [{"op": "flip", "\ud800": "\0"}],
    ],
    ids=["op", "key", "value", "deep value", "deep item", "colour", "surrogate"],
)
def test_huge_and_hostile_values_make_short_errors(value: object) -> None:
    assert len(detail(value)) < 1000
