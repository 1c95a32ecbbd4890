"""metadata: what of the source's goes along. Files are read as the containers they are."""

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms, PngImagePlugin, TiffImagePlugin

from processing.limits import Limits
from processing.output import FORMATS
from processing.pipeline import Result, parse, run
from tests import pictures

LIMITS = Limits(formats=(*Limits.formats, "tiff"))
SOURCES = ("jpeg", "png", "webp", "avif", "gif", "tiff")
SECRET = b"SECRET"
ARTIST, COPYRIGHT = "Ann Ártist", "© Ann"


def converted(source: BytesIO, **output: Any) -> bytes:
    (result,) = run(source, [parse({"output": output}, LIMITS)], LIMITS)
    assert isinstance(result, Result), result.detail
    return result.data


def latin(text: str) -> bytes:
    return text.encode("latin-1")


def full_exif(orientation: int = 6) -> bytes:
    """Place, exposure, a camera's own notes, orientation, and a second directory: a thumbnail."""
    exif = Image.Exif()
    exif.update({0x010E: SECRET, 0x013B: latin(ARTIST), 0x8298: latin(COPYRIGHT)})
    if orientation > 1:
        exif[0x0112] = orientation
    exif[0x8825] = {1: "N", 2: (52.0, 30.0, 0.0), 29: SECRET}
    exif[0x8769] = {0x9286: b"ASCII\0\0\0" + SECRET, 0x927C: b"NOTES" + SECRET, 0x829A: 0.5}
    block = exif.tobytes()[6:]
    thumbnail = b"\xff\xd8THUMBNAIL" + SECRET
    entries = struct.pack(">H", 2)
    entries += struct.pack(">HHLL", 0x0201, 4, 1, len(block) + 30)
    entries += struct.pack(">HHLL", 0x0202, 4, 1, len(thumbnail)) + bytes(4)
    count = struct.unpack_from(">H", block, 8)[0]
    linked = bytearray(block + entries + thumbnail)
    struct.pack_into(">L", linked, 10 + 12 * count, len(block))
    return b"Exif\0\0" + bytes(linked)


XMP = (
    b'<x:xmpmeta xmlns:tiff="t" tiff:Orientation="6"><tiff:Orientation>6</tiff:Orientation>'
    b"<xmp:Thumbnails><rdf:Alt>THUMBNAIL</rdf:Alt></xmp:Thumbnails>" + SECRET + b"</x:xmpmeta>"
)
IPTC = b"\x1c\x02\x05\x00\x06" + SECRET


def source_with_everything(format: str, exif: bytes = b"", xmp: bytes = XMP) -> BytesIO:
    """A file with every kind of block its format has, SECRET in each of them."""
    # Pillow would take the orientation out of an AVIF's EXIF, and write the texts anew as ASCII.
    options: dict[str, Any] = {
        "exif": exif or full_exif(1 if format == "avif" else 6),
        "icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
        "xmp": xmp,
        "comment": SECRET,
    }
    if format == "png":
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", SECRET.decode())
        text.add_text("Zipped", SECRET.decode(), zip=True)
        text.add_itxt("Title", SECRET.decode())
        text.add_itxt("XML:com.adobe.xmp", xmp.decode(errors="replace"))
        text.add(b"tIME", b"\x07\xe0\1\1\1\1\1")
        options |= {"pnginfo": text, "dpi": (72, 72)}
    if format == "tiff":
        tags: dict[int, Any] = {0x010E: SECRET, 0x013B: latin(ARTIST), 0x8298: latin(COPYRIGHT)}
        tags |= {700: xmp, 34377: b"8BIM" + SECRET, 33723: IPTC, 0x8769: {0x9286: SECRET}}
        info = TiffImagePlugin.ImageFileDirectory_v2()
        for tag, value in tags.items():
            info[tag] = value
        options = {"tiffinfo": info}
    whole = pictures.file(pictures.gradient(), format, **options).getvalue()
    if format == "jpeg":
        photoshop = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">L", len(IPTC)) + IPTC
        segment = b"\xff\xed" + struct.pack(">H", len(photoshop) + 2) + photoshop
        whole = whole[:2] + segment + whole[2:]
    if format == "gif":
        # Before the trailer: an application's block, as XMP has it.
        block = b"!\xff\x0bXMP DataXMP" + bytes([len(SECRET)]) + SECRET + b"\0"
        whole = whole[:-1] + block + whole[-1:]
    return BytesIO(whole + SECRET)


