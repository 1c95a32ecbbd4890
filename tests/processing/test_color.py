"""color: every kind of pixels as 8-bit sRGB."""

from io import BytesIO

import numpy as np
import pytest
import pyvips
from PIL import Image, ImageCms

from processing.color import to_srgb
from processing.decode import decode, inspect
from processing.limits import Limits
from tests import pictures


def opened(file: BytesIO) -> Image.Image:
    return decode(file, inspect(file, Limits())).frames[0].image


def p3_profile() -> bytes:
    """A profile with the primaries of Display P3, as libvips carries it."""
    image = pyvips.Image.black(1, 1, bands=3).copy(interpretation="srgb").cast("uchar")
    wide = image.icc_export(output_profile="p3")
    return bytes(wide.get("icc-profile-data"))


@pytest.mark.parametrize("mode", pictures.MODES)
def test_every_mode_shows_the_same_picture(mode: str) -> None:
    image = to_srgb(pictures.in_mode(mode, 40, 30))
    assert image.mode in pictures.WORKING_MODES
    assert image.info == {}
    grey = pictures.pixels(image.convert("RGB").convert("L"))
    expected = pictures.pixels(pictures.gradient(40, 30).convert("L"))
    # 1, P and CMYK are coarse; none is off as a whole.
    assert abs(grey.mean() - expected.mean()) < 12
    assert grey[0, 0] <= grey[-1, -1]


def test_sixteen_bits_are_scaled_and_not_clipped() -> None:
    ramp = np.linspace(0, 65535, 256 * 4).round().astype("uint16").reshape(4, 256)
    made = pictures.pixels(opened(pictures.file(Image.fromarray(ramp), "png")))
    assert abs(made - ramp / 257).max() <= 0.5
    assert (np.diff(made.ravel()) >= 0).all()


@pytest.mark.parametrize(("depth", "level"), [(1, 1), (2, 2), (4, 9)])
def test_a_transparent_level_of_shallow_grey_is_found(depth: int, level: int) -> None:
    per_byte = 8 // depth
    row = bytes([0, sum(level << (8 - depth * (at + 1)) for at in range(per_byte // 2))])
    file = pictures.png_of(per_byte, 1, depth, 0, row, (b"tRNS", bytes([0, level])))
    alpha = pictures.pixels(opened(file).getchannel("A"))[0]
    assert list(alpha) == [0] * (per_byte // 2) + [255] * (per_byte - per_byte // 2)


def test_a_transparent_level_of_deep_grey_is_found() -> None:
    file = pictures.png_of(2, 1, 16, 0, b"\0\x12\x34\x12\x35", (b"tRNS", b"\x12\x34"))
    assert list(pictures.pixels(opened(file).getchannel("A"))[0]) == [0, 255]


def test_a_transparent_deep_colour_is_found() -> None:
    rows = b"\0" + b"\x12\x00\x34\x00\x56\x00" + b"\xff\xff\xff\xff\xff\xff"
    file = pictures.png_of(2, 1, 16, 2, rows, (b"tRNS", b"\x12\x00\x34\x00\x56\x00"))
    assert list(pictures.pixels(opened(file).getchannel("A"))[0]) == [0, 255]


def test_a_wide_profile_is_worked_into_the_pixels() -> None:
    image = pictures.gradient()
    file = pictures.file(image, "png", icc_profile=p3_profile())
    made = opened(file)
    reference = pyvips.Image.new_from_buffer(file.getvalue(), "")
    expected = reference.icc_transform(
        "srgb", embedded=True, intent="relative", black_point_compensation=True
    )
    difference = pictures.pixels(made) - expected.numpy()[:, :, :3].astype(int)
    assert abs(difference).mean() < 1
    assert abs(pictures.pixels(made) - pictures.pixels(image)).mean() > 2
    assert "icc_profile" not in made.info


def test_a_profile_of_srgb_by_any_name_leaves_pixels_alone() -> None:
    image = pictures.gradient()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = opened(pictures.file(image, "png", icc_profile=srgb))
    assert (pictures.pixels(made) == pictures.pixels(image)).all()


@pytest.mark.parametrize("profile", [b"rubbish" * 40, b"", None])
def test_a_broken_profile_counts_as_srgb(profile: bytes | None) -> None:
    image = pictures.gradient()
    made = opened(pictures.file(image, "png", icc_profile=profile))
    assert (pictures.pixels(made) == pictures.pixels(image)).all()


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA"])
def test_a_profile_leaves_alpha_alone(mode: str) -> None:
    image = pictures.gradient().convert(mode)
    image.info["icc_profile"] = p3_profile()
    made = to_srgb(image)
    assert made.mode == mode
    if mode.endswith("A"):
        assert made.getchannel("A").tobytes() == image.getchannel("A").tobytes()


def test_a_profile_of_other_pixels_is_passed_over() -> None:
    image = pictures.gradient().convert("CMYK")
    image.info["icc_profile"] = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert pictures.pixels(to_srgb(image)).mean() == pytest.approx(
        pictures.pixels(image.convert("RGB")).mean()
    )


def test_cmyk_without_a_profile_is_read_as_another_program_does() -> None:
    content = pictures.file(pictures.gradient().convert("CMYK"), "jpeg", quality=100).getvalue()
    made = pictures.pixels(opened(BytesIO(content)))
    inks = pyvips.Image.new_from_buffer(content, "").numpy().astype(int)
    # Plain arithmetic on what libvips reads: light is what neither ink nor black takes away.
    expected = (255 - inks[:, :, :3]) * (255 - inks[:, :, 3:]) / 255
    assert abs(made - expected).max() <= 2


def test_cmyk_with_a_profile_is_worked_into_the_pixels() -> None:
    ink = pyvips.Image.new_from_array(pictures.pixels(pictures.gradient()).astype("uint8"))
    ink = ink.copy(interpretation="srgb").icc_export(output_profile="cmyk")
    content = ink.jpegsave_buffer(Q=100, keep="icc")
    expected = pyvips.Image.new_from_buffer(content, "").icc_transform(
        "srgb", embedded=True, intent="relative", black_point_compensation=True
    )
    made = opened(BytesIO(content))
    assert abs(pictures.pixels(made) - expected.numpy().astype(int)).mean() < 1
    plain = pictures.pixels(Image.open(BytesIO(content)).convert("RGB"))
    assert abs(pictures.pixels(made) - plain).mean() > 5
