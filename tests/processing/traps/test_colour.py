"""Colours that are not 8-bit sRGB: deep, in inks, in another space, or with a profile that lies."""

import struct
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import pyvips
from numpy.typing import NDArray
from PIL import Image, ImageCms

from processing.limits import Limits
from processing.pipeline import Result, parse, run
from tests import pictures

LIMITS = Limits()
Levels = NDArray[np.float64]


def converted(content: bytes, **output: Any) -> Image.Image:
    (result,) = run(BytesIO(content), [parse({"output": output}, LIMITS)], LIMITS)
    assert isinstance(result, Result), result.detail
    with Image.open(BytesIO(result.data)) as image:
        assert not image.info.get("icc_profile")
        image.load()
        return image


# --- 16 bits ----------------------------------------------------------------------------------

UP = np.tile(np.linspace(0, 65535, 1024).round(), (8, 1))
DEEP = {
    "b-w": UP[:, :, None],
    "grey16": np.dstack([UP, UP[:, ::-1]]),
    "rgb16": np.dstack([UP, UP[:, ::-1], UP]),
    "rgba": np.dstack([UP, UP[:, ::-1], UP, np.roll(UP, 99, 1)]),
}


def deep_png(levels: Levels, interpretation: str) -> bytes:
    """A 16-bit PNG by libvips."""
    height, width, bands = levels.shape
    samples = levels.astype("uint16").tobytes()
    image = pyvips.Image.new_from_memory(samples, width, height, bands, "ushort")
    return bytes(image.copy(interpretation=interpretation).pngsave_buffer())


@pytest.mark.parametrize("bands", range(1, 5))
def test_sixteen_bits_become_eight_within_a_level(bands: int) -> None:
    levels = [*DEEP.values()][bands - 1]
    content = deep_png(levels, "grey16" if bands < 3 else "rgb16")
    mode = ["L", "LA", "RGB", "RGBA"][bands - 1]
    made = pictures.pixels(converted(content, format="png").convert(mode)).reshape(levels.shape)
    difference = made - levels / 257
    assert abs(difference).max() <= 1
    assert abs(difference.mean()) < 0.1


@pytest.mark.parametrize("format", ["jpeg", "webp", "avif"])
def test_a_ramp_of_sixteen_bits_stays_a_ramp(format: str) -> None:
    content = deep_png(DEEP["b-w"], "grey16")
    made = pictures.pixels(converted(content, format=format, quality=95).convert("L"))
    columns = made.mean(axis=0)
    assert np.abs(columns - UP[0] / 257).mean() < 1
    # It rises; an encoder may waver by a level.
    assert np.diff(columns[::32]).min() > 0


# --- Inks -------------------------------------------------------------------------------------


def ycck(image: Image.Image) -> bytes:
    """A JPEG in the colours of televisions and black, as Adobe writes it: inks the wrong way."""
    inks = np.dstack([pictures.pixels(image.convert("YCbCr")), np.full(image.size[::-1], 0)])
    inks[:, :, :3] = 255 - inks[:, :, :3]
    plain = Image.frombytes("CMYK", image.size, inks.astype("uint8").tobytes())
    content = bytearray(pictures.file(plain, "jpeg", quality=100, subsampling=0).getvalue())
    # Pillow wrote the samples as they are; now they are said to be luminance, two colours, black.
    content[content.index(b"Adobe") + 11] = 2
    return bytes(content)


def adobe_cmyk(image: Image.Image) -> bytes:
    return pictures.file(image.convert("CMYK"), "jpeg", quality=100, subsampling=0).getvalue()