# --- What a file is made of ------------------------------------------------------------------


def jpeg_parts(data: bytes) -> Iterator[bytes]:
    at = 2
    while data[at + 1] != 0xDA:
        yield data[at : at + 2]
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    assert data.endswith(b"\xff\xd9")


def png_parts(data: bytes) -> Iterator[bytes]:
    at = 8
    while at < len(data):
        yield data[at + 4 : at + 8]
        at += 12 + int.from_bytes(data[at : at + 4], "big")


def webp_parts(data: bytes) -> Iterator[bytes]:
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    at = 12
    while at < len(data):
        yield data[at : at + 4]
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + length + length % 2


def avif_parts(data: bytes) -> Iterator[bytes]:
    """The kinds of its items, and of the properties of these."""
    assert data[4:12] == b"ftypavif"
    for kind in (b"Exif", b"mime", b"colrprof", b"colrrICC", b"av01"):
        if kind in data:
            yield kind


def gif_parts(data: bytes) -> Iterator[bytes]:
    """The labels of its extensions."""

    def colors(flags: int) -> int:
        return 3 << ((flags & 7) + 1) if flags & 0x80 else 0

    at = 13 + colors(data[10])
    while data[at] != ord(";"):
        if data[at] == ord("!"):
            yield data[at + 1 : at + 2]
            at += 2
        else:
            at += 11 + colors(data[at + 9])
        while data[at]:
            at += 1 + data[at]
        at += 1
    assert at == len(data) - 1


def tiff_parts(data: bytes) -> Iterator[bytes]:
    with Image.open(BytesIO(data)) as image:
        yield from (str(tag).encode() for tag in image.tag_v2)  # type: ignore[attr-defined]


PARTS = {
    "jpeg": jpeg_parts,
    "png": png_parts,
    "webp": webp_parts,
    "avif": avif_parts,
    "gif": gif_parts,
    "tiff": tiff_parts,
}
BARE = {
    "jpeg": {b"\xff\xe0", b"\xff\xdb", b"\xff\xc0", b"\xff\xc4"},
    "png": {b"IHDR", b"IDAT", b"IEND"},
    "webp": {b"VP8 "},
    "avif": {b"av01"},
    "gif": {b"\xf9"},
    "tiff": {str(tag).encode() for tag in (256, 257, 258, 259, 262, 273, 277, 278, 279, 284, 317)},
}
"""What a picture without metadata has to have; nothing else may be there."""
BLOCKS = {
    "jpeg": {b"\xff\xe1", b"\xff\xe2", b"\xff\xed", b"\xff\xfe"},
    "png": {b"eXIf", b"iCCP", b"tEXt", b"zTXt", b"iTXt", b"tIME", b"pHYs"},
    "webp": {b"EXIF", b"XMP ", b"ICCP"},
    "avif": {b"Exif", b"mime", b"colrprof"},
    "gif": {b"\xfe", b"\xff"},
    "tiff": {b"270", b"315", b"700", b"33723", b"34377", b"34665"},
}


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("source", SOURCES)
def test_nothing_is_left_unless_asked(source: str, to: str) -> None:
    data = converted(source_with_everything(source), format=to)
    assert SECRET not in data
    assert set(PARTS[to](data)) <= BARE[to]
    with Image.open(BytesIO(data)) as made:
        made.load()
        left = made.info.keys() & {"exif", "xmp", "icc_profile", "comment", "Comment", "Title"}
        assert {key for key in left if made.info[key]} == set()


@pytest.mark.parametrize("source", SOURCES)
def test_the_sources_do_hold_what_must_go(source: str) -> None:
    data = source_with_everything(source).getvalue().removesuffix(SECRET)
    assert SECRET in data
    assert set(PARTS[source](data)) >= BLOCKS[source]


@pytest.mark.parametrize("to", ["jpeg", "png", "webp", "avif", "tiff"])
@pytest.mark.parametrize("source", ["jpeg", "png", "webp", "avif", "tiff"])
def test_copyright_keeps_author_and_copyright_only(source: str, to: str) -> None:
    data = converted(source_with_everything(source), format=to, metadata="copyright")
    assert SECRET not in data
    assert b"THUMBNAIL" not in data
    with Image.open(BytesIO(data)) as made:
        exif = {tag: value for tag, value in made.getexif().items() if tag not in OF_TIFF}
        assert exif == {0x013B: ARTIST, 0x8298: COPYRIGHT}
        assert not made.info.get("xmp")


