"""The memory that forecast predicts is about what a run takes."""

import json
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from processing.decode import inspect
from processing.forecast import forecast
from processing.limits import Limits
from processing.pipeline import parse
from tests.pictures import file, gradient

ROOT = Path(__file__).parent.parent.parent
LIMITS = Limits()
LEAST, MOST = 0.3, 1.3
"""What is taken, in parts of what was predicted."""

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="peaks are reset by Linux"
)


def photograph(width: int = 1200, height: int = 900) -> Image.Image:
    """The gradient with the noise of a camera: a file of it is as large as that of a photograph."""
    patch = np.random.default_rng(3).integers(-9, 9, (100, 100, 3))
    noise = np.tile(patch, (height // 100, width // 100, 1))
    return Image.fromarray((np.asarray(gradient(width, height)) + noise).clip(0, 255).astype("u1"))


def moving(format: str) -> BytesIO:
    still = photograph(500, 300)
    later = [still.rotate(angle) for angle in range(5, 50, 5)]
    return file(still, format, save_all=True, append_images=later, duration=50)


SOURCES: dict[str, Callable[[], BytesIO]] = {
    "large.jpeg": lambda: file(photograph(4000, 3000)),
    "a.jpeg": lambda: file(photograph()),
    "a.png": lambda: file(photograph(), "png"),
    "alpha.png": lambda: file(photograph().convert("RGBA"), "png"),
    "a.webp": lambda: file(photograph(), "webp"),
    "moving.gif": lambda: moving("gif"),
}
CASES: dict[str, tuple[str, Any]] = {
    "12 Mpx to 800": ("large.jpeg", [{"op": "resize", "width": 800}]),
    "blur at full size": ("a.png", [{"op": "blur", "sigma": 4}]),
    "many colours": ("alpha.png", [{"op": "vibrance", "amount": 40}, {"op": "sepia"}]),
    "a turn that grows": ("a.jpeg", [{"op": "rotate", "angle": 30}]),
    "a crop": ("a.webp", [{"op": "crop", "width": "50%", "height": "50%"}]),
    "larger": ("a.jpeg", [{"op": "resize", "width": 1800, "enlarge": True}]),
    "only written anew": ("a.png", {"output": {"format": "webp"}}),
    "TIFF": ("a.png", {"output": {"format": "tiff"}}),
    "AVIF": ("a.jpeg", {"output": {"format": "avif"}}),
    "lossless WebP": ("a.jpeg", {"output": {"format": "webp", "lossless": True}}),
    "an animation": ("moving.gif", [{"op": "resize", "width": 400}, {"op": "grayscale"}]),
    "an animation to WebP": ("moving.gif", {"output": {"format": "webp"}}),
}


def taken(folder: Path) -> dict[str, int]:
    """Bytes that each of the cases takes, measured in a process of its own."""
    lines = [
        json.dumps({"file": str(folder / name), "pipeline": pipeline})
        for name, pipeline in CASES.values()
    ]
    command = [sys.executable, "-m", "tests.processing.peaks"]
    done = subprocess.run(
        command, input="\n".join(lines), cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    return dict(zip(CASES, map(int, done.stdout.split()), strict=True))


def test_it_is_about_what_is_taken(tmp_path: Path) -> None:
    for name, make in SOURCES.items():
        (tmp_path / name).write_bytes(make().getvalue())
    shares = {}
    for case, count in taken(tmp_path).items():
        name, pipeline = CASES[case]
        with (tmp_path / name).open("rb") as source:
            made = forecast(inspect(source, LIMITS), parse(pipeline, LIMITS), LIMITS)
        assert made.memory_bytes is not None
        shares[case] = count / made.memory_bytes
    assert len(shares) == len(CASES)
    assert {case: share for case, share in shares.items() if not LEAST <= share <= MOST} == {}
