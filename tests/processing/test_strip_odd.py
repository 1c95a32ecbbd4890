"""strip: what stands in files that no usual writer makes, and what of a header has to change."""

import struct
from collections.abc import Iterator
from io import BytesIO

import pytest

from processing.strip import stripped
from tests import pictures
from tests.processing.test_strip import FILES, SECRET, photo, shown

# Bits of a VP8X header.
PROFILE, ALPHA, EXIF, XMP, ANIMATION = 0x20, 0x10, 0x08, 0x04, 0x02


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("webp", 0),
        ("webp alpha", ALPHA),
        ("webp animated", ANIMATION | ALPHA),
        ("webp animated alpha", ANIMATION | ALPHA),
    ],
)
def test_a_webp_no_longer_announces_what_is_gone(name: str, left: int) -> None:
    before = bytearray(FILES[name])
    assert before[12:16] == b"VP8X"
    # Not every writer sets it for an animation.
    before[20] |= left & ALPHA
    assert before[20] == left | PROFILE | EXIF | XMP
    made = stripped(bytes(before), "webp")
    assert made is not None
    assert made[12:16] == b"VP8X"
    assert made[20] == left
    assert made[21:30] == before[21:30]


# --- JPEG ------------------------------------------------------------------------------------


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


JPEG = pictures.file(photo()).getvalue()
# The start and the JFIF segment of what Pillow writes, and all the rest.
JFIF, REST = JPEG[2:20], JPEG[20:]
ADOBE = segment(0xEE, b"Adobe\0\x64\0\0\0\0\1")
FRAME = JPEG.index(b"\xff\xc0")
SCAN = JPEG.index(b"\xff\xda")


@pytest.mark.parametrize("first", [JFIF, b""], ids=["after JFIF", "alone"])
def test_an_extension_is_not_taken_for_jfif(first: bytes) -> None:
    extension = segment(0xE0, b"JFXX\0\x13" + SECRET * 9)
    other = segment(0xEE, b"Other" + SECRET * 9)
    made = stripped(b"\xff\xd8" + first + extension + other + REST, "jpeg")
    assert made == b"\xff\xd8" + first + REST
    assert shown(made) == shown(JPEG)


def test_one_of_each_header_stays() -> None:
    whole = b"\xff\xd8" + JFIF + ADOBE + REST
    assert stripped(whole, "jpeg") == whole


ODD_JPEGS = {
    "two JFIF headers": b"\xff\xd8" + JFIF + JFIF + REST,
    "two Adobe headers": b"\xff\xd8" + JFIF + ADOBE + ADOBE + REST,
    "two frames": JPEG[:SCAN] + JPEG[FRAME : JPEG.index(b"\xff\xc4")] + JPEG[SCAN:],
    "no scan": JPEG[:SCAN] + b"\xff\xd9",
    "a scan before its frame": JPEG[:FRAME] + JPEG[SCAN:-2] + JPEG[FRAME:SCAN] + JPEG[SCAN:],
    "an unknown marker": b"\xff\xd8" + segment(0xF7, SECRET) + REST,
    "12 bits": JPEG[: FRAME + 4] + b"\x0c" + JPEG[FRAME + 5 :],
    "arithmetic coding": JPEG[: FRAME + 1] + b"\xc9" + JPEG[FRAME + 2 :],
    "an end for a start": b"\xff\xd9" + JPEG[2:],
    "bytes between segments": b"\xff\xd8\0" + JFIF + REST,
}


@pytest.mark.parametrize("name", ODD_JPEGS)
def test_an_odd_jpeg_is_left_to_the_encoder(name: str) -> None:
    assert stripped(JPEG, "jpeg") == JPEG
    assert stripped(ODD_JPEGS[name], "jpeg") is None


# --- PNG -------------------------------------------------------------------------------------


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    file = BytesIO(data[8:])
    while head := file.read(8):
        length, kind = struct.unpack(">I4s", head)
        yield kind, file.read(length)
        file.read(4)


def png(*parts: tuple[bytes, bytes]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(pictures.png_chunk(*part) for part in parts)


HEAD, PIXELS, END = chunks(pictures.file(photo(), "png").getvalue())
HALVES = [(b"IDAT", PIXELS[1][:1000]), (b"IDAT", PIXELS[1][1000:])]
PALETTE = list(chunks(pictures.file(photo().quantize(8), "png").getvalue()))
NOTE = (b"tEXt", b"Comment\0" + SECRET)


def test_pixels_may_be_in_several_chunks() -> None:
    whole = png(HEAD, *HALVES, END)
    assert stripped(png(HEAD, NOTE, *HALVES, NOTE, END), "png") == whole
    assert shown(whole) == shown(png(HEAD, PIXELS, END))


ODD_PNGS = {
    "pixels that do not stand together": png(HEAD, HALVES[0], NOTE, HALVES[1], END),
    "something in the end": png(HEAD, PIXELS, (b"IEND", SECRET)),
    "no pixels": png(HEAD, END),
    "no head": png(PIXELS, END),
    "something before the head": png(NOTE, HEAD, PIXELS, END),
    "something else for a head": png((b"tEXt", HEAD[1]), PIXELS, END),
    "two heads": png(HEAD, HEAD, PIXELS, END),
    "a long head": png((b"IHDR", HEAD[1] + b"\0"), PIXELS, END),
    "two palettes": png(PALETTE[0], PALETTE[1], *PALETTE[1:]),
    "a palette after the pixels": png(HEAD, PIXELS, PALETTE[1], END),
    "a transparent colour after the pixels": png(HEAD, PIXELS, (b"tRNS", bytes(6)), END),
}


@pytest.mark.parametrize("name", ODD_PNGS)
def test_an_odd_png_is_left_to_the_encoder(name: str) -> None:
    assert stripped(ODD_PNGS[name], "png") is None


ANIMATED = [
    part
    for part in chunks(FILES["png animated"])
    if part[0] in (b"IHDR", b"acTL", b"fcTL", b"fdAT", b"IDAT", b"IEND")
]


@pytest.mark.parametrize("announced", [0, 1, 2, 3, 4, 2**31])
def test_a_png_has_as_many_frames_as_it_announces(announced: int) -> None:
    parts = [
        (kind, struct.pack(">I", announced) + body[4:] if kind == b"acTL" else body)
        for kind, body in ANIMATED
    ]
    made = stripped(png(*parts), "png")
    assert made == (png(*parts) if announced == 3 else None)


def test_only_the_frame_of_the_still_picture_comes_before_it() -> None:
    kinds = [kind for kind, _ in ANIMATED]
    first, second = (at for at, kind in enumerate(kinds) if kind == b"fcTL" and at < 6)
    assert stripped(png(*ANIMATED), "png") == png(*ANIMATED)
    early = [*ANIMATED[:first], ANIMATED[second], *ANIMATED[first:]]
    del early[second + 1]
    assert stripped(png(*early), "png") is None


@pytest.mark.parametrize("behind", [b"", b"<?php ?>"])
@pytest.mark.parametrize("frame", [0, 1])
def test_nothing_foreign_stands_behind_compressed_pixels(behind: bytes, frame: int) -> None:
    data = pictures.animation("png").getvalue()
    at = data.index((b"IDAT", b"fdAT")[frame])
    length = int.from_bytes(data[at - 4 : at], "big")
    chunk = pictures.png_chunk(data[at : at + 4], data[at + 4 : at + 4 + length] + behind)
    changed = data[: at - 4] + chunk + data[at + 8 + length :]
    assert (stripped(changed, "png") is None) == bool(behind)
