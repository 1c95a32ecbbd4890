"""chroma: how finely colour is stored, read from the headers of the files."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from processing.errors import ProcessingError
from processing.limits import Limits
from processing.pipeline import Result, parse, run
from tests import pictures

LIMITS = Limits()


def outcome(**output: Any) -> Result | ProcessingError:
    source = pictures.file(pictures.gradient(), "png")
    (made,) = run(source, [parse({"output": output}, LIMITS)], LIMITS)
    return made


def chroma_of(data: bytes) -> str:
    """What the frame header of a JPEG, or the av1C box of an AVIF, says."""
    if data[4:8] == b"ftyp":
        # Of its third byte: high_bitdepth, twelve_bit, monochrome, subsampling x and y.
        flags = data[data.index(b"av1C") + 6]
        return {0b00: "4:4:4", 0b11: "4:2:0", 0b10: "4:2:2"}[flags >> 2 & 0b11]
    at = 2
    while data[at + 1] not in (0xC0, 0xC2):
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    assert data[at + 9] == 3
    factors = [data[at + 11 + 3 * number] for number in range(3)]
    return {(0x11, 0x11, 0x11): "4:4:4", (0x22, 0x11, 0x11): "4:2:0"}[tuple(factors)]  # type: ignore[index]


@pytest.mark.parametrize("format", ["jpeg", "avif"])
@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ({}, "4:2:0"),
        ({"quality": 94}, "4:2:0"),
        ({"quality": 95}, "4:4:4"),
        ({"chroma": "auto", "quality": 100}, "4:4:4"),
        ({"chroma": "4:4:4"}, "4:4:4"),
        ({"chroma": "4:4:4", "quality": 20}, "4:4:4"),
        ({"chroma": "4:2:0", "quality": 100}, "4:2:0"),
    ],
    ids=str,
)
def test_the_file_says_what_was_asked(format: str, asked: dict[str, Any], written: str) -> None:
    made = outcome(format=format, **asked)
    assert isinstance(made, Result), made.detail
    assert chroma_of(made.data) == written


def test_fine_chroma_keeps_thin_red_lines() -> None:
    def error(chroma: str) -> float:
        image = pictures.gradient(64, 64).convert("L").convert("RGB")
        for at in range(3, 60, 8):
            image.paste((255, 0, 0), (at, 0, at + 1, 64))
        source = pictures.file(image, "png")
        pipeline = parse({"output": {"format": "jpeg", "quality": 90, "chroma": chroma}}, LIMITS)
        (made,) = run(source, [pipeline], LIMITS)
        assert isinstance(made, Result)
        return float(
            abs(pictures.pixels(Image.open(BytesIO(made.data))) - pictures.pixels(image)).mean()
        )

    assert error("4:4:4") < error("4:2:0") / 2


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ({"format": "webp", "chroma": "4:4:4"}, "always 4:2:0, not 4:4:4"),
        ({"format": "webp", "lossless": True, "chroma": "4:2:0"}, "A lossless webp file stores"),
        ({"format": "png", "chroma": "4:4:4"}, "A png file stores colour for every pixel"),
        ({"format": "gif", "chroma": "4:2:0"}, "A gif file stores colour for every pixel"),
        ({"chroma": "4:2:0"}, "A png file stores"),
    ],
    ids=str,
)
def test_it_is_refused_where_there_is_no_choice(output: dict[str, Any], words: str) -> None:
    made = outcome(**output)
    assert isinstance(made, ProcessingError)
    assert (made.code, made.path) == ("no_chroma", "output.chroma")
    assert words in made.detail


def test_what_webp_has_in_any_case_may_be_asked_for() -> None:
    assert isinstance(outcome(format="webp", chroma="4:2:0"), Result)
