"""Recipes 14 to 16: files that are two things at once, or another thing than they say."""

import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from io import BytesIO

from tests.bombs.bomb import MARKER, MEGABYTE, Bomb, png, riff_chunk, segment, with_segments, zeros
from tests.bombs.samples import sample

PAGE = b"<!doctype html><html><script>/*" + MARKER + b"*/alert(1)</script></html>"
PHP = b"<?php /*" + MARKER + b"*/ system($_GET['c']); ?>"
UNSUPPORTED = 415
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">%s</svg>'


def bombs() -> Iterator[Bomb]:
    yield from _two_at_once()
    yield from _something_else()
    yield from _svg()


def archive(name: str = "x.html") -> bytes:
    """A ZIP, or with the right name in it a JAR."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr(name, PAGE)
    return target.getvalue()


def _two_at_once() -> Iterator[Bomb]:
    jpeg, gif = sample("baseline.jpeg"), sample("still.gif")
    whole = png((16, 16), pixels=None)
    script = gif[:6] + gif[6:13] + gif[13:]
    behind = {
        "ZIP": archive(),
        "JAR": archive("META-INF/MANIFEST.MF"),
        "HTML": PAGE,
        "PDF": b"%PDF-1.7\n" + MARKER + b"\n%%EOF",
    }
    names: tuple[str, ...] = ("baseline.jpeg", "progressive.jpeg", "8bit.png", "still.gif")
    names += ("animated.gif", "lossy.webp", "animated.webp", "still.avif", "animated.png")
    for name in names:
        for what, foreign in behind.items():
            yield Bomb(14, f"{name} before {what}", partial(bytes, sample(name) + foreign))
    yield Bomb(14, "JPEG with HTML in a comment", partial(with_segments, jpeg, segment(0xFE, PAGE)))
    yield Bomb(14, "JPEG with HTML in APP10", partial(with_segments, jpeg, segment(0xEA, PAGE)))
    yield Bomb(14, "GIF with a script behind", lambda: script + b"*/=1;/*" + MARKER + b"*/alert(1)")
    comment = b"!\xfe" + bytes((len(PAGE),)) + PAGE + b"\0"
    yield Bomb(14, "GIF with HTML in a comment", lambda: gif[:-1] + comment + b";")
    yield Bomb(14, "PNG with PHP in a text", partial(png, (16, 16), (b"tEXt", b"c\0" + PHP)))
    yield Bomb(14, "PNG with PHP in a chunk of its own", partial(png, (16, 16), (b"phPp", PHP)))
    behind_pixels = partial(png, (16, 16), pixels=zeros(49 * 16) + PHP)
    yield Bomb(14, "PNG with PHP behind its pixels", behind_pixels)
    yield Bomb(
        14, "PNG with PHP after the end of a row", partial(png, (16, 16), pixels=_stored(PHP))
    )
    crowded = partial(png, (64, 64), pixels=_noise(64) + PHP)
    yield Bomb(14, "PNG that nobody writes smaller with PHP behind its pixels", crowded)
    yield Bomb(14, "PDF before JPEG", lambda: b"%PDF-1.7\n" + jpeg, UNSUPPORTED)
    yield Bomb(14, "ZIP before PNG", lambda: archive() + whole, UNSUPPORTED)
    webp = sample("lossy.webp")
    svg = webp[:12] + riff_chunk(b"<svg", SVG % MARKER) + webp[12:]
    yield Bomb(14, "WebP that looks like SVG", partial(bytes, svg))
    svg = riff_chunk(b"JUNK", SVG % MARKER)
    grown = webp[:4] + struct.pack("<I", len(webp) - 8 + len(svg)) + webp[8:] + svg
    yield Bomb(14, "WebP with SVG in a chunk of its own", partial(bytes, grown))


def _noise(side: int) -> bytes:
    rows = (b"\0" + random.Random(row).randbytes(3 * side) for row in range(side))
    return zlib.compress(b"".join(rows))


def _stored(foreign: bytes) -> bytes:
    """Pixels of a whole picture of 16x16, and then foreign ones that belong to no row."""
    return zlib.compress(bytes(49 * 16) + foreign, 0)


def _something_else() -> Iterator[Bomb]:
    others = {
        "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n/x {x} def x\n",
        "EPS with a preview": b"\xc5\xd0\xd3\xc6" + bytes(40),
        "PDF": b"%PDF-1.7\n1 0 obj\n<< /JS (app.alert(1)) >>\n",
        "SVG": SVG % b"<script>alert(1)</script>",
        "TIFF": b"II*\0\x08\0\0\0\0\0" + bytes(20),
        "big TIFF": b"II+\0\x08\0\0\0" + bytes(40),
        "PSD": b"8BPS\0\1" + bytes(40),
        "HTML": PAGE,
        "ZIP": archive(),
        "ELF": b"\x7fELF\2\1\1" + bytes(60),
        "MP4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(60),
        "HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(60),
        "ftyp without brands": b"\0\0\0\x08ftyp" + bytes(60),
        "PCX": b"\n\5\1\x08" + bytes(124),
        "TGA": bytes((0, 0, 2)) + bytes(40),
        "PPM": b"P6 1 1 255\n" + bytes(3),
        "XBM": b"#define x_width 9\n#define x_height 9\n",
        "WMF": b"\xd7\xcd\xc6\x9a" + bytes(60),
        "FLI": bytes(4) + b"\x11\xaf" + bytes(124),
        "MSP": b"DanM" + bytes(40),
        "DDS": b"DDS |\0\0\0" + bytes(128),
        "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40),
        "QOI": b"qoif" + bytes(40),
        "RIFF of sound": b"RIFF\x24\0\0\0WAVEfmt " + bytes(40),
        "one byte": b"\xff",
        "zeros": bytes(1000),
        "FF": b"\xff" * 100,
        "the start of a PNG": b"\x89PNG\r\n",
        "10 MB of noise": random.Random(7).randbytes(10 * MEGABYTE),
    }
    for name, data in others.items():
        yield Bomb(15, name, partial(bytes, data), UNSUPPORTED)
    yield Bomb(15, "an empty file", bytes, 400)
    for name in ("baseline.jpeg", "8bit.png", "still.gif", "lossy.webp", "still.avif"):
        for count in (3, 6, 8, 12, 13, 20):
            yield Bomb(15, f"{count} bytes of {name}", partial(_start, name, count))


def _start(name: str, count: int) -> bytes:
    return sample(name)[:count]


def _svg() -> Iterator[Bomb]:
    lol = b'<!ENTITY a "lol">' + b"".join(
        b'<!ENTITY %c "%s">' % (97 + n, b"&%c;" % (96 + n) * 10) for n in range(1, 10)
    )
    documents = {
        "entities": b"<!DOCTYPE svg [" + lol + b"]>" + SVG % b"<text>&j;</text>",
        "a file": b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + SVG % b"&x;",
        "an address": SVG % b'<image xlink:href="http://169.254.169.254/latest/meta-data/"/>',
        "a declaration": b'<?xml version="1.0"?>\n' + SVG % b"",
        "a mark of order": b"\xef\xbb\xbf" + SVG % b"",
        "a long comment": b"<!--" + b" " * 2000 + b"-->" + SVG % b"",
    }
    for name, document in documents.items():
        yield Bomb(16, f"SVG with {name}", partial(bytes, document), UNSUPPORTED)
