"""strip: the pixels of a file to the last bit, and nothing else of it."""

import re
import struct
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import pyvips
from PIL import Image, ImageCms, ImageSequence, PngImagePlugin

from processing.strip import stripped
from tests import pictures

SECRET = b"SECRET"


def shown(data: bytes) -> tuple[Any, list[tuple[tuple[int, int], bytes, Any]]]:
    """How often a file plays, and every frame as it is shown, with its time."""
    with Image.open(BytesIO(data)) as image:
        frames = []
        for frame in ImageSequence.Iterator(image):
            frame.load()
            rgba = frame.convert("RGBA")
            frames.append((rgba.size, rgba.tobytes(), frame.info.get("duration")))
        return image.info.get("loop"), frames


def telltale(format: str) -> dict[str, Any]:
    """What a writer takes along of metadata, as much as there is."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 0.0)})
    options: dict[str, Any] = {"exif": exif, "xmp": b"<x>" + SECRET + b"</x>"}
    if format == "png":
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", SECRET.decode())
        text.add_itxt("Title", SECRET.decode(), zip=True)
        options = {"exif": exif, "pnginfo": text, "dpi": (300, 300)}
    if format == "gif":
        options = {"comment": SECRET}
    if format == "jpeg":
        options["comment"] = SECRET
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return options if format == "gif" else options | {"icc_profile": profile}


def photo(mode: str = "RGB") -> Image.Image:
    return pictures.noise(60, 45, 50).resize((61, 47)).convert(mode)


def still(format: str, image: Image.Image, **options: Any) -> bytes:
    return pictures.file(image, format, **telltale(format), **options).getvalue()


def moving(format: str, **options: Any) -> bytes:
    return pictures.animation(format, **telltale(format), **options).getvalue()


FILES = {
    "jpeg": still("jpeg", photo()),
    "jpeg grey": still("jpeg", photo("L")),
    "jpeg progressive": still("jpeg", photo(), progressive=True),
    "jpeg restarts": still("jpeg", photo(), restart_marker_blocks=2),
    "jpeg progressive restarts": still("jpeg", photo(), progressive=True, restart_marker_rows=1),
    "jpeg rgb": still("jpeg", photo(), keep_rgb=True),
    **{
        f"png {mode}": still("png", pictures.in_mode(mode))
        for mode in ("1", "L", "LA", "P", "P+tRNS", "RGB", "RGBA")
    },
    "png colour key": still("png", pictures.quarters(), transparency=pictures.RED),
    "png 2 bits": still("png", photo("L").quantize(4), bits=2),
    "png animated": moving("png", loop=3),
    "webp": still("webp", photo()),
    "webp lossless": still("webp", photo("RGBA"), lossless=True),
    "webp alpha": still("webp", pictures.half_transparent()),
    "webp animated": moving("webp", loop=3),
    "webp animated alpha": moving("webp", quality=50, kmin=3, kmax=5),
    "gif": still("gif", pictures.quarters()),
    "gif transparent": still("gif", pictures.half_transparent()),
    "gif animated": moving("gif", loop=3),
    "gif once": moving("gif"),
}


def format_of(name: str) -> str:
    return name.split()[0]


@pytest.mark.parametrize("name", FILES)
def test_every_pixel_and_moment_stays(name: str) -> None:
    made = stripped(FILES[name], format_of(name))
    assert made is not None
    assert shown(made) == shown(FILES[name])
    assert len(made) < len(FILES[name])


@pytest.mark.parametrize("name", [name for name in FILES if "gif" not in name])
def test_another_library_sees_the_same_pixels(name: str) -> None:
    made = stripped(FILES[name], format_of(name))
    before, after = (
        np.asarray(pyvips.Image.new_from_buffer(data, "").numpy()) for data in (FILES[name], made)
    )
    assert np.array_equal(before, after)


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_left_of_the_metadata(name: str) -> None:
    made = stripped(FILES[name], format_of(name))
    assert made is not None
    assert SECRET in FILES[name]
    for trace in (SECRET, b"Exif", b"eXIf", b"EXIF", b"XMP ", b"<x>", b"ICC", b"iCCP", b"tEXt"):
        assert trace not in made
    with Image.open(BytesIO(made)) as image:
        image.load()
        assert not image.getexif()
        assert not image.info.keys() & {
            "exif",
            "xmp",
            "icc_profile",
            "comment",
            "Comment",
            "dpi",
        } - {"dpi" if format_of(name) == "jpeg" else ""}


@pytest.mark.parametrize("name", FILES)
def test_nothing_that_follows_the_picture_is_left(name: str) -> None:
    polyglot = FILES[name] + b"PK\x03\x04" + SECRET + b"<script>"
    assert stripped(polyglot, format_of(name)) == stripped(FILES[name], format_of(name))


@pytest.mark.parametrize("name", FILES)
def test_there_is_nothing_left_to_strip_afterwards(name: str) -> None:
    made = stripped(FILES[name], format_of(name))
    assert made is not None
    assert stripped(made, format_of(name)) == made


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_anywhere_is_left_alone(name: str) -> None:
    whole = FILES[name]
    complete = {stripped(whole, format_of(name)), None}
    # Only what follows the picture may be missing.
    for end in range(len(whole)):
        assert stripped(whole[:end], format_of(name)) in complete
    assert stripped(whole[: len(whole) // 2], format_of(name)) is None


@pytest.mark.parametrize("name", FILES)
def test_broken_bytes_are_an_answer_too(name: str) -> None:
    random = np.random.default_rng(11)
    for _ in range(150):
        data = bytearray(FILES[name])
        for place in random.integers(0, len(data), 3):
            data[place] = random.integers(0, 256)
        for format in ("jpeg", "png", "webp", "gif"):
            made = stripped(bytes(data), format)
            assert made is None or len(made) <= len(data) + 8


def test_a_thumbnail_in_the_header_of_a_jpeg_goes() -> None:
    plain = pictures.file(photo()).getvalue()
    thumbnail = b"JFIF\0\1\1\0\0\1\0\1\2\2" + SECRET * 2
    extension = b"JFXX\0\x13" + SECRET
    head = b"".join(
        b"\xff\xe0" + struct.pack(">H", len(body) + 2) + body for body in (thumbnail, extension)
    )
    made = stripped(b"\xff\xd8" + head + plain[20:], "jpeg")
    assert made is not None
    assert SECRET not in made
    assert shown(made) == shown(plain)


def test_a_second_picture_behind_the_first_goes() -> None:
    both = pictures.file(photo(), "mpo", save_all=True, append_images=[photo("L")]).getvalue()
    made = stripped(both, "jpeg")
    assert made is not None
    assert made.count(b"\xff\xd8\xff") == 1
    assert shown(made)[1] == shown(both)[1][:1]


def test_fill_bytes_before_markers_are_no_matter() -> None:
    plain = pictures.file(photo()).getvalue()
    filled = re.sub(rb"\xff([\xdb\xc0\xc4\xda\xd9])", lambda found: b"\xff\xff" + found[0], plain)
    assert len(filled) > len(plain)
    assert shown(filled) == shown(plain)
    assert stripped(filled, "jpeg") == stripped(plain, "jpeg")


ODD = {
    "cmyk": ("jpeg", pictures.file(photo("CMYK")).getvalue()),
    "16 bit grey": ("png", pictures.file(pictures.in_mode("I;16"), "png").getvalue()),
    "16 bit colour": ("png", pictures.png_of(1, 1, 16, 2, bytes(7)).getvalue()),
    "a critical chunk nobody knows": (
        "png",
        pictures.png_of(1, 1, 8, 0, bytes(2), (b"ABcD", b"")).getvalue(),
    ),
    "a hidden still": (
        "png",
        pictures.animation("png", default_image=True).getvalue(),
    ),
    "a frame beyond the screen": (
        "gif",
        pictures.gif_of(1).getvalue().replace(b",\0\0\0\0\1\0", b",\1\0\0\0\1\0"),
    ),
    "no frames": ("gif", pictures.gif_of(0).getvalue()),
    "avif": ("avif", pictures.file(photo(), "avif").getvalue()),
    "a wrong name": ("png", FILES["jpeg"]),
    "nothing": ("jpeg", b""),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_is_left_to_the_encoder(name: str) -> None:
    format, data = ODD[name]
    assert stripped(data, format) is None


@pytest.mark.parametrize("name", ["png RGB", "png P", "png animated"])
def test_a_wrong_checksum_is_left_to_the_encoder(name: str) -> None:
    data = bytearray(FILES[name])
    data[data.rindex(b"IDAT") - 5] ^= 1
    at = data.index(b"IDAT")
    data[at + 4 + struct.unpack(">I", data[at - 4 : at])[0]] ^= 1
    assert stripped(bytes(data), "png") is None


def test_frames_of_a_png_that_announces_none_go() -> None:
    hidden = pictures.png_of(
        1, 1, 8, 0, bytes(2), (b"fcTL", bytes(26)), (b"fdAT", bytes(4) + SECRET)
    )
    assert stripped(hidden.getvalue(), "png") == pictures.png_of(1, 1, 8, 0, bytes(2)).getvalue()


def test_chunks_inside_the_frames_of_a_webp_go() -> None:
    plain = stripped(FILES["webp animated"], "webp")
    assert plain is not None
    at = plain.index(b"ANMF")
    length = struct.unpack("<I", plain[at + 4 : at + 8])[0]
    extra = b"JUNK" + struct.pack("<I", 6) + SECRET
    frame = b"ANMF" + struct.pack("<I", length + 14) + plain[at + 8 : at + 8 + length] + extra
    body = plain[8:at] + frame + plain[at + 8 + length :]
    assert stripped(b"RIFF" + struct.pack("<I", len(body)) + body, "webp") == plain
