"""text: what is refused, and that nothing else but a picture comes of any text."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image, features

from processing.errors import InvalidPipeline, ProcessingError
from processing.limits import Limits
from processing.operation import Size
from processing.operations.text import Text
from processing.pipeline import Result, parse, run
from tests import pictures


def source() -> BytesIO:
    return pictures.file(Image.new("RGB", (200, 100)), "png")


@pytest.mark.parametrize(
    "parameters",
    [
        {"size": 1000},
        {"size": "100%", "text": "WWW"},
        {"text": "a\n" * 400, "size": 1},
        {"text": "W" * 1000},
        {"stroke_width": 60},
        {"padding": 1000},
        {"offset_y": 80},
        {"offset_x": 195},
        {"gravity": "center", "offset_x": 95},
        {"size": 80, "rotate": 45},
        {"text": "Hxg", "size": 150, "tile": "grid"},
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused_before_anything_is_drawn(parameters: Any) -> None:
    with pytest.raises(ProcessingError) as error:
        Text(**{"text": "Hxg", **parameters}).size_after(Size(200, 100))
    assert error.value.code == "text_too_large"
    assert "200x100" in error.value.detail


@pytest.mark.parametrize(
    ("parameters", "path"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": " \n\t"}, "text"),
        ({"text": "a" * 1001}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"text": "a\x1bb"}, "text"),
        ({"text": "a\ud800b"}, "text"),
        ({"text": 5}, "text"),
        # Three characters each once they are composed.
        ({"text": "\ufb2c" * 400}, "text"),
        ({"text": "a", "font": "../DejaVuSans"}, "font"),
        ({"text": "a", "font": "a\0"}, "font"),
        ({"text": "a", "size": 0}, "size"),
        ({"text": "a", "size": "0%"}, "size"),
        ({"text": "a", "size": 1001}, "size"),
        ({"text": "a", "size": "5"}, "size"),
        ({"text": "a", "stroke_width": 101}, "stroke_width"),
        ({"text": "a", "max_width": 0}, "max_width"),
        ({"text": "a", "line_spacing": 0.4}, "line_spacing"),
        ({"text": "a", "align": "justify"}, "align"),
        ({"text": "a", "color": "whitish"}, "color"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_it_rejects_and_names_the_field(parameters: dict[str, object], path: str) -> None:
    with pytest.raises(InvalidPipeline) as error:
        parse([{"op": "text", **parameters}], Limits())
    assert [wrong.path for wrong in error.value.errors] == [f"operations.0.{path}"]


def test_the_canonical_form_is_composed_and_taken_back() -> None:
    pipeline = parse([{"op": "text", "text": "e\u0301\r\na\tb"}], Limits())
    (operation,) = pipeline.canonical()["operations"]
    assert operation["text"] == "é\na b"
    assert parse(pipeline.canonical(), Limits()) == pipeline


@pytest.mark.parametrize("text", ["a", "שלום"], ids=ascii)
def test_an_unknown_font_is_an_error_of_the_plan_with_the_nearest_name(text: str) -> None:
    asked = [{"op": "flip"}, {"op": "text", "text": text, "font": "dejavusans-bolt"}]
    (outcome,) = run(source(), [parse(asked, Limits())], Limits())
    assert isinstance(outcome, ProcessingError)
    assert (outcome.code, outcome.path) == ("unknown_font", "operations.1.font")
    assert 'Did you mean "DejaVuSans-Bold"?' in outcome.detail


def test_so_is_a_text_that_this_machine_cannot_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "check", lambda name: name != "raqm")
    with pytest.raises(ProcessingError) as error:
        Text(text="שלום").size_after(Size(200, 100))
    assert (error.value.code, error.value.path) == ("text_needs_shaping", "text")


HOSTILE = {
    "marks": "e" + "\u0301" * 999,
    "marks alone": "\u0301\u20dd" * 500,
    "overrides": "\u202e\u2066\u202bab" * 200,
    "joiners": "\u200d\u200c" * 500,
    "newlines": "\n" * 999 + "a",
    "noncharacters": "\ufffe\uffff\U0010ffff\ue000",
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467\ufe0f\U0001f3fd",
    "separators": "a\u2028\u2029\u00a0\u3000b",
    "right to left": "שלום مرحبا 123 abc",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("max_width", [1, "100%"])
def test_any_unicode_ends_in_a_picture_or_a_clean_error(text: str, max_width: Any) -> None:
    asked = [{"op": "text", "text": text, "size": 5, "max_width": max_width}]
    (outcome,) = run(source(), [parse(asked, Limits())], Limits())
    if isinstance(outcome, ProcessingError):
        allowed = {"text_too_large"} | (set() if features.check("raqm") else {"text_needs_shaping"})
        assert outcome.code in allowed
    else:
        assert isinstance(outcome, Result)
        assert (outcome.width, outcome.height) == (200, 100)


def test_names_other_services_have_for_it_are_understood() -> None:
    spelled = {"op": "watermark_text", "text": "a", "font_size": 20, "font_color": "red"}
    meant = {"op": "text", "text": "a", "size": 20, "color": "red"}
    assert parse([spelled], Limits()) == parse([meant], Limits())
