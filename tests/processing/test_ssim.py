"""ssim: the definition, against numpy, and what anybody would expect of it."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageFilter

from processing import ssim
from processing.ssim import similarity
from tests import pictures


def windows_of(image: Image.Image) -> list[np.ndarray]:
    levels = np.asarray(image.convert("L"), dtype=np.float64)
    return [
        levels[top : top + 8, left : left + 8]
        for top in range(0, levels.shape[0], 8)
        for left in range(0, levels.shape[1], 8)
    ]


def by_definition(one: Image.Image, other: Image.Image) -> float:
    """Wang's formula on windows of 8x8 pixels side by side, in double precision."""
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    found = []
    for x, y in zip(windows_of(one), windows_of(other), strict=True):
        covariance = ((x - x.mean()) * (y - y.mean())).mean()
        found.append(
            (2 * x.mean() * y.mean() + c1)
            * (2 * covariance + c2)
            / ((x.mean() ** 2 + y.mean() ** 2 + c1) * (x.var() + y.var() + c2))
        )
    return float(np.mean(found))


def scene(width: int = 203, height: int = 141) -> Image.Image:
    return pictures.noise(width // 4, height // 4, 70).resize((width, height)).convert("RGB")


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "blur": lambda image: image.filter(ImageFilter.GaussianBlur(2)),
    "darker": lambda image: image.point(lambda level: level * 0.7),
    "negative": lambda image: image.point(lambda level: 255 - level),
    "jpeg": lambda image: Image.open(pictures.file(image, quality=20)),
    "even": lambda image: Image.new("RGB", image.size, "white"),
    "noise": lambda image: pictures.noise(*image.size),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("size", [(203, 141), (64, 48), (5, 3), (8, 1), (9, 1030)])
def test_it_is_what_the_definition_says(change: str, size: tuple[int, int]) -> None:
    image = scene(max(size[0], 8), max(size[1], 8)).crop((0, 0, *size))
    changed = CHANGES[change](image)
    assert similarity(image, changed) == pytest.approx(by_definition(image, changed), abs=2e-5)


@pytest.mark.parametrize("mode", pictures.WORKING_MODES)
def test_equal_pictures_are_wholly_alike(mode: str) -> None:
    image = pictures.in_mode(mode, 60, 40)
    assert similarity(image, image.copy()) == 1
    assert similarity(Image.new(mode, (9, 9)), Image.new(mode, (9, 9))) == 1


def test_more_noise_is_less_alike() -> None:
    image = scene()
    grain = pictures.noise(*image.size).convert("RGB")
    found = [similarity(image, Image.blend(image, grain, share)) for share in (0.1, 0.2, 0.4, 0.8)]
    assert all(one > other for one, other in pairwise([1, *found]))
    assert similarity(image, grain) < 0.1


def test_either_may_be_the_first() -> None:
    image, other = scene(), CHANGES["blur"](scene())
    assert similarity(image, other) == pytest.approx(similarity(other, image), abs=1e-7)


def test_what_is_hidden_is_not_seen() -> None:
    green, red = (Image.new("RGBA", (16, 16), (*color, 0)) for color in (pictures.GREEN, (9, 0, 0)))
    assert similarity(green, red) == 1


@pytest.mark.parametrize("level", [0, 255])
def test_a_hole_is_seen_whatever_stands_around_it(level: int) -> None:
    even = Image.new("LA", (32, 32), (level, 255))
    hole = even.copy()
    hole.paste((level, 0), (4, 4, 12, 12))
    assert similarity(even, hole) < 0.9
    assert similarity(even.convert("L"), hole) < 0.9


def test_no_more_than_a_band_is_in_floating_point_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    heights = []
    real = ssim._windows

    def counted(one: Image.Image, other: Image.Image) -> Image.Image:
        heights.append(one.height)
        return real(one, other)

    monkeypatch.setattr(ssim, "_windows", counted)
    similarity(Image.new("L", (8, 1500)), Image.new("L", (8, 1500)))
    assert heights == [512, 512, 476]
