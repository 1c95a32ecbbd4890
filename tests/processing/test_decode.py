"""decode: what a header says, and pixels upright and in sRGB."""

from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from processing.decode import decode, inspect
from processing.errors import (
    LimitExceeded,
    ProcessingError,
    UnreadableImage,
    UnsupportedFormat,
)
from processing.limits import Limits
from processing.operation import Picture
from tests import pictures

LIMITS = Limits()
FORMATS = ("jpeg", "png", "gif", "webp", "avif")


def read(source: BytesIO, shrink: float = 1.0) -> Picture:
    info = inspect(source, LIMITS)
    return decode(source, info, shrink, info.frames)


def still(source: BytesIO, shrink: float = 1.0) -> Image.Image:
    return read(source, shrink).frames[0].image


@pytest.mark.parametrize("format", FORMATS)
def test_a_header_tells_format_and_size(format: str) -> None:
    info = inspect(pictures.file(pictures.gradient(50, 40), format), LIMITS)
    assert (info.format, info.size, info.frames) == (format, (50, 40), 1)
    assert not info.has_alpha


@pytest.mark.parametrize("format", ["png", "gif", "webp", "avif"])
def test_a_header_tells_frames_and_alpha(format: str) -> None:
    info = inspect(pictures.animation(format), LIMITS)
    assert (info.frames, info.has_alpha) == (3, True)


