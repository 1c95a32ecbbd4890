"""icc: the colour space of the result, and the profile that goes along."""

from io import BytesIO
from typing import Any

import pytest
import pyvips
from PIL import Image, ImageCms

from processing.errors import ProcessingError
from processing.limits import Limits
from processing.pipeline import Result, parse, run
from tests import pictures
from tests.processing.test_color import p3_profile

LIMITS = Limits()
LOSSLESS = [("png", {}), ("webp", {"lossless": True}), ("tiff", {})]


def gray_icc() -> bytes:
    """A profile of grey with a gamma of 1.8, tag by tag."""

    def text(value: bytes) -> bytes:
        return b"desc\0\0\0\0" + (len(value) + 1).to_bytes(4, "big") + value + bytes(80)

    white = b"XYZ \0\0\0\0" + b"".join(
        round(one * 65536).to_bytes(4, "big") for one in (0.9642, 1.0, 0.8249)
    )
    curve = b"curv\0\0\0\0\0\0\0\1" + round(1.8 * 256).to_bytes(2, "big") + bytes(2)
    parts = [(b"desc", text(b"grey")), (b"wtpt", white), (b"kTRC", curve)]
    at, table, data = 128 + 4 + 12 * len(parts), b"", b""
    for name, part in parts:
        part += bytes(-len(part) % 4)
        table += name + (at + len(data)).to_bytes(4, "big") + len(part).to_bytes(4, "big")
        data += part
    body = len(parts).to_bytes(4, "big") + table + data
    head = (128 + len(body)).to_bytes(4, "big") + b"lcms" + b"\x02\x10\0\0" + b"mntrGRAYXYZ "
    head += bytes(12) + b"acsp" + bytes(28) + white[8:] + bytes(48)
    return head + body


def outcomes(source: BytesIO, *asked: dict[str, Any]) -> list[Result | ProcessingError]:
    return list(run(source, [parse(one, LIMITS) for one in asked], LIMITS))


def opened(source: BytesIO, operations: Any = (), **output: Any) -> Image.Image:
    (made,) = outcomes(source, {"operations": list(operations), "output": output})
    assert isinstance(made, Result), made.detail
    image = Image.open(BytesIO(made.data))
    image.load()
    return image


@pytest.mark.parametrize(("format", "more"), LOSSLESS)
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_keep_leaves_pixels_and_profile_alone(mode: str, format: str, more: Any) -> None:
    image = pictures.gradient().convert(mode)
    profile = gray_icc() if mode == "L" else p3_profile()
    source = pictures.file(image, "png", icc_profile=profile)
    made = opened(source, format=format, icc="keep", **more)
    assert made.info["icc_profile"] == profile
    assert (pictures.pixels(made.convert(mode)) == pictures.pixels(image)).all()


@pytest.mark.parametrize("format", ["jpeg", "avif", "webp"])
def test_lossy_formats_carry_the_profile_too(format: str) -> None:
    source = pictures.file(pictures.gradient(), "png", icc_profile=p3_profile())
    made = opened(source, format=format, icc="keep", quality=95)
    assert made.info["icc_profile"] == p3_profile()
    assert abs(pictures.pixels(made) - pictures.pixels(pictures.gradient())).mean() < 2


def test_srgb_is_the_default_and_converts() -> None:
    source = pictures.file(pictures.gradient(), "png", icc_profile=p3_profile())
    made = opened(source)
    assert "icc_profile" not in made.info
    reference = pyvips.Image.new_from_buffer(source.getvalue(), "").icc_transform(
        "srgb", embedded=True, intent="relative", black_point_compensation=True
    )
    assert abs(pictures.pixels(made) - reference.numpy()[:, :, :3].astype(int)).max() <= 2


@pytest.mark.parametrize("profile", [b"rubbish" * 40, p3_profile()[:100], None], ids=str)
def test_without_a_sound_profile_keep_is_srgb(profile: bytes | None) -> None:
    made = opened(pictures.file(pictures.gradient(), "png", icc_profile=profile), icc="keep")
    assert "icc_profile" not in made.info
    assert (pictures.pixels(made) == pictures.pixels(pictures.gradient())).all()


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_a_profile_of_other_pixels_is_not_kept(mode: str) -> None:
    file = pictures.file(pictures.gradient().convert(mode), "jpeg", icc_profile=p3_profile())
    assert "icc_profile" not in opened(file, format="png", icc="keep").info


def test_a_profile_never_stands_over_pixels_it_does_not_speak_of() -> None:
    wide = pictures.file(pictures.gradient(), "png", icc_profile=p3_profile())
    grey = pictures.file(pictures.gradient().convert("L"), "png", icc_profile=gray_icc())
    made = opened(wide, [{"op": "grayscale"}], icc="keep")
    assert (made.mode, made.info["icc_profile"]) == ("RGB", p3_profile())
    assert "icc_profile" not in opened(grey, [{"op": "border", "color": "red"}], icc="keep").info


def test_each_pipeline_has_the_space_it_asks_for() -> None:
    source = pictures.file(pictures.gradient(), "png", icc_profile=p3_profile())
    flip = [{"op": "flip"}, {"op": "flip"}]
    kinds = ["srgb", "keep", "srgb", "keep"]
    made = outcomes(source, *({"operations": flip, "output": {"icc": kind}} for kind in kinds))
    images = [Image.open(BytesIO(one.data)) for one in made if isinstance(one, Result)]
    assert ["icc_profile" in image.info for image in images] == [False, True, False, True]
    plain = pictures.pixels(pictures.gradient())
    assert [(pictures.pixels(image) == plain).all() for image in images] == [False, True] * 2


def test_a_gif_has_no_room_for_it() -> None:
    (made,) = outcomes(pictures.file(pictures.gradient(), "gif"), {"output": {"icc": "keep"}})
    assert isinstance(made, ProcessingError)
    assert (made.code, made.path) == ("no_profile", "output.icc")


def test_the_profiles_of_these_tests_are_sound() -> None:
    for profile, space in ((gray_icc(), "GRAY"), (p3_profile(), "RGB")):
        assert ImageCms.ImageCmsProfile(BytesIO(profile)).profile.xcolor_space.strip() == space
