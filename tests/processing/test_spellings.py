"""spellings: what clients of other services write means the same here."""

from typing import Any

import pytest

from processing.errors import InvalidPipeline, LimitExceeded
from processing.limits import Limits
from processing.operations import ALIASES, OPERATIONS
from processing.parsing import parse, read

LIMITS = Limits()


def asked(value: object) -> list[str]:
    return [operation.op for operation in parse(value, LIMITS).operations]


def errors(value: object) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidPipeline) as error:
        parse(value, LIMITS)
    return [(one.path, one.code, one.detail) for one in error.value.errors]


def same(one: object, other: object) -> bool:
    return parse(one, LIMITS).canonical() == parse(other, LIMITS).canonical()


LOGO = "0b9dbd6e-3f10-4d22-9a5e-3a0f1c6b7d8e"
TRANSFORMATIONS = {
    "filters": {"sepia": True, "grayscale": False, "blur": 3},
    "format": "webp",
    "mirror": True,
    "watermark": "© Ada",
    "compress": 60,
    "flip": True,
    "rotate": 90,
    "resize": {"width": 300, "height": 200},
    "crop": {"width": 100, "height": 80, "x": 5, "y": 6},
}


def test_transformations_come_in_their_own_order_whatever_that_of_the_keys() -> None:
    expected = ["crop", "resize", "rotate", "flip", "mirror", "sepia", "blur", "text"]
    assert asked({"transformations": TRANSFORMATIONS}) == expected
    backwards = dict(reversed(TRANSFORMATIONS.items()))
    backwards["filters"] = {"sepia": {}, "blur": {"sigma": 3}}
    made = parse({"transformations": TRANSFORMATIONS}, LIMITS)
    assert made.canonical() == parse({"transformations": backwards}, LIMITS).canonical()
    assert (made.output.format, made.output.quality) == ("webp", 60)
    assert same(
        {"transformations": {"crop": TRANSFORMATIONS["crop"], "rotate": 90}},
        [
            {"op": "crop", "left": 5, "top": 6, "width": 100, "height": 80},
            {"op": "rotate", "angle": 90},
        ],
    )


@pytest.mark.parametrize(
    ("value", "canonical"),
    [
        ({"flip": True}, [{"op": "flip"}]),
        ({"flip": False, "mirror": None, "filters": {"sepia": False}}, []),
        ({"flip": {}}, [{"op": "flip"}]),
        ({"rotate": 90}, [{"op": "rotate", "angle": 90}]),
        ({"rotate": {"degrees": 90}}, [{"op": "rotate", "angle": 90}]),
        ({"resize": 640}, [{"op": "resize", "width": 640}]),
        ({"filters": ["sepia", "flip"]}, [{"op": "sepia"}, {"op": "flip"}]),
        ({"filters": [{"op": "blur", "sigma": 4}]}, [{"op": "blur", "sigma": 4}]),
        ({"filters": {"greyscale": 40}}, [{"op": "grayscale", "amount": 40}]),
        ({"compress": 60}, [{"op": "compress", "quality": 60}]),
        ({"compress": {"quality": 60}}, [{"op": "compress", "quality": 60}]),
        ({"compress": {"max_bytes": 9000}}, {"output": {"max_bytes": 9000}}),
        ({"compress": {"target_ssim": 0.95, "quality": None}}, {"output": {"target_ssim": 0.95}}),
        ({"compress": {"q": 60, "max_bytes": 9000}},
         {"output": {"quality": 60, "max_bytes": 9000}}),
        ({"watermark": "© Ada"}, [{"op": "text", "text": "© Ada"}]),
        ({"watermark": {"text": "© Ada", "size": 9}}, [{"op": "text", "text": "© Ada", "size": 9}]),
        ({"watermark": {"image": LOGO, "scale": 0.5}},
         [{"op": "watermark", "image": LOGO, "scale": 0.5}]),
        ({"quality": 60, "format": "jpg"}, {"output": {"format": "jpeg", "quality": 60}}),
        ({"convert": {"format": "png"}}, {"output": {"format": "png"}}),
    ],
    ids=str,
)  # fmt: skip
def test_transformations_take_short_values(value: object, canonical: object) -> None:
    assert same({"transformations": value}, canonical)