OF_TIFF = set(range(254, 290)) - {0x010E} | {317, 338, 339}
"""Tags that say how a TIFF is stored."""


@pytest.mark.parametrize("to", ["jpeg", "png", "webp", "avif"])
def test_keep_keeps_all_but_what_is_worked_into_the_pixels(to: str) -> None:
    data = converted(source_with_everything("jpeg"), format=to, metadata="keep")
    with Image.open(BytesIO(data)) as made:
        exif = made.getexif()
        assert exif[0x010E] == SECRET.decode()
        assert exif[0x8298] == COPYRIGHT
        assert exif.get_ifd(0x8825)[1] == "N"
        assert exif.get_ifd(0x8769)[0x9286] == b"ASCII\0\0\0" + SECRET
        assert exif.get_ifd(0x8769)[0x829A] == 0.5
        assert 0x0112 not in exif
        assert not made.info.get("icc_profile")
        assert SECRET in made.info["xmp"]
        assert b"Orientation" not in made.info["xmp"]


@pytest.mark.parametrize("to", ["jpeg", "png", "webp", "avif", "tiff"])
@pytest.mark.parametrize("source", ["jpeg", "tiff"])
def test_no_thumbnail_is_ever_kept(source: str, to: str) -> None:
    data = converted(source_with_everything(source), format=to, metadata="keep")
    assert b"THUMBNAIL" not in data
    assert b"NOTES" not in data
    with Image.open(BytesIO(data)) as made:
        assert not made.getexif().get_ifd(1)
        assert b"THUMBNAIL" not in made.info["xmp"]


def test_a_tiff_keeps_texts_and_xmp() -> None:
    data = converted(source_with_everything("jpeg"), format="tiff", metadata="keep")
    with Image.open(BytesIO(data)) as made:
        tags = {tag: value for tag, value in made.getexif().items() if tag not in OF_TIFF}
        assert SECRET in tags.pop(700)
        assert tags == {0x010E: SECRET.decode(), 0x013B: ARTIST, 0x8298: COPYRIGHT}


@pytest.mark.parametrize("source", ["png", "webp", "tiff"])
def test_what_another_format_says_about_the_picture_is_kept_too(source: str) -> None:
    data = converted(source_with_everything(source), format="jpeg", metadata="keep")
    with Image.open(BytesIO(data)) as made:
        assert made.getexif()[0x010E] == SECRET.decode()
        assert SECRET in made.info["xmp"]


BROKEN_EXIF = {
    "cut short": full_exif()[:60],
    "an offset outside": b"Exif\0\0II*\0\x08\0\0\0\x01\0\x3b\x01\2\0\xff\0\0\0\xff\xff\xff\x7f",
    "a directory within itself": b"Exif\0\0MM\0*\0\0\0\x08\0\1\x87\x69\0\4\0\0\0\1\0\0\0\x08"
    + bytes(4),
    "rubbish": b"Exif\0\0" + SECRET * 20,
    "no text but a number": b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x3b\0\4\0\0\0\1\0\0\0\x08\0\0\0\0",
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("metadata", ["none", "copyright", "keep"])
@pytest.mark.parametrize("to", ["jpeg", "tiff"])
@pytest.mark.parametrize("exif", BROKEN_EXIF.values(), ids=BROKEN_EXIF)
def test_broken_metadata_stops_nothing(exif: bytes, to: str, metadata: str) -> None:
    source = source_with_everything("jpeg", exif, b"\xff\xfe<not \x80 utf-8" + b"\0" * 9)
    data = converted(source, format=to, metadata=metadata)
    with Image.open(BytesIO(data)) as made:
        made.load()
        assert metadata != "none" or SECRET not in data


def test_exif_too_large_for_a_jpeg_is_an_error_that_says_so() -> None:
    exif = Image.Exif()
    exif[0x010E] = "x" * 70_000
    source = pictures.file(pictures.gradient(), "png", exif=exif)
    with pytest.raises(AssertionError, match="A JPEG holds 65000 bytes of exif"):
        converted(source, format="jpeg", metadata="keep")
    assert converted(source, format="webp", metadata="keep")
