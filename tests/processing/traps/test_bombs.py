"""Small files that would fill the memory: a clean error, and memory stays bounded."""

import os
import re
import struct
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from processing.errors import LimitExceeded, ProcessingError
from processing.limits import Limits
from processing.pipeline import parse, run
from tests import pictures
from tests.processing.gif import Part, gif

LIMITS = Limits()
MEGABYTE = 1024 * 1024


def resident(name: str) -> int:
    """VmRSS is now, VmHWM the most since it was reset; in megabytes."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) // 1024


def outcome_and_megabytes(content: bytes) -> tuple[str, int]:
    """What comes of a file, and the memory it takes at most: in a process that ends with it."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        said = "died"
        try:
            before = resident("VmRSS")
            Path("/proc/self/clear_refs").write_text("5")
            (outcome,) = run(BytesIO(content), [parse([{"op": "flip"}], LIMITS)], LIMITS)
            said = outcome.code if isinstance(outcome, ProcessingError) else "result"
            os.write(writer, f"{said} {resident('VmHWM') - before}".encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        said, _, taken = answer.read().partition(" ")
    os.waitpid(child, 0)
    return said, int(taken or 0)


def huge_jpeg() -> bytes:
    """A kilobyte that says it is 65,500 x 65,500."""
    content = bytearray(pictures.file(pictures.gradient(16, 16)).getvalue())
    at = content.index(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", 65500, 65500)
    return bytes(content)


@cache
def packed_zeros() -> bytes:
    """400 MB."""
    packer = zlib.compressobj(1)
    return b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(400)) + packer.flush()


def png_with(*chunks: tuple[bytes, bytes]) -> bytes:
    return pictures.png_of(2, 2, 8, 0, bytes(6), *chunks).getvalue()


def png_that_inflates() -> bytes:
    """Two by two pixels, and 400 MB behind them."""
    head = struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", packed_zeros()), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(pictures.png_chunk(*chunk) for chunk in chunks)


def webp_canvas() -> bytes:
    """A canvas of 16,384 x 16,384 for a frame of one pixel."""
    first, second = (Image.new("RGBA", (2, 2), color) for color in ("red", "blue"))
    made = pictures.file(first, "webp", save_all=True, append_images=[second])
    content = bytearray(made.getvalue())
    content[24:30] = struct.pack("<I", 16383)[:3] * 2
    return bytes(content)


def animation_of(width: int, height: int, frames: int) -> bytes:
    dot = np.ones((1, 1), int)
    return gif((width, height), [Part(0, 0, dot)] * frames).getvalue()


# What comes of each, where only one answer is right.
BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "jpeg of 65500 x 65500": (huge_jpeg, "too_many_pixels"),
    "png of 50000 x 50000 in one bit": (
        lambda: pictures.png_of(50_000, 50_000, 1, 0, b"\0").getvalue(),
        "too_many_pixels",
    ),
    "png in 16 bits, all but its pixels": (
        lambda: pictures.png_of(7000, 7000, 16, 6, bytes(1000)).getvalue(),
        "unreadable_image",
    ),
    "png whose pixels inflate to 400 MB": (png_that_inflates, ""),
    "profile that inflates to 400 MB": (
        lambda: png_with((b"iCCP", b"name\0\0" + packed_zeros())),
        "",
    ),
    "text that inflates to 400 MB": (
        lambda: png_with((b"zTXt", b"name\0\0" + packed_zeros())),
        "",
    ),
    "international text that inflates to 400 MB": (
        lambda: png_with((b"iTXt", b"name\0\1\0\0\0" + packed_zeros())),
        "",
    ),
    "50,000 texts": (lambda: png_with(*[(b"tEXt", b"a\0" + b"x" * 40)] * 50_000), "too_many_parts"),
    "gif with a screen of 65535 x 65535": (
        lambda: animation_of(65535, 65535, 1),
        "too_many_pixels",
    ),
    "gif of 300 frames of 4000 x 4000": (
        lambda: animation_of(4000, 4000, 300),
        "too_many_pixels",
    ),
    "gif of 100,000 frames": (lambda: pictures.gif_of(100_000).getvalue(), "too_many_frames"),
    "webp canvas of 16384 x 16384": (webp_canvas, "too_many_pixels"),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_ends_in_an_error_and_takes_little_memory(kind: str) -> None:
    make, code = BOMBS[kind]
    content = make()
    assert len(content) < 8 * MEGABYTE
    said, taken = outcome_and_megabytes(content)
    assert said == code or (not code and said in ("result", "unreadable_image"))
    assert taken < 200


OUTPUT_BOMBS: list[dict[str, object]] = [
    {"op": "resize", "width": 9000, "enlarge": True},
    {"op": "resize", "width": 4000, "enlarge": True, "dpr": 4},
    {"op": "resize", "width": 9000, "height": 10, "fit": "contain"},
    {"op": "resize", "width": 60_000, "height": 2, "fit": "stretch", "enlarge": True},
    {"op": "pad", "all": 8000},
    {"op": "pad", "aspect_ratio": "9999:1", "mode": "blur"},
    {"op": "border", "width": 8000},
]


@pytest.mark.parametrize("asked", OUTPUT_BOMBS, ids=str)
@pytest.mark.parametrize("place", [0, 2])
def test_a_step_that_would_grow_too_large_is_refused_before_any_pixel(
    monkeypatch: pytest.MonkeyPatch, asked: dict[str, object], place: int
) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("pixels were touched")

    monkeypatch.setattr("processing.pipeline.decode", refuse)
    steps = [{"op": "flip"}] * place + [asked, {"op": "resize", "width": 5}]
    (outcome,) = run(pictures.file(pictures.gradient()), [parse(steps, LIMITS)], LIMITS)
    assert isinstance(outcome, LimitExceeded)
    assert (outcome.code, outcome.path) == ("output_too_large", f"operations.{place}")


def test_turning_again_and_again_ends_at_the_limit() -> None:
    turns = [{"op": "rotate", "angle": 45}] * 20
    (outcome,) = run(pictures.file(pictures.gradient()), [parse(turns, LIMITS)], LIMITS)
    assert isinstance(outcome, LimitExceeded)
    assert outcome.code == "output_too_large"