@pytest.mark.parametrize(
    ("items", "canonical"),
    [
        (["grayscale"], [{"op": "grayscale"}]),
        ([{"operation": "flip"}], [{"op": "flip"}]),
        ([{"operation": "resize", "params": {"w": 9}}], [{"op": "resize", "width": 9}]),
        ([{"op": "resize", "parameters": {"w": 9}}], [{"op": "resize", "width": 9}]),
        ([{"operation_type": "resize", "width": 9}], [{"op": "resize", "width": 9}]),
        ([{"op": "filter", "filter_type": "sepia"}], [{"op": "sepia"}]),
        ([{"op": "filter", "name": "gray"}], [{"op": "grayscale"}]),
        ([{"op": "convert", "to": "png"}], {"output": {"format": "png"}}),
        ([{"op": "optimize", "q": 40}], {"output": {"quality": 40}}),
        ([{"op": "compress", "max_bytes": 9000}], {"output": {"max_bytes": 9000}}),
        ([{"op": "auto_orient"}, "autorotate", "exif_transpose"], []),
        ([{"op": "extract", "x": 1, "y": 2, "w": 3, "h": 4}],
         [{"op": "crop", "left": 1, "top": 2, "width": 3, "height": 4}]),
        ([{"op": "flop"}], [{"op": "mirror"}]),
        ([{"op": "autocrop"}], [{"op": "trim"}]),
        ([{"op": "overlay", "image": LOGO}], [{"op": "watermark", "image": LOGO}]),
        ([{"op": "watermark_text", "text": "x"}], [{"op": "text", "text": "x"}]),
        ([{"op": "circle"}], [{"op": "round_corners", "radius": "max"}]),
        ([{"op": "extend", "all": 4, "color": "red"}],
         [{"op": "pad", "all": 4, "background": "red"}]),
        ([{"op": "thumbnail"}],
         [{"op": "resize", "width": 256, "height": 256, "fit": "cover"}]),
        ([{"op": "thumbnail", "w": 64, "h": 32}],
         [{"op": "resize", "width": 64, "height": 32, "fit": "cover"}]),
        ([{"op": "monochrome"}], [{"op": "duotone", "shadow": "#000", "highlight": "#fff"}]),
        ([{"op": "resize", "w": 9, "bg": "red", "g": "north", "resample": "box"}],
         [{"op": "resize", "width": 9, "background": "red", "gravity": "north", "filter": "box"}]),
        ({"output": {"f": "webp", "q": 33, "bg": "#000"}},
         {"output": {"format": "webp", "quality": 33, "background": "black"}}),
    ],
    ids=str,
)  # fmt: skip
def test_other_names_mean_the_same(items: object, canonical: object) -> None:
    assert same(items, canonical)


def test_other_names_are_no_operation_s_own() -> None:
    assert not ALIASES.keys() & OPERATIONS.keys()
    for alias, (model, implied) in ALIASES.items():
        assert implied.keys() <= model.model_fields.keys(), alias
    for name, model in OPERATIONS.items():
        assert set(model.parameter_aliases.values()) <= model.model_fields.keys(), name
        assert not model.parameter_aliases.keys() & model.model_fields.keys(), name