@pytest.mark.parametrize("format", ["png", "webp", "avif", "jpeg"])
@pytest.mark.parametrize("make", [ycck, adobe_cmyk])
def test_inks_are_read_as_another_program_does(
    make: Callable[[Image.Image], bytes], format: str
) -> None:
    content = make(pictures.gradient())
    inks = pyvips.Image.new_from_buffer(content, "").numpy().astype(int)
    assert inks.shape[2] == 4
    expected = (255 - inks[:, :, :3]) * (255 - inks[:, :, 3:]) / 255
    made = pictures.pixels(converted(content, format=format, quality=95).convert("RGB"))
    assert abs(made - expected).mean() < (0.5 if format == "png" else 3)


# --- Profiles ---------------------------------------------------------------------------------

# Adobe RGB (1998) and sRGB, as seen under D50.
ADOBE = np.array(
    [[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]]
)
TO_SRGB = np.array(
    [[3.13386, -1.61687, -0.49061], [-0.97877, 1.91614, 0.03345], [0.07195, -0.22899, 1.40524]]
)
D50 = (0.9642, 1.0, 0.8249)
GAMMA = 563 / 256


def adobe_profile() -> bytes:
    """An ICC profile of a matrix and a gamma, written by hand."""

    def fixed(*numbers: float) -> bytes:
        return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))

    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(GAMMA * 256)) + bytes(2)
    text = b"desc" + bytes(4) + struct.pack(">I", 6) + b"Adobe\0" + bytes(79)
    red, green, blue = ADOBE.T.tolist()
    points = {b"wtpt": D50, b"rXYZ": red, b"gXYZ": green, b"bXYZ": blue}
    tags = {b"desc": text, b"cprt": b"text" + bytes(4) + b"none\0"}
    tags |= {name: b"XYZ " + bytes(4) + fixed(*point) for name, point in points.items()}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, at + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = bytes(8) + b"\2\x10\0\0mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28) + fixed(*D50)
    whole = head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body
    return struct.pack(">I", len(whole)) + whole[4:]


def adobe_in_srgb(levels: NDArray[np.int_]) -> Levels:
    light = (levels / 255) ** GAMMA @ ADOBE.T @ TO_SRGB.T
    light = light.clip(0, 1)
    curve = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    result: Levels = curve * 255
    return result


@pytest.mark.parametrize("format", ["png", "jpeg", "webp", "avif"])
def test_a_wide_space_is_converted_and_its_profile_is_gone(format: str) -> None:
    image = pictures.gradient()
    content = pictures.file(image, "png", icc_profile=adobe_profile()).getvalue()
    made = pictures.pixels(converted(content, format=format, quality=95).convert("RGB"))
    expected = adobe_in_srgb(pictures.pixels(image))
    assert abs(made - expected).mean() < (0.6 if format == "png" else 2.5)
    assert abs(expected - pictures.pixels(image)).mean() > 8


LYING = {
    "of other pixels": ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
    "cut short": adobe_profile()[:200],
    "only a head": adobe_profile()[:128],
    "pointing nowhere": adobe_profile()[:172] + b"\xff" * 8 + adobe_profile()[180:],
    "rubbish": bytes(range(256)) * 4,
}


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "CMYK"])
@pytest.mark.parametrize("kind", LYING)
def test_a_profile_that_cannot_be_used_counts_as_srgb(kind: str, mode: str) -> None:
    image, format = pictures.gradient().convert(mode), "jpeg" if mode == "CMYK" else "png"
    made = [
        converted(pictures.file(image, format, **more).getvalue(), format="png").convert("RGBA")
        for more in ({"icc_profile": LYING[kind]}, {})
    ]
    assert made[0].tobytes() == made[1].tobytes()


def test_grey_with_a_profile_of_colours_follows_its_curve() -> None:
    ramp = Image.linear_gradient("L")
    content = pictures.file(ramp, "png", icc_profile=adobe_profile()).getvalue()
    grey = converted(content, format="png")
    assert grey.mode == "L"
    made, levels = pictures.pixels(grey), pictures.pixels(ramp.convert("RGB"))
    assert abs(made - adobe_in_srgb(levels)[:, :, 1]).max() <= 1.5
