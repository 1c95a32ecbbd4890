"""The source's own file without its metadata: every pixel as it was, nothing encoded anew.

Bytes are copied, never decoded. A file that is in any way unusual is left to the encoder: each
reader keeps what it knows to be pixels, drops what it knows to be beside them, and gives up
at everything else.
"""

import re
import struct
import zlib
from collections import Counter
from collections.abc import Iterator

from processing.streams import Stream

# What follows a scan: any marker but a restart; an FF of the scan itself is followed by 00.
_AFTER_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
SOI, EOI, SOS = 0xD8, 0xD9, 0xDA
JPEG_FRAMES = (0xC0, 0xC1, 0xC2)
"""Baseline, extended and progressive Huffman coding; nobody reads the others."""
JPEG_TABLES = (0xC4, 0xDB, 0xDD)
"""Huffman and quantization tables, restart interval."""
JPEG_BESIDE = (*range(0xE0, 0xF0), 0xFE)
"""Application data and comments."""
JFIF, ADOBE = 0xE0, 0xEE

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_ONCE = (b"IHDR", b"PLTE", b"tRNS", b"acTL")
PNG_FRAMES = (b"fcTL", b"fdAT")

WEBP_PIXELS = (b"VP8 ", b"VP8L")
WEBP_ANIMATED, WEBP_DROPPED = 0x02, 0x20 | 0x08 | 0x04
"""Bits of a VP8X header: there is an animation; there is a profile, EXIF or XMP."""

GIF_LOOPS = b"NETSCAPE2.0"


class _Unusual(Exception):
    """The file is not laid out as the writers of this format do it."""


class _Reader:
    """Bytes, taken one piece after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        """Return the next so many bytes, all of them."""
        if not 0 <= count <= len(self.data) - self.at:
            raise _Unusual
        self.at += count
        return self.data[self.at - count : self.at]

    def byte(self) -> int:
        """Return the next byte as a number."""
        return self.take(1)[0]

    @property
    def is_empty(self) -> bool:
        """Tell whether all has been taken."""
        return self.at == len(self.data)


def stripped(data: bytes, format: str) -> bytes | None:
    """Return a readable file of this format with its pixels alone, or None where that is unsafe.

    What stays is what decoders need: of metadata, comments, thumbnails, profiles and whatever
    follows the end of the picture nothing does. None for formats other than JPEG, PNG, WebP and
    GIF, for more than 8 bits per sample, for CMYK, and for any file that is damaged or odd.
    """
    readers = {"jpeg": _jpeg, "png": _png, "webp": _webp, "gif": _gif}
    if format not in readers:
        return None
    try:
        return b"".join(readers[format](_Reader(data)))
    except _Unusual:
        return None


def _expect(is_usual: bool) -> None:
    if not is_usual:
        raise _Unusual


# --- JPEG ------------------------------------------------------------------------------------


def _jpeg(file: _Reader) -> Iterator[bytes]:
    _expect(_jpeg_marker(file) == SOI)
    yield bytes((0xFF, SOI))
    seen: set[int] = set()
    while (marker := _jpeg_marker(file)) != EOI:
        body = file.take(int.from_bytes(file.take(2), "big") - 2)
        if marker in JPEG_BESIDE:
            body = _jpeg_application(marker, body)
        elif marker in JPEG_FRAMES:
            # 8 bits, grey or three colours; once.
            _expect(len(body) > 5 and body[0] == 8 and body[5] in (1, 3))
            _expect(seen.isdisjoint(JPEG_FRAMES))
        else:
            _expect(marker in JPEG_TABLES or (marker == SOS and not seen.isdisjoint(JPEG_FRAMES)))
        if body:
            # Of two of them a decoder would believe the last.
            _expect(marker not in (JFIF, ADOBE) or marker not in seen)
            seen.add(marker)
            yield struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
        if marker == SOS:
            yield _jpeg_scan(file)
    _expect(SOS in seen)
    yield bytes((0xFF, EOI))


def _jpeg_marker(file: _Reader) -> int:
    """Return the next marker; before it may stand any number of FF."""
    _expect(file.byte() == 0xFF)
    while (marker := file.byte()) == 0xFF:
        pass
    return marker


def _jpeg_application(marker: int, body: bytes) -> bytes:
    """Return what tells a decoder how colours are coded, without the thumbnail; else nothing."""
    if marker == JFIF and body.startswith(b"JFIF\0") and len(body) >= 14:
        return body[:12] + bytes(2)
    if marker == ADOBE and body.startswith(b"Adobe") and len(body) >= 12:
        return body[:12]
    return b""


def _jpeg_scan(file: _Reader) -> bytes:
    after = _AFTER_SCAN.search(file.data, file.at)
    if after is None:
        raise _Unusual
    return file.take(after.start() - file.at)


# --- PNG -------------------------------------------------------------------------------------


def _png(file: _Reader) -> Iterator[bytes]:
    _expect(file.take(8) == PNG_SIGNATURE)
    yield PNG_SIGNATURE
    seen: Counter[bytes] = Counter()
    kind, announced, pixels = b"", 0, Stream()
    while kind != b"IEND":
        before = kind
        head = file.take(8)
        length, kind = struct.unpack(">I4s", head)
        body, checksum = file.take(length), file.take(4)
        if _png_keeps(kind, body, before, seen):
            _expect(zlib.crc32(head[4:] + body) == int.from_bytes(checksum, "big"))
            if kind == b"fcTL" and b"IDAT" in seen:
                _expect(pixels.is_whole)
                pixels = Stream()
            pixels.add(kind, body)
            yield head + body + checksum
        if kind == b"acTL":
            announced = int.from_bytes(body[:4], "big")
            _expect(announced > 0)
        seen[kind] += 1
        # An animation whose first frame is not the still picture has one that nobody sees.
        _expect(kind != b"IDAT" or not announced or seen[b"fcTL"] == 1)
    # What stands behind compressed pixels no reader shows: another file, perhaps.
    _expect(pixels.is_whole and (not announced or seen[b"fcTL"] == announced))


def _png_keeps(kind: bytes, body: bytes, before: bytes, seen: Counter[bytes]) -> bool:
    """Tell whether a chunk stays; raise where it cannot stand. `before` is the one before it."""
    if not before or kind == b"IHDR":
        _expect(not before and kind == b"IHDR" and len(body) == 13 and body[8] <= 8)
        return True
    if kind in PNG_ONCE:
        _expect(kind not in seen and b"IDAT" not in seen)
        return True
    if kind == b"IDAT":
        _expect(kind not in seen or before == kind)
        return True
    if kind in PNG_FRAMES:
        return b"acTL" in seen
    if kind == b"IEND":
        _expect(not body)
        return True
    # A small first letter says that the picture can be shown without the chunk.
    _expect(bool(kind[0] & 0x20))
    return False


# --- WebP ------------------------------------------------------------------------------------


def _webp(file: _Reader) -> Iterator[bytes]:
    _expect(file.take(4) == b"RIFF")
    riff = _Reader(file.take(int.from_bytes(file.take(4), "little")))
    _expect(riff.take(4) == b"WEBP")
    chunks = b"".join(_webp_chunk(*chunk) for chunk in _webp_picture(riff))
    yield b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def _webp_picture(riff: _Reader) -> Iterator[tuple[bytes, bytes]]:
    kind, body = _webp_next(riff)
    if kind in WEBP_PIXELS:
        yield kind, body
        return
    _expect(kind == b"VP8X" and len(body) == 10)
    yield kind, bytes((body[0] & ~WEBP_DROPPED,)) + body[1:]
    if not body[0] & WEBP_ANIMATED:
        yield from _webp_still(riff)
        return
    seen = []
    while not riff.is_empty:
        kind, body = _webp_next(riff)
        _expect(kind not in (*WEBP_PIXELS, b"VP8X", b"ALPH"))
        if kind == b"ANMF":
            frame = _Reader(body)
            head = frame.take(16)
            body = head + b"".join(_webp_chunk(*chunk) for chunk in _webp_still(frame))
        if kind in (b"ANIM", b"ANMF"):
            seen.append(kind)
            yield kind, body
    _expect(seen[:1] == [b"ANIM"] and seen.count(b"ANIM") == 1 and len(seen) > 1)


def _webp_still(file: _Reader) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of one picture: its alpha, if it stands apart, and the rest."""
    seen: list[bytes] = []
    while not file.is_empty:
        kind, body = _webp_next(file)
        _expect(kind not in (b"VP8X", b"ANIM", b"ANMF"))
        if kind in (*WEBP_PIXELS, b"ALPH"):
            seen.append(kind)
            yield kind, body
    _expect(seen in ([b"VP8 "], [b"VP8L"], [b"ALPH", b"VP8 "]))


