"""Files in more pieces than any writer makes are refused before they cost anything."""

from collections.abc import Callable
from io import BytesIO

import pytest

from processing.decode import decode, inspect
from processing.errors import LimitExceeded
from processing.limits import Limits
from tests.bombs import frames, metadata, pixels
from tests.bombs.bomb import segment, with_segments
from tests.bombs.samples import sample
from tests.pictures import file, gradient, png_chunk

LIMITS = Limits()
COMMENT = segment(0xFE, b"")
TEXT = png_chunk(b"tEXt", b"key\0value")
EXTENSION = b"!\xff\x0bXMP DataXMP" + (b"\x40" + b"x" * 64) * 3000 + b"\0"

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "scans": (lambda: pixels.scans(101, 64), "too_many_scans"),
    "empty scans": (lambda: pixels.empty_scans(101), "too_many_scans"),
    "segments": (lambda: with_segments(sample("grey.jpeg"), COMMENT * 5000), "too_many_parts"),
    "junk": (lambda: with_segments(sample("grey.jpeg"), bytes(11_000)), "too_many_parts"),
    "chunks": (lambda: metadata.png_repeating(TEXT, 4000), "too_many_parts"),
    "comments": (lambda: frames.gif_comments(4000), "too_many_parts"),
    "blocks": (lambda: frames.gif_in_blocks(8000), "too_many_parts"),
    "items": (lambda: pixels.avif_items(4000), "too_many_parts"),
    "unseen pixels": (lambda: pixels.large_frames(2, 9000), "too_many_pixels"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_too_many_pieces(kind: str) -> None:
    make, code = REFUSED[kind]
    with pytest.raises(LimitExceeded) as error:
        inspect(BytesIO(make()), LIMITS)
    assert error.value.code == code


ACCEPTED: dict[str, Callable[[], bytes]] = {
    "scans": lambda: pixels.scans(99, 64),
    "segments": lambda: with_segments(sample("grey.jpeg"), COMMENT * 1000),
    "what looks like scans": lambda: with_segments(
        sample("grey.jpeg"), segment(0xFE, b"\xff\xda\0\x09\1" * 500)
    ),
    "chunks": lambda: metadata.png_repeating(TEXT, 1000),
    "XMP in a GIF": lambda: sample("still.gif").replace(b",", EXTENSION + b",", 1),
    "items": lambda: pixels.avif_items(1000),
    "a real AVIF": lambda: file(gradient(), "avif", icc_profile=b"p" * 100_000).getvalue(),
}


@pytest.mark.parametrize("kind", ACCEPTED)
def test_as_many_as_anybody_means(kind: str) -> None:
    inspect(BytesIO(ACCEPTED[kind]()), LIMITS)


def test_pixels_in_crumbs() -> None:
    source = BytesIO(metadata.png_in_crumbs(20_000))
    info = inspect(source, LIMITS)
    with pytest.raises(LimitExceeded, match="too many small parts"):
        decode(source, info)
