"""Large pictures are written in a hurry where they would take all the time of a job."""

from typing import Any

import pytest
from PIL import Image

from processing import encode
from processing.limits import Limits
from processing.pipeline import Result, parse, run
from tests import pictures

LIMITS = Limits()


@pytest.mark.parametrize(
    ("output", "option", "slow", "fast"),
    [
        ({"format": "webp", "lossless": True}, "method", 4, 0),
        ({"format": "webp"}, "method", 4, 4),
        ({"format": "avif"}, "speed", 8, 9),
    ],
    ids=["lossless webp", "webp", "avif"],
)
def test_what_is_large_is_written_faster(
    output: dict[str, Any], option: str, slow: int, fast: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    save = Image.Image.save

    def noted(self: Image.Image, *args: Any, **options: Any) -> None:
        asked.append(options[option])
        save(self, *args, **options)

    source = pictures.file(pictures.gradient(40, 30), "png")
    monkeypatch.setattr(Image.Image, "save", noted)
    for large in (1200, 1199):
        monkeypatch.setattr(encode, "LARGE", large)
        (made,) = run(source, [parse({"output": output}, LIMITS)], LIMITS)
        assert isinstance(made, Result)
    assert asked == [slow, fast]
