"""plan: sums and limits before any pixel."""

from typing import Any

import pytest

from processing.decode import SourceInfo
from processing.errors import LimitExceeded, ProcessingError
from processing.limits import Limits
from processing.parsing import parse
from processing.plan import Plan, plan

LIMITS = Limits()
GRAYSCALE = {"op": "grayscale"}


def source(width: int = 4000, height: int = 3000, **more: Any) -> SourceInfo:
    facts: dict[str, Any] = {
        "format": "jpeg",
        "frames": 1,
        "mode": "RGB",
        "has_alpha": False,
        "orientation": 1,
    }
    return SourceInfo(width=width, height=height, **(facts | more))


def planned(value: object, info: SourceInfo | None = None, limits: Limits = LIMITS) -> Plan:
    return plan(info or source(), parse(value, limits), limits)


def test_it_tells_the_size_after_every_step() -> None:
    made = planned(
        [
            {"op": "crop", "width": "50%", "height": "50%"},
            {"op": "resize", "width": 800},
            {"op": "rotate", "angle": 90},
            {"op": "blur"},
            {"op": "convert", "format": "png"},
        ]
    )
    assert made.sizes == ((2000, 1500), (800, 600), (600, 800), (600, 800))
    assert (made.size, made.format, made.frames) == ((600, 800), "png", 1)


@pytest.mark.parametrize(("format", "frames"), [("original", 5), ("webp", 5), ("jpeg", 1)])
def test_it_tells_the_frames(format: str, frames: int) -> None:
    info = source(400, 300, format="gif", frames=5)
    assert planned([{"op": "convert", "format": format}], info).frames == frames


@pytest.mark.parametrize(
    ("operations", "shrink"),
    [
        ([], 1),
        ([{"op": "resize", "width": 1000}], 4),
        ([{"op": "resize", "width": 1000, "height": 1000, "fit": "cover"}], 3),
        ([{"op": "resize", "width": 1000, "height": 1000, "fit": "stretch"}], 3),
        ([{"op": "resize", "width": 1000, "height": 1000, "fit": "contain"}], 4),
        ([{"op": "resize", "width": 1000, "dpr": 2}], 2),
        ([{"op": "resize", "width": 8000, "enlarge": True}], 1),
        ([{"op": "resize", "width": 1000, "filter": "nearest"}], 1),
        # These do to a small picture what they do to a large one ...
        ([{"op": "grayscale"}, {"op": "flip"}, {"op": "resize", "width": 1000}], 4),
        ([{"op": "rotate", "angle": 90}, {"op": "resize", "width": 1000}], 3),
        # ... and these do not.
        ([{"op": "blur"}, {"op": "resize", "width": 1000}], 1),
        ([{"op": "rotate", "angle": 5}, {"op": "resize", "width": 1000}], 1),
        ([{"op": "crop", "width": 5, "height": 5}, {"op": "resize", "width": 1}], 1),
        ([{"op": "grayscale"}], 1),
    ],
    ids=str,
)
def test_it_tells_how_small_a_decode_will_do(operations: object, shrink: float) -> None:
    assert planned(operations).shrink == shrink


@pytest.mark.parametrize(
    ("operations", "grey"),
    [
        ([], False),
        ([{"op": "flip"}, {"op": "mirror"}], False),
        ([{"op": "grayscale"}], True),
        ([{"op": "grayscale"}, {"op": "tint", "color": "#ff0000"}], True),
        ([{"op": "flip"}, {"op": "mirror"}, {"op": "rotate", "angle": 90}, GRAYSCALE], True),
        ([{"op": "resize", "width": 100}, GRAYSCALE], True),
        (
            [
                {"op": "resize", "width": 9, "height": 9, "fit": "cover", "gravity": "south"},
                GRAYSCALE,
            ],
            False,
        ),
        ([{"op": "grayscale", "amount": 99}], False),
        ([{"op": "rotate", "angle": 5, "background": "#ff0000"}, GRAYSCALE], False),
        ([{"op": "sepia"}, GRAYSCALE], False),
        ([{"op": "tint", "color": "#ff0000"}, GRAYSCALE], False),
    ],
    ids=str,
)
def test_it_tells_whether_colours_count(operations: object, grey: bool) -> None:
    assert planned(operations).grey == grey


