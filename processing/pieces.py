"""Files in more pieces than any writer makes: each costs next to nothing, all of them minutes.

A header is read by Python, a few reads for each chunk, segment or block; so there is a ration of
reads. The scans of a JPEG each go over the whole picture, and the items of an AVIF are looked for
one by one; so there may be so many.
"""

import re
from collections.abc import Iterator
from io import SEEK_END
from typing import Any, BinaryIO, cast

from processing.errors import LimitExceeded

MOST_READS = 10_000
"""Reads that a header may take. The largest of honest ones, with XMP in a GIF, take some 3,000."""
BYTES_A_READ = 64
"""Of a walk through a whole file, on average; the blocks of a GIF take two reads for 256."""
MOST_SCANS = 100
"""Scans of a JPEG. Writers make a dozen; a picture for preview and a thumbnail have their own."""
BOX_HEAD, LONG = 8, 1
"""Of the boxes of an AVIF: bytes before their content, and the length that says another follows."""
BOXES_AROUND = {b"meta": 4, b"iprp": 0, b"moov": 0, b"trak": 0}
"""Boxes with boxes in them, and how far in these begin."""
ITEM_LISTS = (b"iinf", b"iloc", b"iref", b"ipma")
MOST_LIST_BYTES = 64 * 1024
"""Of a list of items. A picture in 512 tiles, with as many of transparency, has half of it."""

# Length and number of components fit each other: no accident of bytes that are no markers.
_SCAN = re.compile(rb"\xff\xda\x00(?:\x08\x01|\x0a\x02|\x0c\x03|\x0e\x04)")


class _Rationed:
    """A file that refuses to be read more often."""

    def __init__(self, source: BinaryIO, reads: int) -> None:
        self._source = source
        self._reads = self._left = reads

    def read(self, size: int = -1) -> bytes:
        """Return so many bytes. Raises LimitExceeded when the ration is used up."""
        self._left -= 1
        if self._left < 0:
            raise LimitExceeded(
                "too_many_parts",
                f"The file is in too many small parts: it takes more than {self._reads} reads.",
            )
        return self._source.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


def rationed_header(source: BinaryIO) -> BinaryIO:
    """Return the file with as many reads as a header may take."""
    return cast(BinaryIO, _Rationed(source, MOST_READS))


def rationed(source: BinaryIO) -> BinaryIO:
    """Return the file with as many reads as a walk through the whole of it may take."""
    return cast(BinaryIO, _Rationed(source, MOST_READS + source.seek(0, SEEK_END) // BYTES_A_READ))


def check_pieces(source: BinaryIO, format: str) -> None:
    """Raise LimitExceeded for a file whose decoder would take minutes for its many parts."""
    if format == "jpeg":
        _check_scans(source)
    elif format == "avif":
        _check_items(rationed_header(source))


def _check_scans(source: BinaryIO) -> None:
    source.seek(0)
    data = source.read()
    # Counting without the pattern takes a tenth of the time.
    if data.count(b"\xff\xda\x00") <= MOST_SCANS:
        return
    count = len(_SCAN.findall(data))
    if count > MOST_SCANS:
        raise LimitExceeded(
            "too_many_scans", f"A JPEG may have {MOST_SCANS} scans; this one has {count}."
        )


def _check_items(source: BinaryIO, at: int = 0, end: int | None = None) -> None:
    """Hold the lists of an AVIF to a size: its decoder looks through all for each entry."""
    for kind, start, stop in _boxes(source, at, source.seek(0, SEEK_END) if end is None else end):
        if kind in BOXES_AROUND:
            _check_items(source, start + BOXES_AROUND[kind], stop)
        elif kind in ITEM_LISTS and stop - start > MOST_LIST_BYTES:
            raise LimitExceeded(
                "too_many_parts",
                f"An AVIF may have {MOST_LIST_BYTES} bytes in each list of its parts; this one"
                f" has {stop - start}.",
            )


def _boxes(source: BinaryIO, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind of each box between two places, and where its content begins and ends."""
    while at + BOX_HEAD <= end:
        source.seek(at)
        head = source.read(BOX_HEAD)
        length = int.from_bytes(head[:4], "big")
        start = at + BOX_HEAD
        if length == LONG:
            length = int.from_bytes(source.read(8), "big")
            start += 8
        stop = at + length if length else end
        if stop < start:
            return
        yield head[4:], start, min(stop, end)
        at = stop