@pytest.mark.parametrize(
    ("value", "path", "code", "words"),
    [
        ({"resize": {"w": 0}}, "resize.w", "length", "got 0."),
        ({"rotate": "left"}, "rotate", "float_type", 'got "left".'),
        ({"flip": 5}, "flip", "wrong_type", "Expected true, as flip has no parameters, got 5."),
        ({"resise": 5}, "resise", "unknown_field", 'Did you mean "resize"? Transformations are:'),
        ({"filters": {"sepa": True}}, "filters.sepa", "unknown_operation", 'Did you mean "sepia"?'),
        ({"filters": {"compress": 9}}, "filters.compress", "unknown_operation", "Known operations"),
        ({"filters": 9}, "filters", "wrong_type", "an object of filters, or a list"),
        ({"filters": ["x"]}, "filters.0", "unknown_operation", "Known operations"),
        (
            {"compress": {"format": "png"}},
            "compress.quality",
            "missing",
            "compress needs a quality or max_bytes or target_ssim.",
        ),
        ({"compress": {"max_bytes": None}}, "compress.quality", "missing", "compress needs"),
        ({"compress": {"max_bytes": 99}}, "compress.max_bytes", "greater_than_equal", "got 99."),
        ({"format": True}, "format.format", "missing", "format needs a format"),
        ({"format": "jpge"}, "format", "literal_error", 'Did you mean "jpeg"?'),
        ({"quality": 0}, "quality", "greater_than_equal", "got 0."),
        (7, "", "wrong_type", "an object of transformations, got 7."),
    ],
    ids=str,
)
def test_errors_of_transformations_name_the_place(
    value: object, path: str, code: str, words: str
) -> None:
    ((found_path, found_code, detail),) = errors({"transformations": value})
    assert (found_path, found_code) == (f"transformations.{path}".rstrip("."), code)
    assert words in detail


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([{"op": "resize", "width": 9, "fit": "insde"}], 'Did you mean "inside"?'),
        ([{"op": "resize", "width": 9, "background": "blurple"}], 'such as "purple"'),
        ([{"op": "greyscal"}], 'Did you mean "greyscale"?'),
        ([{"op": "Resize", "width": 9}], 'Did you mean "resize"?'),
        ({"output": {"metadata": "copy right"}}, 'Did you mean "copyright"?'),
        ({"outputs": {}}, 'Did you mean "output"? A pipeline has: operations,'),
    ],
    ids=str,
)
def test_errors_name_the_nearest_known_name(value: object, words: str) -> None:
    assert words in errors(value)[0][2]


def test_one_thing_said_twice_is_refused() -> None:
    both: Any = {"operations": [], "transformations": {}}
    assert [error[:2] for error in errors(both)] == [("transformations", "ambiguous")]
    twice = [{"op": "resize", "w": 1, "width": 2}]
    ((path, code, detail),) = errors(twice)
    assert (path, code) == ("operations.0.width", "conflict")
    assert detail == "w and width are the same: leave one out."
    against = {"transformations": {"format": "png"}, "output": {"format": "webp"}}
    assert [error[:2] for error in errors(against)] == [("transformations.format", "conflict")]


def test_transformations_count_as_operations() -> None:
    many = {"filters": [{"op": "flip"}] * 21}
    with pytest.raises(LimitExceeded) as error:
        parse({"transformations": many}, LIMITS)
    assert error.value.path == "transformations"


@pytest.mark.parametrize(
    ("value", "path", "place"),
    [
        (["flip", {"op": "convert", "format": "png"}, {"op": "crop", "width": 1, "height": 1}],
         "operations.1.width", "operations.2.width"),
        ([{"operation_type": "crop", "parameters": {"width": 1, "height": 1}}],
         "operations.0.width", "operations.0.parameters.width"),
        ({"transformations": {"rotate": 5, "crop": {"width": 1, "height": 1}}},
         "operations.0.width", "transformations.crop.width"),
        ({"transformations": {"filters": {"blur": 5}}},
         "operations.0", "transformations.filters.blur"),
        (["flip"], "output.lossless", "output.lossless"),
        (["flip"], "operations.7", "operations.7"),
    ],
    ids=str,
)  # fmt: skip
def test_a_place_of_the_canonical_form_is_found_again(value: object, path: str, place: str) -> None:
    assert read(value, LIMITS).place(path) == place