@pytest.mark.parametrize(
    ("operations", "path", "words"),
    [
        (
            [{"op": "resize", "width": 8193, "enlarge": True}],
            "operations.0",
            "may be 8192 px after any step; these would be 8193x6145",
        ),
        (
            [{"op": "resize", "width": 8000, "height": 8000, "fit": "contain"}],
            "operations.0",
            "may have 50000000 pixels after any step",
        ),
        (
            [
                {"op": "flip"},
                {"op": "resize", "width": 100, "dpr": 4, "height": 8000, "fit": "contain"},
            ],
            "operations.1",
            "these would be 400x32000",
        ),
        # Too large in between is too large, whatever comes after.
        (
            [{"op": "resize", "width": 9000, "enlarge": True}, {"op": "resize", "width": 10}],
            "operations.0",
            "9000x6750",
        ),
        (
            [
                {"op": "resize", "width": 7000, "height": 7000, "fit": "stretch", "enlarge": True},
                {"op": "rotate", "angle": 45},
            ],
            "operations.1",
            "9900x9900",
        ),
    ],
    ids=["side", "pixels", "dpr", "in between", "expand"],
)
def test_too_large_is_refused_at_the_step(operations: object, path: str, words: str) -> None:
    with pytest.raises(LimitExceeded) as error:
        planned(operations)
    assert (error.value.code, error.value.path) == ("output_too_large", path)
    assert words in error.value.detail


def test_a_large_source_may_be_made_smaller_but_not_kept() -> None:
    large = source(9000, 5000)
    assert planned([{"op": "mirror"}, {"op": "resize", "width": 900}], large).size == (900, 500)
    with pytest.raises(LimitExceeded) as error:
        planned([], large)
    assert error.value.path == "output"


def test_pixels_are_counted_over_all_frames() -> None:
    info, limits = source(100, 100, format="gif", frames=10), Limits(max_output_pixels=99_999)
    with pytest.raises(LimitExceeded, match="this one would have 100000"):
        planned([], info, limits)
    assert planned([{"op": "convert", "format": "png"}], source(100, 100), limits).frames == 1
    assert planned([{"op": "convert", "format": "jpeg"}], info, limits).frames == 1


@pytest.mark.parametrize(
    ("format", "most"), [("webp", 16383), ("jpeg", 65500), ("avif", 32768), ("gif", 65535)]
)
def test_a_format_has_its_own_limit(format: str, most: int) -> None:
    limits = Limits(max_output_side=10**6, max_output_pixels=10**9, max_pixels=10**9)
    convert = [{"op": "convert", "format": format}]
    assert planned(convert, source(most, 10), limits).size == (most, 10)
    with pytest.raises(LimitExceeded, match=f"A {format} file may be {most} px"):
        planned(convert, source(most + 1, 10), limits)


def test_a_crop_outside_the_picture_names_its_place() -> None:
    with pytest.raises(ProcessingError) as error:
        planned(
            [
                {"op": "resize", "width": 100},
                {"op": "crop", "left": 90, "width": 20, "height": 10},
            ]
        )
    assert (error.value.code, error.value.path) == ("crop_outside", "operations.1.width")
    assert "100 px; it reaches from 90 to 110" in error.value.detail


@pytest.mark.parametrize("format", ["jpeg", "avif", "gif"])
def test_lossless_is_refused_where_there_is_no_such_thing(format: str) -> None:
    with pytest.raises(ProcessingError) as error:
        planned({"output": {"format": format, "lossless": True}})
    assert (error.value.code, error.value.path) == ("not_lossless", "output.lossless")
    assert planned({"output": {"format": "webp", "lossless": True}}).format == "webp"
