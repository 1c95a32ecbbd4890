"""Sizes of resize, crop and pad by sums alone, for any picture down to 1 x 10,000."""

from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.errors import ProcessingError
from processing.operation import Operation, Size
from processing.operations.crop import Crop
from processing.operations.pad import Pad
from processing.operations.resize import Resize

MODELS: dict[str, type[Operation]] = {"resize": Resize, "crop": Crop, "pad": Pad}
GRAVITIES = ["center", "north", "northwest", "east", "southeast", "west"]


@pytest.mark.parametrize(
    ("op", "source", "parameters", "expected"),
    [
        ("resize", (1, 10_000), {"width": 1, "height": 1, "fit": "cover"}, (1, 1)),
        ("resize", (1, 10_000), {"width": 100, "height": 100}, (1, 100)),
        ("resize", (1, 10_000), {"width": 100, "height": 100, "fit": "contain"}, (100, 100)),
        ("resize", (1, 10_000), {"width": 100, "height": 100, "fit": "outside"}, (1, 10_000)),
        # A box may only be as large as the picture where it may not grow: 100:50 at 1 px wide.
        ("resize", (1, 10_000), {"width": 100, "height": 50, "fit": "cover"}, (1, 1)),
        ("resize", (1, 10_000), {"width": 2, "height": "1%", "fit": "stretch"}, (1, 50)),
        ("resize", (1, 10_000), {"width": 2, "enlarge": True}, (2, 20_000)),
        ("resize", (10_000, 1), {"height": "50%"}, (5_000, 1)),
        ("resize", (10_000, 1), {"width": "0.01%", "dpr": 0.5}, (1, 1)),
        ("resize", (600, 400), {"width": "50%", "height": "50%", "dpr": 0.5}, (150, 100)),
        ("resize", (600, 400), {"width": 75, "dpr": 1.5}, (113, 75)),
        ("resize", (600, 400), {"width": "12.5%", "height": 10, "fit": "cover"}, (75, 10)),
        ("resize", (601, 401), {"width": "50%"}, (301, 201)),
        ("crop", (1, 10_000), {"aspect_ratio": "1:1"}, (1, 1)),
        ("crop", (1, 10_000), {"aspect_ratio": "1:99999"}, (1, 10_000)),
        ("crop", (10_000, 1), {"aspect_ratio": "1:99999"}, (1, 1)),
        ("crop", (1, 10_000), {"width": "1%", "height": "0.001%"}, (1, 1)),
        ("crop", (601, 401), {"aspect_ratio": "3:2"}, (601, 401)),
        ("crop", (600, 400), {"aspect_ratio": "2.35:1"}, (600, 255)),
        ("pad", (1, 10_000), {"aspect_ratio": "1:1"}, (10_000, 10_000)),
        ("pad", (1, 10_000), {"aspect_ratio": "1:10000"}, (1, 10_000)),
        ("pad", (10_000, 1), {"aspect_ratio": "10000:3"}, (10_000, 3)),
        ("pad", (600, 400), {"aspect_ratio": "2.35:1"}, (940, 400)),
        ("pad", (1, 10_000), {"all": "50%"}, (3, 20_000)),
    ],
)
def test_sizes(
    op: str, source: tuple[int, int], parameters: dict[str, Any], expected: tuple[int, int]
) -> None:
    assert MODELS[op].model_validate(parameters).size_after(Size(*source)) == expected


side = st.one_of(st.integers(1, 200), st.integers(1, 10_000), st.sampled_from([1, 10_000]))
sizes = st.builds(Size, side, side)
lengths = st.one_of(st.integers(1, 2_000), st.integers(1, 100_000).map(lambda n: f"{n / 100}%"))
parts = st.one_of(st.integers(1, 2_000), st.integers(1, 10_000).map(lambda n: f"{n / 100}%"))
ratios = st.tuples(st.integers(1, 999), st.integers(1, 999))


def in_pixels(length: int | str, whole: int, dpr: float) -> Fraction:
    share = Fraction(length) if isinstance(length, int) else Fraction(length[:-1]) * whole / 100
    return share * Fraction(dpr)


def nearest(value: Fraction) -> int:
    """The nearest number of pixels, halves upwards, at least one."""
    return max(1, floor(value + Fraction(1, 2)))


@given(
    sizes,
    lengths,
    lengths,
    st.sampled_from([0.5, 1, 1.5, 2.75, 4]),
    st.sampled_from(["inside", "cover", "contain", "outside", "stretch"]),
    st.booleans(),
)
def test_a_box_of_any_lengths_is_met(
    source: Size, width: int | str, height: int | str, dpr: float, fit: str, enlarge: bool
) -> None:
    asked = {"width": width, "height": height, "dpr": dpr, "fit": fit, "enlarge": enlarge}
    made = Resize.model_validate(asked).size_after(source)
    box = Size(
        nearest(in_pixels(width, source.width, dpr)), nearest(in_pixels(height, source.height, dpr))
    )
    by = sorted([Fraction(box.width, source.width), Fraction(box.height, source.height)])
    assert min(made) >= 1
    if fit == "contain":
        assert made == box
    elif fit in ("cover", "stretch"):
        # Exact where it may be; else the largest of that shape which is no enlargement.
        scale = Fraction(1) if enlarge else min(Fraction(1), 1 / by[1])
        assert made == (nearest(box.width * scale), nearest(box.height * scale))
    else:
        scale = by[0] if fit == "inside" else by[1]
        scale = scale if enlarge else min(Fraction(1), scale)
        assert made == (nearest(source.width * scale), nearest(source.height * scale))
        if fit == "inside":
            assert made.width <= box.width
            assert made.height <= box.height
    assert enlarge or fit == "contain" or (made.width <= source[0] and made.height <= source[1])


