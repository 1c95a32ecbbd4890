"""fitting: target_ssim, judged by every file that could have been written."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageSequence

from processing.fitting import fitted
from processing.output import Output
from tests import pictures
from tests.processing.fitted import PICTURES, every, failure, moving, result, scene, still
from tests.processing.test_ssim import by_definition


def likeness(name: str, data: bytes) -> float:
    """The similarity to the picture before it was written, by the definition."""
    before = PICTURES[name].transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    with Image.open(BytesIO(data)) as after:
        return by_definition(before, after)


@pytest.mark.parametrize("name", ["scene", "noise", "gradient", "edges"])
@pytest.mark.parametrize("format", ["jpeg", "webp"])
@pytest.mark.parametrize("target", [0.9, 0.97, 0.99])
def test_the_target_is_reached_and_one_quality_less_would_not_do(
    format: str, name: str, target: float, written: list[int]
) -> None:
    files = every(name, format)
    written.clear()
    made = result(still(name), format=format, target_ssim=target)
    quality = min(q for q, data in enumerate(files, 1) if data == made)
    assert likeness(name, made) >= target - 2e-5
    assert quality == 1 or likeness(name, files[quality - 2]) < target + 2e-5
    assert len(written) <= 7


def test_an_avif_reaches_it_too(written: list[int]) -> None:
    made = result(still("scene"), format="avif", target_ssim=0.95)
    assert likeness("scene", made) >= 0.95
    assert len(written) <= 7


def test_a_higher_target_makes_a_larger_file() -> None:
    targets = (0.9, 0.95, 0.98, 0.995)
    sizes = [len(result(still("scene"), format="webp", target_ssim=t)) for t in targets]
    assert sizes == sorted(set(sizes))


def test_transparency_counts_as_it_is_seen() -> None:
    made = result(still("alpha"), format="webp", target_ssim=0.97)
    before = PICTURES["alpha"].transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    for color in ("white", "black"):
        flat = []
        for image in (before, Image.open(BytesIO(made)).convert("RGBA")):
            flat.append(Image.new("RGB", image.size, color))
            flat[-1].paste(image, mask=image)
        assert by_definition(*flat) >= 0.96


def test_what_was_laid_on_the_background_is_what_is_compared() -> None:
    made = result(still("alpha"), format="jpeg", target_ssim=0.97, background="#ff0000")
    before = Image.new("RGB", PICTURES["alpha"].size, "red")
    before.paste(PICTURES["alpha"], mask=PICTURES["alpha"])
    before = before.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert by_definition(before, Image.open(BytesIO(made))) >= 0.969


@pytest.mark.parametrize("format", ["webp", "avif"])
def test_every_frame_reaches_it(format: str) -> None:
    even = Image.new("RGB", (96, 64), "gray")
    # Equal neighbours, which writers store as one frame.
    images = [even, even, scene(), scene(), scene().rotate(180)]
    made = result(moving(images, "png"), format=format, target_ssim=0.96)
    with Image.open(BytesIO(made)) as image:
        shown = [frame.convert("RGB") for frame in ImageSequence.Iterator(image)]
    wanted = [one.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for one in images]
    for frame, number in ((shown[-1], 4), (shown[0], 0)):
        assert by_definition(wanted[number], frame) >= 0.9599
    assert max(by_definition(wanted[2], frame) for frame in shown) >= 0.9599


def test_quality_is_a_ceiling_for_it_and_beyond_reach_is_said() -> None:
    made = failure(still("noise"), format="jpeg", quality=20, target_ssim=0.99)
    assert (made.code, made.path) == ("target_ssim_unreachable", "output.target_ssim")
    reached = likeness("noise", every("noise", "jpeg")[19])
    assert f"SSIM of 0.99; as jpeg of quality 20 it has {reached:.4f}." in made.detail
    assert "a higher quality" in made.detail
    made = failure(still("scene"), format="webp", target_ssim=0.999)
    assert "of quality 100" in made.detail
    assert "a higher quality" not in made.detail


def test_both_hold_or_neither_is_given() -> None:
    alone = result(still("scene"), format="webp", target_ssim=0.97)
    assert result(still("scene"), format="webp", target_ssim=0.97, max_bytes=len(alone)) == alone
    made = failure(still("scene"), format="webp", target_ssim=0.97, max_bytes=len(alone) - 1)
    assert made.code == "max_bytes_unreachable"
    assert f"at least {len(alone)}" in made.detail
    assert "lower target_ssim" in made.detail


@pytest.mark.parametrize(
    "output",
    [
        {"format": "png"},
        {"format": "gif"},
        {"format": "tiff"},
        {"format": "webp", "lossless": True},
        {},
    ],
    ids=str,
)
def test_where_there_is_no_quality_it_is_refused_at_the_door(
    output: dict[str, Any], written: list[int]
) -> None:
    made = failure(still("scene"), target_ssim=0.95, **output)
    assert (made.code, made.path) == ("no_quality", "output.target_ssim")
    assert "avif, jpeg, webp" in made.detail
    assert not written


def test_equal_frames_that_are_stored_as_one_are_found_by_their_time() -> None:
    even, last = Image.new("RGB", (96, 64), "gray"), scene().rotate(180)
    picture = pictures.picture(even, even, scene(), scene(), last)
    made = fitted(picture, "webp", Output(target_ssim=0.96), None)
    with Image.open(BytesIO(made)) as image:
        shown = [frame.convert("RGB") for frame in ImageSequence.Iterator(image)]
    assert len(shown) == 3
    for before, after in zip((even, scene(), last), shown, strict=True):
        assert by_definition(before, after) >= 0.9599