def test_no_pixel_is_read_for_a_header(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(image: Image.Image) -> None:
        raise AssertionError("pixels were read")

    files = [pictures.file(pictures.gradient(), format) for format in FORMATS]
    files += [pictures.animation(format) for format in ("png", "gif", "webp", "avif")]
    files.append(pictures.photographed(pictures.quarters(), 6, "png"))
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", refuse)
    monkeypatch.setattr("PIL.Image.Image.load", refuse)
    assert [inspect(file, LIMITS).format for file in files] == [*FORMATS, *FORMATS[1:], "png"]


@pytest.mark.parametrize("format", ["jpeg", "png", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("shrink", [1.0, 4.0])
def test_every_orientation_comes_out_upright(format: str, orientation: int, shrink: float) -> None:
    scene = pictures.quarters(402, 302)
    file = pictures.photographed(scene, orientation, format)
    info = inspect(file, LIMITS)
    assert info.size == (402, 302)
    picture = read(file, shrink)
    assert picture.size == (402, 302)
    image = picture.frames[0].image
    right, bottom = image.width - 2, image.height - 2
    seen = [image.getpixel(at) for at in [(1, 1), (right, 1), (1, bottom), (right, bottom)]]
    for color, expected in zip(
        seen, [pictures.RED, pictures.GREEN, pictures.BLUE, pictures.WHITE], strict=True
    ):
        assert isinstance(color, tuple)
        assert max(abs(a - b) for a, b in zip(color, expected, strict=True)) <= 4


def test_no_memory_to_turn_a_picture_is_a_clean_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise MemoryError

    file = pictures.photographed(pictures.quarters(), 6)
    monkeypatch.setattr("PIL.Image.Image.transpose", fail)
    with pytest.raises(LimitExceeded) as error:
        still(file)
    assert error.value.code == "out_of_memory"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("exif", [b"Exif\0\0rubbish", b"Exif\0\0II*\0\x08\0\0\0\xff\xff", b"\0"])
def test_broken_exif_is_no_reason_to_refuse(exif: bytes) -> None:
    file = pictures.file(pictures.gradient(), "jpeg", exif=exif)
    assert inspect(file, LIMITS).orientation == 1
    assert still(file).size == (64, 48)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_means_upright(orientation: int) -> None:
    file = pictures.photographed(pictures.quarters(), orientation)
    assert still(file).getpixel((0, 0)) == pytest.approx(pictures.RED, abs=4)


@pytest.mark.parametrize("shrink", [1, 1.9, 2, 3.5, 8, 30])
@pytest.mark.parametrize("format", ["jpeg", "png"])
def test_a_shrunk_picture_is_no_smaller_than_allowed(format: str, shrink: float) -> None:
    picture = read(pictures.file(pictures.gradient(601, 401), format), shrink)
    image = picture.frames[0].image
    assert image.width >= 601 / shrink
    assert image.height >= 401 / shrink
    assert shrink < 3 or image.width < 601
    assert picture.size == (601, 401)


def test_the_part_filled_edge_of_a_shrunk_picture_is_not_counted() -> None:
    picture = read(pictures.file(pictures.gradient(601, 401), "jpeg"), 8)
    assert picture.frames[0].image.size == (76, 51)
    assert picture.part == (0, 0, 601 / 8, 401 / 8)


@pytest.mark.parametrize("format", ["gif", "png", "webp", "avif"])
def test_frames_come_with_their_delays_and_transparency(format: str) -> None:
    picture = read(pictures.animation(format, (100, 50, 200)))
    assert [frame.duration for frame in picture.frames] == [100, 50, 200]
    for number, frame in enumerate(picture.frames):
        image = frame.image.convert("RGBA")
        assert image.getpixel((number * 4 + 4, 6))[3] > 250  # type: ignore[index]
        assert image.getpixel((23, 17))[3] < 5  # type: ignore[index]


@pytest.mark.parametrize(
    ("format", "options", "plays"),
    [
        ("gif", {"loop": 0}, 0),
        ("gif", {"loop": 2}, 3),
        ("gif", {}, 1),
        ("webp", {"loop": 3}, 3),
        ("png", {"loop": 3}, 3),
    ],
    ids=str,
)
def test_how_often_an_animation_plays(format: str, options: dict[str, Any], plays: int) -> None:
    assert read(pictures.animation(format, **options)).plays == plays


def test_the_default_image_of_an_apng_is_no_frame() -> None:
    first, *rest = pictures.frames(3)
    file = pictures.file(first, "png", save_all=True, append_images=rest, default_image=True)
    picture = read(file)
    assert inspect(file, LIMITS).frames == len(picture.frames) == 2
    assert picture.frames[0].image.tobytes() == rest[0].tobytes()


def test_later_gif_frames_do_not_outgrow_the_first() -> None:
    head = b"GIF89a\x04\x00\x04\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff"
    small = b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00"
    far = b",\x06\x00\x06\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00"
    picture = read(BytesIO(head + small + far + b";"))
    assert {frame.image.size for frame in picture.frames} == {(4, 4)}


@pytest.mark.parametrize("at", [10, 50, 95])
@pytest.mark.parametrize("format", FORMATS)
def test_a_file_cut_short_is_unreadable(format: str, at: int) -> None:
    whole = pictures.file(pictures.noise(200, 150, 60), format).getvalue()
    with pytest.raises(UnreadableImage, match=f"{format} file is damaged"):
        read(BytesIO(whole[: len(whole) * at // 100]))


@pytest.mark.parametrize("at", [10, 50, 95])
@pytest.mark.parametrize("format", FORMATS[1:])
def test_an_animation_cut_short_is_unreadable(format: str, at: int) -> None:
    first, *rest = (pictures.noise(60, 50, 60) for _ in range(3))
    whole = pictures.file(first, format, save_all=True, append_images=rest).getvalue()
    with pytest.raises(UnreadableImage):
        read(BytesIO(whole[: len(whole) * at // 100]))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "an empty file"),
        (b"\n\n<?xml version='1.0'?><!-- hi --><svg xmlns='http://www.w3.org/2000/svg'/>", "svg"),
        (b"<svg onload='x'/>", "svg"),
        (b"%PDF-1.7 ...", "pdf"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "eps"),
        (b"8BPS\0\1", "psd"),
        (b"\0\0\1\0\1\0\x10\x10", "ico"),
        (b"II*\0\x08\0\0\0", "tiff"),
        (b"BM\0\0\0\0", "bmp"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", "a film"),
        (b"PK\3\4", "zip"),
        (b"<!DOCTYPE html><p>", "html"),
        (b"just some words", "text"),
        (b"\x81\x00\x99\x12" * 9, "unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_other_files_are_named_and_refused(content: bytes, name: str) -> None:
    with pytest.raises(UnsupportedFormat) as refused:
        inspect(BytesIO(content), LIMITS)
    assert refused.value.detail == (
        f"The file should be one of jpeg, png, gif, webp, avif; this is {name}."
    )


def test_no_reader_but_that_of_the_format_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []
    real = Image.open

    def spy(source: BytesIO, **options: Any) -> Image.Image:
        tried.append(options["formats"])
        return real(source, **options)

    monkeypatch.setattr(Image, "open", spy)
    read(pictures.file(pictures.gradient(), "png"))
    assert tried == [["PNG"], ["PNG"]]


def test_an_install_may_accept_fewer_or_more() -> None:
    file = pictures.file(pictures.gradient(), "bmp")
    assert inspect(file, Limits(formats=("bmp",))).format == "bmp"
    with pytest.raises(UnsupportedFormat):
        inspect(pictures.file(pictures.gradient(), "jpeg"), Limits(formats=("bmp",)))


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (pictures.png_of(60_000, 60_000, 1, 0, b"\0"), "too_many_pixels"),
        (pictures.png_of(2**31 - 1, 1, 1, 0, b"\0"), "too_many_pixels"),
        (pictures.png_of(9_000, 9_000, 1, 0, b"\0"), "too_many_pixels"),
        (
            pictures.png_of(1, 1, 1, 0, b"\0\0", (b"acTL", b"\x7f\xff\xff\xff\0\0\0\0")),
            "too_many_frames",
        ),
        (pictures.gif_of(10_000), "too_many_frames"),
        (BytesIO(b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"), "too_many_pixels"),
    ],
    ids=["60000x60000", "2^31 wide", "just too large", "apng", "gif of 10000", "gif screen"],
)
def test_bombs_are_refused_by_their_header(file: BytesIO, code: str) -> None:
    with pytest.raises(LimitExceeded) as refused:
        inspect(file, LIMITS)
    assert refused.value.code == code


def test_a_limit_names_itself_and_what_was_sent() -> None:
    file = pictures.file(pictures.gradient(50, 40), "png")
    assert inspect(file, Limits(max_pixels=2000)).size == (50, 40)
    with pytest.raises(LimitExceeded) as refused:
        inspect(file, Limits(max_pixels=1999))
    assert refused.value.detail == (
        "A picture may have 1999 pixels, all frames together; this one has 2000 (50x40)."
    )
    with pytest.raises(LimitExceeded, match="may have 2 frames"):
        inspect(pictures.animation("gif"), Limits(max_frames=2))
    with pytest.raises(LimitExceeded, match="24x18 in 3 frames"):
        inspect(pictures.animation("gif"), Limits(max_pixels=24 * 18 * 3 - 1))


def test_counting_stops_at_the_limit() -> None:
    class Counting(BytesIO):
        reads = 0

        def read(self, size: int | None = -1) -> bytes:
            Counting.reads += 1
            return super().read(size)

    with pytest.raises(LimitExceeded):
        inspect(Counting(pictures.gif_of(100_000).getvalue()), LIMITS)
    assert Counting.reads < 5000


def test_damage_anywhere_in_a_header_is_a_clean_error() -> None:
    for format in FORMATS:
        whole = pictures.photographed(pictures.gradient(), 6, format).getvalue()
        for at in range(0, min(len(whole), 300), 3):
            for byte in (0, 0xFF):
                with suppress(ProcessingError):
                    inspect(BytesIO(whole[:at] + bytes([byte]) + whole[at + 1 :]), LIMITS)


@pytest.mark.parametrize("format", ["jpeg", "png", "webp", "avif"])
def test_no_frame_is_larger_than_the_header_has_promised(format: str) -> None:
    """What was held against the limits is what is decoded."""
    source = pictures.file(pictures.gradient(50, 40), format)
    less = replace(inspect(source, LIMITS), width=49)
    with pytest.raises(LimitExceeded) as refused:
        decode(source, less)
    assert refused.value.code == "too_many_pixels"
