"""palette_colors: PNG and GIF with few colours, counted by another program."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
import pyvips
from PIL import Image

from processing import palette
from processing.errors import ProcessingError
from processing.limits import Limits
from processing.pipeline import Result, parse, run
from tests import pictures

LIMITS = Limits()


def outcome(source: BytesIO, **output: Any) -> Result | ProcessingError:
    (made,) = run(source, [parse({"output": output}, LIMITS)], LIMITS)
    return made


def written(image: Image.Image, **output: Any) -> bytes:
    made = outcome(pictures.file(image, "png"), **output)
    assert isinstance(made, Result), made.detail
    return made.data


def seen(data: bytes) -> Any:
    """The pixels as libvips reads them, with alpha."""
    image = pyvips.Image.new_from_buffer(data, "").colourspace("srgb")
    return (image if image.hasalpha() else image.addalpha()).numpy().astype(int)


def colors_in(data: bytes) -> int:
    pixels = seen(data)
    pixels[pixels[:, :, 3] == 0] = 0
    return len(np.unique(pixels.reshape(-1, 4), axis=0))


def glow(size: int = 96) -> Image.Image:
    """Colours that fade out to transparent from the middle; white is hidden where nothing shows."""
    across, down = np.mgrid[0:size, 0:size]
    alpha = 300 - np.hypot(across - size / 2, down - size / 2) * 600 / size
    bands = np.stack([across * 255 / size, down * 255 / size, 0 * across, alpha], 2)
    bands[alpha <= 0, :3] = 255
    return Image.fromarray(bands.clip(0, 255).astype("uint8"))


@pytest.mark.parametrize("colors", [2, 3, 15, 16, 17, 100, 256])
@pytest.mark.parametrize("mode", pictures.WORKING_MODES)
@pytest.mark.parametrize("format", ["png", "gif"])
def test_there_are_no_more_colours_than_asked(format: str, mode: str, colors: int) -> None:
    image = (glow() if mode.endswith("A") else pictures.gradient()).convert(mode)
    data = written(image, format=format, palette_colors=colors)
    # Not all of them lie where something shows, and an octree grows by whole branches.
    assert colors * 0.2 <= colors_in(data) <= colors


@pytest.mark.parametrize("format", ["png", "gif"])
def test_a_picture_with_few_colours_stays_as_it_is(format: str) -> None:
    ramp = Image.linear_gradient("L").convert("RGB")
    for image, colors in ((pictures.quarters(), 4), (pictures.half_transparent(), 4), (ramp, 256)):
        made, given = (
            seen(written(image, format=format, palette_colors=colors)),
            image.convert("RGBA"),
        )
        expected = pictures.pixels(given)
        visible = expected[:, :, 3] > 0
        assert (made[:, :, 3] == expected[:, :, 3]).all()
        assert (made[visible] == expected[visible]).all()


@pytest.mark.parametrize("background", [0, 255])
def test_soft_edges_stay_soft_and_have_no_halo(background: int) -> None:
    def shown(pixels: Any) -> Any:
        solid = pixels[:, :, 3:] / 255
        return pixels[:, :, :3] * solid + background * (1 - solid)

    expected = pictures.pixels(glow())
    made = seen(written(glow(), format="png", palette_colors=128))
    assert abs(shown(made) - shown(expected)).mean() < 6
    assert (made[expected[:, :, 3] == 0, 3] == 0).all()
    assert len(np.unique(made[:, :, 3])) > 4


@pytest.mark.parametrize("hidden", [0, 255])
@pytest.mark.parametrize("level", [0, 128, 255], ids=["shadow", "grey", "light"])
def test_around_shadows_and_light_nothing_shows(level: int, hidden: int) -> None:
    image = glow()
    alpha = image.getchannel("A")
    image.paste((level, level, level), mask=alpha.point(lambda value: 255 * (value > 0)))
    image.paste((hidden, hidden, hidden), mask=alpha.point(lambda value: 255 * (value == 0)))
    image.putalpha(alpha)
    expected = pictures.pixels(alpha)
    made = seen(written(image, format="png", palette_colors=64))
    assert (made[expected == 0, 3] == 0).all()
    assert (made[made[:, :, 3] > 0, :3] == level).all()
    # Neither is the faintest light lost, nor the step to it larger than the others.
    faint = (expected > 0) & (expected < 32)
    assert abs(made[faint, 3] - expected[faint]).mean() < 9
    # Who shows the hidden colour nevertheless shows none.
    with Image.open(BytesIO(written(image, format="png", palette_colors=64))) as file:
        assert (pictures.pixels(file.convert("RGBA"))[expected == 0] == 0).all()


@pytest.mark.parametrize("colors", [2, 8, 64])
def test_what_is_transparent_stays_so_and_what_is_solid_too(colors: int) -> None:
    image = pictures.gradient(60, 60).convert("RGBA")
    image.paste((255, 255, 255, 0), (0, 0, 30, 60))
    made = seen(written(image, format="png", palette_colors=colors))
    assert (made[:, :30, 3] == 0).all()
    assert (made[:, 30:, 3] == 255).all()


def test_dots_mix_what_lies_between_two_colours() -> None:
    made = seen(written(Image.linear_gradient("L"), format="png", palette_colors=2))
    rows = made[:, :, 0].mean(axis=1)
    # Flat areas would be one step; dots follow the slope.
    assert np.corrcoef(rows[64:192], np.arange(128))[0, 1] > 0.9


def test_the_frames_of_a_png_share_one_palette() -> None:
    first = pictures.quarters(40, 30).convert("RGBA")
    rest = [Image.new("RGBA", (40, 30), color) for color in ((9, 90, 200, 255), (0, 0, 0, 0))]
    source = pictures.file(first, "png", save_all=True, append_images=rest, duration=100)
    made = outcome(source, palette_colors=16)
    assert isinstance(made, Result)
    with Image.open(BytesIO(made.data)) as image:
        assert (image.mode, made.frames) == ("P", 3)
        for number, expected in enumerate([first, *rest]):
            image.seek(number)
            shown = pictures.pixels(image.convert("RGBA"))
            visible = pictures.pixels(expected)[:, :, 3:] > 0
            assert abs((shown - pictures.pixels(expected)) * visible).max() <= 4


@pytest.mark.parametrize("format", ["png", "gif"])
def test_the_palette_of_a_large_picture_is_chosen_from_part_of_it(
    format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = pictures.gradient(300, 200)
    chosen: list[int] = []
    quantize = Image.Image.quantize

    def counted(self: Image.Image, *args: Any, **options: Any) -> Image.Image:
        if "palette" not in options:
            chosen.append(self.width * self.height)
        return quantize(self, *args, **options)

    monkeypatch.setattr(Image.Image, "quantize", counted)
    whole = seen(written(image, format=format, palette_colors=64))
    monkeypatch.setattr(palette, "MOST_SAMPLED", 10_000)
    part = seen(written(image, format=format, palette_colors=64))
    assert chosen[0] == 60_000
    assert 9_000 < chosen[1] <= 10_000
    wanted = np.asarray(image).astype(int)
    errors = [abs(pixels[:, :, :3] - wanted).mean() for pixels in (whole, part)]
    assert errors[1] < 1.1 * errors[0]


def test_fewer_colours_are_a_smaller_file() -> None:
    image = pictures.noise(100, 100).resize((200, 200)).convert("RGB")
    sizes = [len(written(image, format="png", palette_colors=n)) for n in (4, 16, 64)]
    assert sizes == sorted(sizes)
    assert sizes[-1] < len(written(image, format="png"))


def test_the_same_picture_gives_the_same_bytes() -> None:
    for image in (glow(), pictures.gradient()):
        made = {written(image, format="png", palette_colors=20) for _ in range(3)}
        assert len(made) == 1


@pytest.mark.parametrize("format", ["jpeg", "webp", "avif", "tiff"])
def test_it_is_refused_where_there_is_no_palette(format: str) -> None:
    made = outcome(pictures.file(pictures.gradient()), format=format, palette_colors=16)
    assert isinstance(made, ProcessingError)
    assert (made.code, made.path) == ("no_palette", "output.palette_colors")
    assert made.detail == f"A {format} file has no palette; gif, png have."


def test_it_is_refused_together_with_lossless() -> None:
    made = outcome(
        pictures.file(pictures.gradient()), format="png", lossless=True, palette_colors=9
    )
    assert isinstance(made, ProcessingError)
    assert (made.code, made.path) == ("not_lossless", "output.lossless")
