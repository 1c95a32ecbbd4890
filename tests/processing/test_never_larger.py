"""fitting: what nothing but compression was asked of comes back no larger than it was sent."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from processing.errors import ProcessingError
from processing.parsing import parse
from processing.pipeline import Result, run
from processing.strip import stripped
from tests import pictures
from tests.processing.fitted import LIMITS, scene
from tests.processing.test_color import p3_profile
from tests.processing.test_icc import gray_icc
from tests.processing.test_strip import FILES, SECRET, format_of, shown
from tests.processing.traps.test_colour import adobe_profile

ROUGH = pictures.noise(120, 80, 60).convert("RGB")


def outcome(data: bytes, *operations: Any, **output: Any) -> Result | ProcessingError:
    asked = {"operations": list(operations), "output": output}
    (made,) = run(BytesIO(data), [parse(asked, LIMITS)], LIMITS)
    return made


def compressed(data: bytes, *operations: Any, **output: Any) -> bytes:
    made = outcome(data, *operations, **output)
    assert isinstance(made, Result), made.detail
    with Image.open(BytesIO(made.data)) as image:
        assert (made.width, made.height) == image.size
        assert made.frames == getattr(image, "n_frames", 1)
    return made.data


def file(image: Image.Image, format: str = "jpeg", **options: Any) -> bytes:
    return pictures.file(image, format, **options).getvalue()


def small(format: str, **options: Any) -> bytes:
    """A file that no quality from the usual one up makes smaller."""
    if format == "jpeg":
        options["optimize"] = True
    return file(ROUGH, format, quality=20, **options)


@pytest.mark.parametrize("name", FILES)
def test_nothing_grows_and_nothing_leaks(name: str) -> None:
    progressive = {"progressive": True} if "progressive" in name else {}
    copy = stripped(FILES[name], format_of(name))
    assert copy is not None
    made = compressed(FILES[name], **progressive)
    assert len(made) <= len(copy) < len(FILES[name])
    assert SECRET not in made
    assert made == copy or len(made) < len(copy)


def exif(length: int, orientation: int = 1) -> Image.Exif:
    made = Image.Exif()
    made[0x0112] = orientation
    made[0x010E] = SECRET.decode() + "x" * length
    return made


@pytest.mark.parametrize("format", ["jpeg", "webp"])
@pytest.mark.parametrize("asked", [{}, {"quality": 60}, {"quality": 95}], ids=str)
def test_a_smaller_source_comes_back_as_it_was(format: str, asked: dict[str, Any]) -> None:
    source = small(format)
    assert compressed(source, **asked) == stripped(source, format)
    assert shown(compressed(source, **asked)) == shown(source)
    # Named or not, the format is the same.
    assert compressed(source, format=format, **asked) == stripped(source, format)


@pytest.mark.parametrize("format", ["jpeg", "webp"])
def test_what_encoding_makes_smaller_is_encoded(format: str) -> None:
    source = file(scene(), format, quality=95)
    made = compressed(source, quality=60)
    assert len(made) < len(source)
    mirrored = compressed(source, {"op": "mirror"}, {"op": "mirror"}, quality=60)
    assert made == mirrored


@pytest.mark.parametrize("mode", ["1", "P", "P+tRNS"])
def test_a_palette_stays_one(mode: str) -> None:
    image = pictures.noise(60, 40).quantize(16) if mode == "P" else pictures.in_mode(mode, 60, 40)
    source = file(image, "png")
    made = compressed(source)
    with Image.open(BytesIO(made)) as image:
        assert image.mode == mode[0]
    assert shown(made) == shown(source)


def test_lossless_is_answered_by_the_very_pixels() -> None:
    source = small("webp")
    assert compressed(source, lossless=True) == stripped(source, "webp")


UNLIKE: dict[str, tuple[bytes, dict[str, Any]]] = {
    "turned": (small("jpeg", exif=exif(0, orientation=2)), {}),
    "cmyk": (file(ROUGH.convert("CMYK"), quality=10), {"quality": 100}),
    "other colours": (small("jpeg", icc_profile=p3_profile()), {}),
    "progressive": (small("jpeg", progressive=True), {}),
    "to be progressive": (small("jpeg"), {"progressive": True}),
    "avif": (small("avif"), {}),
    "metadata to keep": (small("jpeg", exif=exif(400)), {"metadata": "keep"}),
    "metadata to keep in webp": (small("webp", exif=exif(400)), {"metadata": "keep"}),
}


@pytest.mark.parametrize("name", UNLIKE)
def test_what_cannot_be_copied_loses_quality_before_it_grows(name: str) -> None:
    source, asked = UNLIKE[name]
    turned_twice = [{"op": "rotate", "angle": 180}] * 2
    assert len(compressed(source, *turned_twice, **asked)) > len(source)
    made = compressed(source, **asked)
    assert len(made) <= len(source)
    assert made not in [stripped(source, format) for format in ("jpeg", "webp")]
    with Image.open(BytesIO(made)) as image:
        assert ("progressive" in image.info) == asked.get("progressive", False)
        assert image.mode == "RGB"
        assert not image.info.get("icc_profile")
        assert SECRET in image.info.get("exif", b"") or "metadata" not in asked
        assert image.size == ROUGH.size


def rgb_icc() -> bytes:
    """A profile of colours with the gamma of `gray_icc`."""
    one, other = (b"\0\0\0\1" + level.to_bytes(2, "big") for level in (563, 461))
    return adobe_profile().replace(one, other)


@pytest.mark.parametrize("profile", [gray_icc(), rgb_icc()], ids=["grey", "RGB"])
@pytest.mark.parametrize("format", ["jpeg", "png"])
def test_greys_under_a_profile_are_no_copy(format: str, profile: bytes) -> None:
    light = Image.linear_gradient("L").resize((64, 64))
    options: dict[str, Any] = {"quality": 95} if format != "png" else {}
    source = file(light, format, icc_profile=profile, **options)
    with Image.open(BytesIO(compressed(source))) as made:
        seen = pictures.pixels(made.convert("L"))
    linear = (pictures.pixels(light) / 255) ** 1.8
    expected = 255 * (1.055 * linear ** (1 / 2.4) - 0.055).clip(0)
    # Where sRGB is a power too, not the straight line in the dark.
    bright = pictures.pixels(light) > 60
    assert abs(seen - expected)[bright].max() <= (1.5 if format == "png" else 5)
    assert abs(pictures.pixels(light) - expected)[bright].max() > 9


def test_the_pixels_of_a_turned_photograph_are_upright() -> None:
    stored = pictures.photographed(pictures.quarters(64, 48), 6).getvalue()
    with Image.open(BytesIO(compressed(stored))) as image:
        difference = pictures.pixels(image) - pictures.pixels(pictures.quarters(64, 48))
        assert image.size == (64, 48)
        assert abs(difference).mean() < 8


GROWING = {
    "a turned png": pictures.photographed(pictures.quarters(90, 60), 6, "png").getvalue(),
    "a gif of parts": pictures.gif_of(3).getvalue().replace(b",\0\0\0\0\1\0", b",\1\0\0\0\1\0"),
}


@pytest.mark.parametrize("name", GROWING)
def test_what_has_no_quality_is_encoded_all_the_same(name: str) -> None:
    assert compressed(GROWING[name])


def test_a_file_too_small_for_any_quality_is_of_the_one_asked_for() -> None:
    tiny = file(Image.new("RGB", (1, 1)), quality=1, optimize=True)
    made = compressed(tiny, progressive=True)
    assert len(made) > len(tiny)
    assert made == compressed(tiny, {"op": "mirror"}, progressive=True)


# --- Together with a size or a likeness ------------------------------------------------------


@pytest.mark.parametrize("asked", [{}, {"quality": 50}])
def test_a_copy_that_fits_is_better_than_less_quality(asked: dict[str, int]) -> None:
    source = small("jpeg")
    assert compressed(source, max_bytes=len(source), **asked) == stripped(source, "jpeg")
    less = compressed(source, max_bytes=len(source) - 100, **asked)
    assert len(less) <= len(source) - 100


def test_a_copy_that_fits_does_where_no_file_of_ours_would() -> None:
    source = file(pictures.noise(60, 40).quantize(16), "png")
    assert compressed(source, max_bytes=len(source)) == stripped(source, "png")
    made = outcome(source, max_bytes=len(source) - 1)
    assert isinstance(made, ProcessingError)
    assert f"at least {len(source)}." in made.detail


def test_a_copy_is_as_alike_as_can_be() -> None:
    source = small("jpeg")
    assert compressed(source, target_ssim=0.999) == stripped(source, "jpeg")
    assert compressed(source, target_ssim=0.999, quality=5) == stripped(source, "jpeg")
    fine = file(scene(), quality=98)
    assert len(compressed(fine, target_ssim=0.9)) < len(fine) / 2


def test_likeness_goes_before_size_where_there_is_no_copy() -> None:
    source = small("jpeg", progressive=True)
    made = outcome(source, target_ssim=0.99)
    assert isinstance(made, Result)
    assert len(made.data) > len(source)


# --- Everything else is left alone -----------------------------------------------------------


@pytest.mark.parametrize(
    ("operations", "output"),
    [([{"op": "mirror"}], {}), ([], {"format": "webp"}), ([{"op": "resize", "width": 20}], {})],
    ids=str,
)
def test_no_source_is_read_twice_without_need(
    monkeypatch: pytest.MonkeyPatch, operations: list[Any], output: dict[str, Any]
) -> None:
    def never(*arguments: object) -> None:
        raise AssertionError

    monkeypatch.setattr("processing.fitting.stripped", never)
    monkeypatch.setattr("processing.fitting.Original.size", property(never))
    assert compressed(small("jpeg"), *operations, **output)
