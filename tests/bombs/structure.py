"""Recipe 19: parts of a file dropped, doubled and swapped; two files spliced."""

import struct
from collections.abc import Callable, Iterator
from functools import partial
from itertools import permutations

from tests.bombs.bomb import PNG, Bomb
from tests.bombs.samples import SAMPLES, sample

SPLICED: tuple[str, ...] = (
    "baseline.jpeg",
    "progressive.jpeg",
    "8bit.png",
    "animated.gif",
    "lossy.webp",
)
SPLICED += ("animated.webp", "still.avif", "animated.png")


def bombs() -> Iterator[Bomb]:
    for name in SAMPLES:
        count = len(parts(name))
        for number in range(count):
            for what in (dropped, doubled, swapped, resized):
                bomb = f"{name} part {number} {what.__name__}"
                yield Bomb(19, bomb, partial(rebuilt, name, what, number))
    for first, second in permutations(SPLICED, 2):
        yield Bomb(19, f"{first} with the end of {second}", partial(spliced, first, second))


def parts(name: str) -> list[bytes]:
    """Chunks, segments, blocks or boxes of a sample, with what stands before them as the first."""
    data = sample(name)
    return list(READERS[name.rpartition(".")[2]](data))


def rebuilt(name: str, change: Callable[[list[bytes], int], None], number: int) -> bytes:
    """A sample with one of its parts changed."""
    found = parts(name)
    change(found, number)
    whole = b"".join(found)
    if name.endswith("webp"):
        return whole[:4] + struct.pack("<I", max(len(whole) - 8, 0)) + whole[8:]
    return whole


def dropped(found: list[bytes], number: int) -> None:
    del found[number]


def doubled(found: list[bytes], number: int) -> None:
    found.insert(number, found[number])


def swapped(found: list[bytes], number: int) -> None:
    other = (number + 1) % len(found)
    found[number], found[other] = found[other], found[number]


def resized(found: list[bytes], number: int) -> None:
    """Leave half of the content under the length of the whole."""
    found[number] = found[number][: 8 + len(found[number]) // 2]


def spliced(first: str, second: str) -> bytes:
    """Half of one and half of another."""
    head, tail = sample(first), sample(second)
    return head[: len(head) // 2] + tail[len(tail) // 2 :]


def _png(data: bytes) -> Iterator[bytes]:
    yield PNG
    at = len(PNG)
    while at < len(data):
        length = 12 + int.from_bytes(data[at : at + 4], "big")
        yield data[at : at + length]
        at += length


def _jpeg(data: bytes) -> Iterator[bytes]:
    """Each scan goes with its heading."""
    yield data[:2]
    at = 2
    while data[at + 1] != 0xDA:
        length = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        yield data[at : at + length]
        at += length
    yield from (b"\xff\xda" + scan for scan in data[at:].split(b"\xff\xda")[1:])


def _riff(data: bytes) -> Iterator[bytes]:
    yield data[:12]
    at = 12
    while at < len(data):
        length = 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        length += length % 2
        yield data[at : at + length]
        at += length


def _boxes(data: bytes, at: int = 0) -> Iterator[bytes]:
    """Boxes of the file; those inside `meta` and `iprp` one by one, after the head of theirs."""
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big") or len(data) - at
        kind, box = data[at + 4 : at + 8], data[at : at + length]
        inner = {b"meta": 12, b"iprp": 8, b"ipco": 8, b"moov": 8, b"trak": 8}.get(kind)
        if inner is None:
            yield box
        else:
            yield box[:inner]
            yield from _boxes(box, inner)
        at += length


def _gif(data: bytes) -> Iterator[bytes]:
    at = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    yield data[:at]
    while at < len(data):
        start = at
        if data[at] == 0x2C:
            flags = data[at + 9]
            at += 11 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
        elif data[at] == 0x21:
            at += 2
        else:
            yield data[at:]
            return
        while data[at]:
            at += 1 + data[at]
        at += 1
        yield data[start:at]


READERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "png": _png,
    "jpeg": _jpeg,
    "webp": _riff,
    "gif": _gif,
    "avif": _boxes,
}