@given(sizes, lengths, st.sampled_from([0.5, 1, 1.5, 4]), st.booleans(), st.booleans())
def test_one_side_leads_and_the_other_follows(
    source: Size, length: int | str, dpr: float, enlarge: bool, upright: bool
) -> None:
    leads, follows = source[::-1] if upright else source
    asked = {"height" if upright else "width": length, "dpr": dpr, "enlarge": enlarge}
    made = Resize.model_validate(asked).size_after(source)
    led, followed = made[::-1] if upright else made
    wanted = in_pixels(length, leads, dpr)
    wanted = wanted if enlarge else min(wanted, Fraction(leads))
    assert led == nearest(wanted)
    # From what was asked for, exactly, or from the pixels it came to.
    assert abs(followed - follows * wanted / leads) < 1 or followed in (
        1,
        nearest(Fraction(follows * led, leads)),
    )


@given(sizes, side, side, st.sampled_from(GRAVITIES))
def test_what_cover_keeps_has_the_shape_of_the_box_and_lies_inside(
    source: Size, width: int, height: int, gravity: str
) -> None:
    asked = {"width": width, "height": height, "fit": "cover", "gravity": gravity, "enlarge": True}
    left, top, right, bottom = Resize.model_validate(asked).geometry(source).part
    assert 0 <= left < right <= source.width
    assert 0 <= top < bottom <= source.height
    assert (right - left) * height == pytest.approx((bottom - top) * width)
    # It is the largest such part, on the side that the gravity names.
    assert right - left == pytest.approx(source.width) or bottom - top == pytest.approx(
        source.height
    )
    assert "west" not in gravity or left == 0
    assert "east" not in gravity or right == pytest.approx(source.width)
    assert "north" not in gravity or top == 0
    assert "south" not in gravity or bottom == pytest.approx(source.height)


@given(sizes, ratios, st.sampled_from([*GRAVITIES, "smart"]))
def test_a_crop_to_a_ratio_is_the_largest_of_it(
    source: Size, shape: tuple[int, int], gravity: str
) -> None:
    crop = Crop.model_validate({"aspect_ratio": f"{shape[0]}:{shape[1]}", "gravity": gravity})
    made = crop.size_after(source)
    width = min(Fraction(source.width), Fraction(source.height * shape[0], shape[1]))
    height = min(Fraction(source.height), Fraction(source.width * shape[1], shape[0]))
    assert made == (nearest(width), nearest(height))
    left, top, right, bottom = crop.box(source)
    assert 0 <= left < right <= source.width
    assert 0 <= top < bottom <= source.height


@given(sizes, parts, parts, st.sampled_from(GRAVITIES))
def test_a_crop_of_a_size_lies_inside_or_is_an_error(
    source: Size, width: int | str, height: int | str, gravity: str
) -> None:
    wanted = in_pixels(width, source.width, 1), in_pixels(height, source.height, 1)
    crop = Crop.model_validate({"width": width, "height": height, "gravity": gravity})
    if wanted[0] > source.width or wanted[1] > source.height:
        with pytest.raises(ProcessingError) as error:
            crop.size_after(source)
        assert error.value.code == "crop_outside"
        return
    left, top, right, bottom = crop.box(source)
    assert 0 <= left < right <= source.width
    assert 0 <= top < bottom <= source.height
    assert crop.size_after(source) == (right - left, bottom - top)
    assert abs(right - left - wanted[0]) <= 1
    assert abs(bottom - top - wanted[1]) <= 1


@given(sizes, ratios, st.sampled_from(GRAVITIES))
def test_a_pad_to_a_ratio_adds_to_one_side_only(
    source: Size, shape: tuple[int, int], gravity: str
) -> None:
    pad = Pad.model_validate({"aspect_ratio": f"{shape[0]}:{shape[1]}", "gravity": gravity})
    made, margins = pad.size_after(source), pad.margins(source)
    width = max(Fraction(source.width), Fraction(source.height * shape[0], shape[1]))
    height = max(Fraction(source.height), Fraction(source.width * shape[1], shape[0]))
    assert made == (nearest(width), nearest(height))
    assert source.width == made.width or source.height == made.height
    assert min(margins) >= 0
    assert margins.left + source.width + margins.right == made.width
    assert margins.top + source.height + margins.bottom == made.height
