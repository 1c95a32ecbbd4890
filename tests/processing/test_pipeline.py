"""run: a file and pipelines in, results out."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from PIL import _imaging as core

from processing.decode import decode
from processing.errors import ProcessingError, UnreadableImage, UnsupportedFormat
from processing.limits import Limits
from processing.operation import Picture
from processing.operations.blur import Blur
from processing.pipeline import Result, parse, run
from tests import pictures

LIMITS = Limits()


def outcomes(source: BytesIO, *asked: object) -> list[Result | ProcessingError]:
    return list(run(source, [parse(value, LIMITS) for value in asked], LIMITS))


def result(source: BytesIO, asked: object) -> Result:
    (outcome,) = outcomes(source, asked)
    assert isinstance(outcome, Result), outcome.detail
    return outcome


def opened(made: Result) -> Image.Image:
    image = Image.open(BytesIO(made.data))
    image.load()
    return image


def test_a_result_says_what_it_is() -> None:
    made = result(
        pictures.file(pictures.gradient(200, 100)),
        {"operations": [{"op": "resize", "width": 50}], "output": {"format": "webp"}},
    )
    assert (made.format, made.content_type) == ("webp", "image/webp")
    assert (made.width, made.height, made.frames) == opened(made).size + (1,)


def test_frames_are_those_in_the_file_where_equal_ones_were_stored_as_one() -> None:
    corner = {"op": "crop", "left": 20, "top": 14, "width": 4, "height": 4}
    made = result(pictures.animation("gif", (100, 50, 200)), [corner])
    assert made.frames == getattr(opened(made), "n_frames", 1) == 1
    assert opened(made).info["duration"] == 350


def test_operations_are_applied_in_order() -> None:
    source = pictures.file(pictures.quarters(), "png")
    crop = {"op": "crop", "width": 4, "height": 4, "gravity": "northwest"}
    turned_first = result(source, [{"op": "rotate", "angle": 90}, crop])
    cropped_first = result(source, [crop, {"op": "rotate", "angle": 90}])
    assert opened(turned_first).getpixel((0, 0)) == pictures.BLUE
    assert opened(cropped_first).getpixel((0, 0)) == pictures.RED


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_crop_is_in_the_displayed_picture(orientation: int) -> None:
    source = pictures.photographed(pictures.quarters(40, 30), orientation, "png")
    corner = {"op": "crop", "left": 20, "top": 0, "width": 20, "height": 15}
    image = opened(result(source, [corner]))
    assert image.getcolors() == [(300, pictures.GREEN)]
    assert not image.getexif()


def test_several_results_share_one_decode(monkeypatch: pytest.MonkeyPatch) -> None:
    shrinks = []
    real = decode

    def counted(source: Any, info: Any, shrink: float, *more: Any, **others: Any) -> Picture:
        shrinks.append(shrink)
        return real(source, info, shrink, *more, **others)

    monkeypatch.setattr("processing.pipeline.decode", counted)
    widths = (100, 400, 50)
    made = outcomes(
        pictures.file(pictures.gradient(1600, 800)),
        *([{"op": "resize", "width": width}] for width in widths),
    )
    assert [one.width for one in made if isinstance(one, Result)] == list(widths)
    assert shrinks == [4]


@pytest.mark.parametrize("format", ["jpeg", "png"])
@pytest.mark.parametrize(
    "leading",
    [
        [],
        [{"op": "grayscale"}],
        [{"op": "flip"}, {"op": "mirror"}],
        [{"op": "rotate", "angle": 90}],
        [{"op": "rotate", "angle": -90}, {"op": "sepia"}],
    ],
    ids=str,
)
@pytest.mark.parametrize("fit", ["inside", "cover"])
def test_decoding_small_shows_the_same_picture(format: str, leading: list[Any], fit: str) -> None:
    # Odd sizes: the last row and column of a small decode are filled in part.
    scene = pictures.noise(40, 30, 90).resize((1003, 707)).convert("RGB")
    source = pictures.file(scene, format)
    resize = {"op": "resize", "width": 97, "height": 91, "fit": fit, "gravity": "southeast"}
    small = result(source, [*leading, resize, {"op": "convert", "format": "png"}])
    expected = pictures.picture(Image.open(source).convert("RGB"))
    for operation in parse([*leading, resize], LIMITS).operations:
        expected = operation.apply(expected)
    difference = pictures.pixels(opened(small)) - pictures.pixels(expected.frames[0].image)
    assert abs(difference).mean() < 0.8


def test_one_impossible_pipeline_leaves_the_others_alone() -> None:
    first, second, third = outcomes(
        pictures.file(pictures.gradient()),
        [{"op": "flip"}],
        [{"op": "crop", "left": 60, "width": 60, "height": 5}],
        [{"op": "mirror"}],
    )
    assert isinstance(first, Result)
    assert isinstance(second, ProcessingError)
    assert second.path == "operations.0.width"
    assert isinstance(third, Result)


def test_each_result_is_there_as_soon_as_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    applied = []
    real = Blur.apply

    def counted(self: Blur, picture: Picture) -> Picture:
        applied.append(self)
        return real(self, picture)

    monkeypatch.setattr(Blur, "apply", counted)
    two = [parse([{"op": "blur"}], LIMITS)] * 2
    made: Iterator[object] = run(pictures.file(pictures.gradient()), two, LIMITS)
    next(made)
    assert len(applied) == 1


@pytest.mark.parametrize("format", ["jpeg", "png", "gif", "webp", "avif"])
def test_an_unreadable_source_is_the_same_error_for_each(format: str) -> None:
    whole = pictures.file(pictures.noise(100, 80, 50), format).getvalue()
    made = outcomes(BytesIO(whole[: len(whole) // 2]), [{"op": "flip"}], [{"op": "mirror"}])
    assert len(made) == 2
    for one in made:
        assert isinstance(one, UnreadableImage)
        assert one.code == "unreadable_image"


def test_what_is_no_picture_is_an_unsupported_format() -> None:
    (made,) = outcomes(BytesIO(b"%PDF-1.7"), [])
    assert isinstance(made, UnsupportedFormat)


@pytest.mark.parametrize(
    ("raised", "code"),
    [(MemoryError(), "out_of_memory"), (ValueError("odd"), "processing_failed")],
)
def test_a_failure_inside_pillow_is_an_outcome(
    monkeypatch: pytest.MonkeyPatch, raised: Exception, code: str
) -> None:
    def fail(self: Blur, picture: Picture) -> Picture:
        raise raised

    monkeypatch.setattr(Blur, "apply", fail)
    first, second = outcomes(pictures.file(pictures.gradient()), [{"op": "blur"}], [])
    assert isinstance(first, ProcessingError)
    assert first.code == code
    assert "odd" not in first.detail
    assert isinstance(second, Result)


def test_a_time_limit_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    class SoftTimeLimitExceeded(Exception):  # noqa: N818
        """Raised by the worker in the middle of anything."""

    def stop(self: Blur, picture: Picture) -> Picture:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(Blur, "apply", stop)
    with pytest.raises(SoftTimeLimitExceeded):
        outcomes(pictures.file(pictures.gradient()), [{"op": "blur"}])


def test_memory_of_a_picture_serves_the_next() -> None:
    source = pictures.file(pictures.noise(1200, 900).convert("RGB"), "png")
    result(source, [{"op": "flip"}])
    before = core.get_stats()["reused_blocks"]
    result(source, [{"op": "flip"}])
    assert core.get_stats()["reused_blocks"] > before