def _webp_next(file: _Reader) -> tuple[bytes, bytes]:
    kind = file.take(4)
    body = file.take(int.from_bytes(file.take(4), "little"))
    if len(body) % 2:
        file.take(1)
    return kind, body


def _webp_chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


# --- GIF -------------------------------------------------------------------------------------


def _gif(file: _Reader) -> Iterator[bytes]:
    head = file.take(13)
    _expect(head[:6] in (b"GIF87a", b"GIF89a"))
    yield head + _gif_colors(file, head[10])
    width, height = struct.unpack("<HH", head[6:10])
    frames = 0
    while (block := file.take(1)) != b";":
        if block == b",":
            place = file.take(9)
            left, top, across, down = struct.unpack("<HHHH", place[:8])
            # Readers do not agree on what a frame does beyond the screen.
            _expect(left + across <= width and top + down <= height)
            yield block + place + _gif_colors(file, place[8]) + file.take(1)
            yield b"".join(_gif_blocks(file)) + b"\0"
            frames += 1
        elif block == b"!":
            yield _gif_extension(file)
        else:
            _expect(block == b"\0")
    _expect(frames > 0)
    yield b";"


def _gif_colors(file: _Reader, flags: int) -> bytes:
    return file.take(3 << ((flags & 7) + 1)) if flags & 0x80 else b""


def _gif_blocks(file: _Reader) -> Iterator[bytes]:
    """Yield each block up to the empty one, with its length before it."""
    while length := file.byte():
        yield bytes((length,)) + file.take(length)


def _gif_extension(file: _Reader) -> bytes:
    """Return an extension that is about showing the frames: time and number of plays."""
    label = file.byte()
    blocks = list(_gif_blocks(file))
    if label == 0xF9:
        _expect(len(blocks) == 1 and blocks[0][0] == 4)
    elif label == 0xFF and blocks and blocks[0][1:] == GIF_LOOPS:
        _expect(len(blocks) > 1 and blocks[1][:2] == b"\3\1")
        blocks = blocks[:2]
    else:
        # Text to be drawn on the picture is what nobody draws; all else says nothing about it.
        _expect(label in (0xFE, 0xFF))
        return b""
    return bytes((0x21, label)) + b"".join(blocks) + b"\0"
