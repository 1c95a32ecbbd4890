"""Steps: several pipelines on one picture, what they begin with alike being done once."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from processing.errors import ProcessingError
from processing.limits import Limits
from processing.operation import Operation, Picture, Size
from processing.operations.blur import Blur
from processing.operations.flip import Flip
from processing.pipeline import Result, parse, run
from tests import pictures

LIMITS = Limits()
BLUR: dict[str, Any] = {"op": "blur", "sigma": 3}
FLIP: dict[str, Any] = {"op": "flip"}


@pytest.fixture
def applied(monkeypatch: pytest.MonkeyPatch) -> list[type[Operation]]:
    """The kinds of operations that were applied, in order."""
    seen: list[type[Operation]] = []
    for kind in (Blur, Flip):

        def counted(self: Any, picture: Picture, kind: Any = kind, real: Any = kind.apply) -> Any:
            seen.append(kind)
            return real(self, picture)

        monkeypatch.setattr(kind, "apply", counted)
    return seen


def asked(operations: list[dict[str, Any]], format: str) -> dict[str, Any]:
    return {"operations": operations, "output": {"format": format}}


def made(source: Any, *pipelines: dict[str, Any]) -> list[bytes | str]:
    """The bytes of each result, or the code and path of its error."""
    outcomes = run(source, [parse(one, LIMITS) for one in pipelines], LIMITS)
    return [
        one.data if isinstance(one, Result) else f"{one.code} {one.path}".strip()
        for one in outcomes
    ]


# Not next to each other, and one that only begins alike.
PIPELINES = (
    asked([BLUR, FLIP], "png"),
    asked([BLUR], "jpeg"),
    asked([{"op": "blur", "sigma": 4}, FLIP], "png"),
    asked([FLIP, BLUR], "png"),
    asked([BLUR, FLIP], "webp"),
)


def test_equal_beginnings_are_done_once(applied: list[type[Operation]]) -> None:
    made(pictures.file(pictures.gradient()), *PIPELINES)
    assert applied == [Blur, Flip, Blur, Flip, Flip, Blur]


def test_results_are_those_of_pipelines_run_alone() -> None:
    source = pictures.file(pictures.noise(90, 70), "png")
    assert made(source, *PIPELINES) == [made(source, one)[0] for one in PIPELINES]


def test_a_still_is_not_taken_for_the_animation_it_begins() -> None:
    source = pictures.animation("gif")
    both = [asked([BLUR], "jpeg"), asked([BLUR], "webp"), asked([BLUR], "png")]
    assert made(source, *both) == [made(source, one)[0] for one in both]


def test_no_more_is_kept_than_memory_is_set_aside_for(
    monkeypatch: pytest.MonkeyPatch, applied: list[type[Operation]]
) -> None:
    monkeypatch.setattr("processing.steps.MOST_KEPT", 64 * 48 * 2)
    two, three = [BLUR, FLIP], [BLUR, FLIP, FLIP]
    made(pictures.file(pictures.gradient()), asked(three, "png"), asked(three, "jpeg"))
    assert applied == [Blur, Flip, Flip, Flip]
    applied.clear()
    made(pictures.file(pictures.gradient()), asked(two, "png"), asked(two, "jpeg"))
    assert applied == [Blur, Flip]


def test_what_is_not_needed_again_makes_room(
    monkeypatch: pytest.MonkeyPatch, applied: list[type[Operation]]
) -> None:
    monkeypatch.setattr("processing.steps.MOST_KEPT", 64 * 48)
    formats = ("png", "jpeg")
    pipelines = [asked([step], format) for step in (BLUR, FLIP) for format in formats]
    made(pictures.file(pictures.gradient()), *pipelines)
    assert applied == [Blur, Flip]


def test_a_step_that_only_pixels_can_size_is_followed_by_a_look_at_each_of_the_pipelines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def halve(self: Blur, picture: Picture) -> Picture:
        half = Size(picture.size.width // 2, picture.size.height // 2)
        return picture.reshaped(lambda image: image.resize(half, Image.Resampling.BOX), half)

    monkeypatch.setattr(Blur, "exact", False)
    monkeypatch.setattr(Blur, "apply", halve)
    outside: dict[str, Any] = {"op": "crop", "left": 40, "top": 0, "width": 20, "height": 10}
    source = pictures.file(pictures.gradient())
    first, second = made(source, asked([BLUR], "png"), asked([BLUR, outside], "png"))
    assert isinstance(first, bytes)
    assert second == "crop_outside operations.1.width"


def test_one_that_fails_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Flip, picture: Picture) -> Picture:
        raise ProcessingError("odd", "It failed.")

    monkeypatch.setattr(Flip, "apply", fail)
    source = pictures.file(pictures.gradient())
    failed, also, fine = made(
        source, asked([BLUR, FLIP], "png"), asked([BLUR, FLIP], "webp"), asked([BLUR], "png")
    )
    assert (failed, also) == ("odd", "odd")
    assert fine == made(source, asked([BLUR], "png"))[0]


@pytest.mark.parametrize("frames", [1, 3])
def test_a_step_that_makes_more_than_was_planned_is_refused(
    monkeypatch: pytest.MonkeyPatch, frames: int
) -> None:
    def grown(_: Any, picture: Picture) -> Picture:
        return picture.reshaped(lambda image: image.resize((200, 100)), picture.size)

    monkeypatch.setattr(Flip, "apply", grown)
    images = [Image.new("RGB", (20, 10), (80 * shade, 0, 0)) for shade in range(frames)]
    source = BytesIO()
    images[0].save(source, "webp", save_all=True, append_images=images[1:])
    limits = Limits(max_output_pixels=frames * 200 * 100 - 1)
    pipeline = parse(asked([BLUR, FLIP], "webp"), limits)
    (error,) = run(source, [pipeline], limits)
    assert isinstance(error, ProcessingError)
    assert (error.code, error.path) == ("output_too_large", "operations.1")
    (made,) = run(source, [pipeline], Limits(max_output_pixels=frames * 200 * 100))
    assert isinstance(made, Result)
