"""forecast: what it says is what happens."""

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageCms

from processing.decode import SourceInfo, decode, inspect
from processing.forecast import Forecast, forecast
from processing.limits import Limits
from processing.operations import OPERATIONS
from processing.pipeline import Result, parse, run
from tests import pictures
from tests.processing.test_plan import source

LIMITS = Limits()


def told(value: object, info: SourceInfo, limits: Limits = LIMITS) -> Forecast:
    return forecast(info, parse(value, limits), limits)


def assert_true(file: BytesIO, value: object) -> None:
    """Run the pipeline, and hold the result against what was told."""
    pipeline = parse(value, LIMITS)
    info = inspect(file, LIMITS)
    made = forecast(info, pipeline, LIMITS)
    (outcome,) = run(file, [pipeline], LIMITS)
    if not isinstance(outcome, Result):
        assert made.limit is not None
        assert (made.limit.code, made.limit.path) == (outcome.code, outcome.path)
        return
    assert made.limit is None
    assert made.plan is not None
    assert made.plan.format == outcome.format
    exact = all(step.exact for step in made.steps)
    sizes = [made.plan.size, (outcome.width, outcome.height)]
    assert sizes[0] == sizes[1] if exact else all(a >= b for a, b in zip(*sizes, strict=True))
    # Equal frames are stored as one.
    assert outcome.frames == made.plan.frames or 1 <= outcome.frames < made.plan.frames
    decoded = decode(file, info, made.plan.shrink, made.plan.frames)
    assert {frame.image.size for frame in decoded.frames} == {made.decoded}
    assert len(decoded.frames) == made.plan.frames


FILES = {
    "jpeg": pictures.file(pictures.gradient(401, 299)),
    "on its side": pictures.photographed(pictures.gradient(301, 200), 6),
    "png": pictures.file(pictures.half_transparent(121, 83), "png"),
    "gif": pictures.animation("gif"),
    "webp": pictures.animation("webp"),
    "tiny": pictures.file(pictures.gradient(1, 3), "png"),
}
PIPELINES: dict[str, Any] = {
    "nothing": [],
    "small": [{"op": "resize", "width": 23}],
    "cover": [{"op": "resize", "width": 20, "height": 20, "fit": "cover"}],
    "turned": [{"op": "rotate", "angle": 30}, {"op": "resize", "width": 30}],
    "many": [
        {"op": "mirror"},
        {"op": "resize", "height": 31},
        {"op": "pad", "aspect_ratio": "16:9"},
        {"op": "border", "width": 3},
        {"op": "crop", "width": "50%", "height": "50%"},
    ],
    "jpeg": {"operations": [{"op": "flip"}], "output": {"format": "jpeg"}},
    "webp": {"operations": [{"op": "blur"}], "output": {"format": "webp"}},
    "outside": [{"op": "crop", "left": 100, "width": 100, "height": 1}],
    "too wide": [{"op": "resize", "width": 9000, "enlarge": True}],
    "lossless": {"output": {"format": "jpeg", "lossless": True}},
}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("pipeline", PIPELINES)
def test_what_it_says_is_what_happens(file: str, pipeline: str) -> None:
    assert_true(FILES[file], PIPELINES[pipeline])


resizes = st.fixed_dictionaries(
    {"op": st.just("resize"), "width": st.integers(1, 90), "height": st.integers(1, 90)},
    optional={
        "fit": st.sampled_from(["inside", "cover", "contain", "outside", "stretch"]),
        "enlarge": st.booleans(),
        "dpr": st.floats(0.5, 2),
    },
)
rotations = st.builds(lambda angle: {"op": "rotate", "angle": angle}, st.integers(-360, 360))
crops = st.builds(
    lambda width, height: {"op": "crop", "width": f"{width}%", "height": f"{height}%"},
    st.integers(1, 100),
    st.integers(1, 100),
)
pads = st.builds(
    lambda top, left: {"op": "pad", "top": top, "left": left}, *[st.integers(0, 9)] * 2
)
steps = st.one_of(resizes, rotations, crops, pads, st.sampled_from([{"op": "mirror"}]))


@settings(max_examples=60, deadline=None)
@given(
    size=st.tuples(st.integers(1, 120), st.integers(1, 120)),
    orientation=st.integers(1, 8),
    operations=st.lists(steps, max_size=4),
    output=st.sampled_from(["original", "png", "gif"]),
)
def test_what_it_says_of_any_pipeline_is_what_happens(
    size: tuple[int, int], orientation: int, operations: list[Any], output: str
) -> None:
    file = pictures.photographed(pictures.gradient(*size), orientation)
    assert_true(file, {"operations": operations, "output": {"format": output}})


@pytest.mark.parametrize(
    ("operations", "output", "info", "expected"),
    [
        ([{"op": "resize", "width": 99}], "jpeg", {}, []),
        (
            [{"op": "mirror"}, {"op": "resize", "width": 900, "enlarge": True}, {"op": "flip"}],
            "jpeg",
            {},
            [("operations.1", "enlarges")],
        ),
        ([], "jpeg", {"format": "png", "has_alpha": True}, [("output.format", "flattens_alpha")]),
        ([], "webp", {"format": "png", "has_alpha": True}, []),
        ([], "jpeg", {"format": "gif", "frames": 7}, [("output.format", "drops_frames")]),
        ([], "png", {"format": "gif", "frames": 7}, []),
        ([], "gif", {}, [("output.format", "reduces_colours")]),
        ([], "gif", {"format": "gif", "mode": "P"}, []),
        ([], "png", {"mode": "CMYK"}, [("", "converts_colours")]),
        ([], "png", {"mode": "CMYK", "has_profile": True}, [("", "converts_colours")]),
        ([], "png", {"has_profile": True}, [("output.icc", "converts_colours")]),
        ([], "png", {"format": "png", "mode": "I;16"}, [("", "converts_colours")]),
    ],
)
def test_it_warns_of_what_is_lost(
    operations: Any, output: str, info: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    made = told({"operations": operations, "output": {"format": output}}, source(400, 300, **info))
    assert [(one.path, one.code) for one in made.warnings] == expected


def test_a_profile_that_is_kept_is_no_reason_to_warn() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    file = pictures.file(pictures.gradient(), "jpeg", icc_profile=srgb)
    info = inspect(file, LIMITS)
    assert [one.path for one in told([], info).warnings] == ["output.icc"]
    assert told({"output": {"icc": "keep"}}, info).warnings == ()
    assert told([], inspect(pictures.file(pictures.gradient()), LIMITS)).warnings == ()


def test_warnings_say_what_and_why() -> None:
    info = source(40, 30, format="gif", frames=7, has_alpha=True)
    operations = [{"op": "resize", "width": 80, "enlarge": True}]
    output = {"format": "jpeg", "background": "#ff8000"}
    made = told({"operations": operations, "output": output}, info)
    said = " ".join(one.detail for one in made.warnings)
    for words in ("80x60 pixels", "the source (40x30)", "#ff8000", "of 7 frames only the first"):
        assert words in said


def test_a_step_whose_size_only_pixels_tell_makes_the_next_ones_inexact(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(OPERATIONS["blur"], "exact", False)
    operations = [{"op": "resize", "width": 80}, {"op": "blur"}, {"op": "flip"}]
    made = told(operations, source())
    assert [(step.op, step.size.width, step.exact) for step in made.steps] == [
        ("resize", 80, True),
        ("blur", 80, False),
        ("flip", 80, False),
    ]
