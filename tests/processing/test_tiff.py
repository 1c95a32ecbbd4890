"""TIFF: read where an install allows it, and written."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
import pyvips
from PIL import Image

from processing.decode import SourceInfo, decode, inspect
from processing.limits import Limits
from processing.operation import Picture
from processing.pipeline import Result, parse, run
from tests import pictures

LIMITS = Limits(formats=(*Limits.formats, "tiff"))
PACKINGS = ("raw", "tiff_adobe_deflate", "tiff_lzw")


def read(file: BytesIO) -> tuple[SourceInfo, Picture]:
    info = inspect(file, LIMITS)
    return info, decode(file, info, 1.0, info.frames)


def pixels_of(file: BytesIO) -> Any:
    return pictures.pixels(read(file)[1].frames[0].image)


def result(source: BytesIO, **output: Any) -> Result:
    (made,) = run(source, [parse({"output": {"format": "tiff", **output}}, LIMITS)], LIMITS)
    assert isinstance(made, Result), made.detail
    return made


def seen_by_vips(data: bytes) -> Any:
    return pyvips.Image.new_from_buffer(data, "").numpy().astype(int)


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA"])
def test_it_is_read_as_another_program_does(mode: str, packing: str) -> None:
    file = pictures.file(pictures.in_mode(mode, 40, 30), "tiff", compression=packing)
    assert (pixels_of(file) == seen_by_vips(file.getvalue())).all()


@pytest.mark.parametrize("bands", [1, 3])
def test_sixteen_bits_are_scaled(bands: int) -> None:
    deep = np.linspace(0, 65535, 40 * 30 * bands).round().astype("uint16").reshape(30, 40, bands)
    kind = "rgb16" if bands == 3 else "grey16"
    data = pyvips.Image.new_from_array(deep).copy(interpretation=kind).tiffsave_buffer()
    made = pixels_of(BytesIO(data)).reshape(deep.shape)
    # Pillow drops the lower byte of colours.
    assert abs(made - deep / 257).max() <= (0.5 if bands == 1 else 1)


@pytest.mark.parametrize("most", [1.0, 255.0])
def test_floats_run_to_one_or_to_255(most: float) -> None:
    levels = np.linspace(0, most, 1200).astype("float32").reshape(30, 40)
    made = pixels_of(pictures.file(Image.fromarray(levels), "tiff"))
    assert abs(made - levels * (255 / most)).max() <= 1


def test_inks_become_light() -> None:
    inks = pictures.gradient(40, 30).convert("CMYK")
    made = pixels_of(pictures.file(inks, "tiff", compression="tiff_lzw"))
    given = pictures.pixels(inks)
    expected = (255 - given[:, :, :3]) * (255 - given[:, :, 3:]) / 255
    assert abs(made - expected).max() <= 1


def test_lab_becomes_srgb() -> None:
    scene = pictures.pixels(pictures.gradient(40, 30))
    lab = pyvips.Image.new_from_array(scene.astype("uint8")).copy(interpretation="srgb")
    data = lab.colourspace("labq").tiffsave_buffer()
    assert abs(pixels_of(BytesIO(data)) - scene).mean() < 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_comes_out_upright(orientation: int) -> None:
    scene = pictures.quarters(40, 30)
    stored = scene.transpose(pictures.UNDO[orientation]) if orientation > 1 else scene
    info, picture = read(pictures.file(stored, "tiff", tiffinfo={0x0112: orientation}))
    assert info.size == picture.size == (40, 30)
    assert (pictures.pixels(picture.frames[0].image) == pictures.pixels(scene)).all()


def test_of_several_pages_the_first_is_the_picture() -> None:
    first, other = pictures.quarters(40, 30), Image.new("L", (90, 70))
    file = pictures.file(first, "tiff", save_all=True, append_images=[other, other])
    info, picture = read(file)
    assert (info.frames, info.size) == (1, (40, 30))
    assert (pictures.pixels(picture.frames[0].image) == pictures.pixels(first)).all()


@pytest.mark.parametrize("mode", pictures.WORKING_MODES)
def test_it_is_written_so_that_another_program_reads_every_pixel(mode: str) -> None:
    image = pictures.gradient().convert(mode)
    made = result(pictures.file(image, "png"), lossless=True)
    assert (made.format, made.content_type) == ("tiff", "image/tiff")
    assert (seen_by_vips(made.data).squeeze() == pictures.pixels(image)).all()


def test_it_is_compressed() -> None:
    image = pictures.gradient(400, 300)
    made = Image.open(BytesIO(result(pictures.file(image, "png")).data))
    assert made.info["compression"] == "tiff_adobe_deflate"
    assert len(result(pictures.file(image, "png")).data) < 400 * 300 * 3 / 20


def test_of_an_animation_the_first_frame_is_written() -> None:
    made = result(pictures.animation("gif"))
    assert made.frames == 1
    with Image.open(BytesIO(made.data)) as image:
        assert getattr(image, "n_frames", 1) == 1
        assert image.mode == "RGBA"
        assert list(pictures.pixels(image)[6, 4:12, 3]) == [255] * 4 + [0] * 4
