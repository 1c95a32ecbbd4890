"""The smallest, longest and largest pictures, in every format."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from processing.encode import encode
from processing.limits import Limits
from processing.output import FORMATS, Output
from processing.pipeline import Result, parse, run
from tests import pictures

WIDE = Limits(max_output_side=70_000, max_output_pixels=10**6)


def made(image: Image.Image, *operations: dict[str, Any], format: str) -> Image.Image:
    asked = {"operations": list(operations), "output": {"format": format}}
    (result,) = run(pictures.file(image, "png"), [parse(asked, WIDE)], WIDE)
    assert isinstance(result, Result), result.detail
    with Image.open(BytesIO(result.data)) as opened:
        opened.load()
        assert opened.size == (result.width, result.height)
        return opened


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (2, 1), (3, 3), (1, 8192), (8192, 1)], ids=str)
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA"])
def test_every_format_holds_very_small_and_very_thin_pictures(
    mode: str, size: tuple[int, int]
) -> None:
    for format in FORMATS:
        assert made(pictures.gradient(*size).convert(mode), format=format).size == size, format


@pytest.mark.parametrize("format", FORMATS)
def test_the_longest_side_of_a_format_can_be_read_again(format: str) -> None:
    most = FORMATS[format].max_side
    assert made(Image.new("RGB", (most, 1), "red"), format=format).size == (most, 1)
    assert made(Image.new("RGB", (1, most), "red"), format=format).size == (1, most)


@pytest.mark.parametrize(
    ("operation", "size"),
    [
        ({"op": "resize", "height": 100}, (1, 100)),
        ({"op": "resize", "width": 1, "height": 100}, (1, 100)),
        ({"op": "resize", "width": 50, "height": 50, "fit": "contain"}, (50, 50)),
        ({"op": "resize", "width": 50, "height": 50, "fit": "cover"}, (1, 1)),
        ({"op": "resize", "width": 50, "height": 50, "fit": "cover", "enlarge": True}, (50, 50)),
        ({"op": "resize", "width": 3, "height": 7, "fit": "stretch", "enlarge": True}, (3, 7)),
        ({"op": "crop", "aspect_ratio": "1:1"}, (1, 1)),
        ({"op": "crop", "width": "10%", "height": "0.001%"}, (1, 1)),
        ({"op": "rotate", "angle": 90}, (10_000, 1)),
        ({"op": "blur", "sigma": 100}, (1, 10_000)),
        ({"op": "pixelate", "size": 256}, (1, 10_000)),
        ({"op": "round_corners", "radius": "max"}, (1, 10_000)),
    ],
    ids=str,
)
def test_one_pixel_by_ten_thousand(operation: dict[str, Any], size: tuple[int, int]) -> None:
    assert made(pictures.gradient(1, 10_000), operation, format="png").size == size


def test_the_largest_avif_is_written_in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The slowest of all writers must be done within the time of a job."""
    speeds = []

    def save(self: Image.Image, target: BytesIO, format: str, **options: Any) -> None:
        del self, target
        speeds.append((format, options["speed"]))

    monkeypatch.setattr(Image.Image, "save", save)
    for size in ((3000, 4000), (3001, 4000)):
        encode(pictures.picture(Image.new("L", size)), "avif", Output(format="avif"))
    assert speeds == [("AVIF", 8), ("AVIF", 9)]
