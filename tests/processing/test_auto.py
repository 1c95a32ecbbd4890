"""format: auto: what the picture is decides, among what the client can show."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageDraw

from processing.auto import choices
from processing.decode import inspect
from processing.errors import ProcessingError
from processing.limits import Limits
from processing.output import Output
from processing.pipeline import Result, parse, run
from processing.plan import plan
from tests import pictures

LIMITS = Limits()
EVERY = ["jpeg", "png", "webp", "avif", "gif", "tiff"]


def photograph(mode: str = "RGB") -> Image.Image:
    """Light that changes softly, and the noise of a sensor on it."""
    return Image.blend(
        pictures.gradient(96, 64), pictures.noise(96, 64).convert("RGB"), 0.2
    ).convert(mode)


def drawing(mode: str = "RGB") -> Image.Image:
    """A flat ground with smooth-edged shapes: more than 256 colours, on few of the pixels."""
    large = Image.new("RGB", (1200, 900), "navy")
    draw = ImageDraw.Draw(large)
    for at in range(12):
        draw.ellipse((at * 90, at * 60, at * 90 + 200, at * 60 + 150), fill=(at * 20, 90, 9 * at))
    return large.resize((400, 300), Image.Resampling.LANCZOS).convert(mode)


def outcome(source: BytesIO, *operations: Any, **output: Any) -> Result | ProcessingError:
    asked = {"operations": list(operations), "output": {"format": "auto", **output}}
    (made,) = run(source, [parse(asked, LIMITS)], LIMITS)
    return made


def made_of(image: Image.Image, *operations: Any, **output: Any) -> Result:
    made = outcome(pictures.file(image, "png"), *operations, **output)
    assert isinstance(made, Result), made.detail
    with Image.open(BytesIO(made.data)) as written:
        assert written.format == made.format.upper()
    return made


@pytest.mark.parametrize(
    ("accept", "format"),
    [
        (None, "webp"),
        (EVERY, "avif"),
        (["webp", "jpeg"], "webp"),
        (["png", "jpeg"], "jpeg"),
        (["JPG"], "jpeg"),
        (["gif", "png"], "png"),
        (["gif"], "gif"),
        (["tiff"], "tiff"),
    ],
    ids=str,
)
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_photograph(mode: str, accept: Any, format: str) -> None:
    assert made_of(photograph(mode), accept=accept).format == format


@pytest.mark.parametrize(
    ("accept", "format"),
    [(None, "webp"), (EVERY, "avif"), (["png", "jpeg"], "png"), (["jpeg"], "jpeg")],
    ids=str,
)
def test_a_photograph_with_alpha(accept: Any, format: str) -> None:
    image = photograph("RGBA")
    image.putpixel((3, 3), (0, 0, 0, 254))
    assert made_of(image, accept=accept).format == format


def test_alpha_that_nothing_uses_is_dropped() -> None:
    made = made_of(photograph("RGBA"), accept=["png", "jpeg"])
    assert made.format == "jpeg"
    with Image.open(BytesIO(made_of(drawing("RGBA"), accept=["png"]).data)) as image:
        assert image.mode == "RGB"


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "LA"])
@pytest.mark.parametrize("accept", [["png"], ["webp"], EVERY], ids=str)
def test_flat_graphics_keep_every_pixel(accept: Any, mode: str) -> None:
    image = drawing(mode)
    if mode.endswith("A"):
        image.paste(Image.new(mode, (40, 30)), (10, 10))
    made = made_of(image, accept=accept)
    assert made.format in ("png", "webp")
    with Image.open(BytesIO(made.data)) as written:
        shown = pictures.pixels(written.convert("RGBA"))
    expected = pictures.pixels(image.convert("RGBA"))
    visible = expected[:, :, 3] > 0
    assert (shown[visible] == expected[visible]).all()
    assert (shown[:, :, 3] == expected[:, :, 3]).all()


def test_of_two_exact_formats_the_smaller_file_is_taken() -> None:
    image = drawing()
    sizes = {name: len(made_of(image, accept=[name]).data) for name in ("png", "webp")}
    made = made_of(image, accept=["png", "webp"])
    assert len(made.data) == min(sizes.values())
    assert sizes[made.format] == len(made.data)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_few_colours_become_a_palette(mode: str) -> None:
    image = pictures.quarters(200, 100).convert(mode)
    if mode == "RGBA":
        image.paste((9, 8, 7, 100), (0, 0, 20, 20))
    made = made_of(image, accept=["png"])
    with Image.open(BytesIO(made.data)) as written:
        assert written.mode == "P"
        assert (pictures.pixels(written.convert(mode)) == pictures.pixels(image)).all()


@pytest.mark.parametrize(("colors", "format"), [(32, "png"), (33, "jpeg")])
def test_so_few_colours_are_no_photograph(colors: int, format: str) -> None:
    image = Image.new("L", (99, 66))
    # No neighbours are alike.
    image.putdata(
        [(across * 5 + down * 7) % colors * 7 for down in range(66) for across in range(99)]
    )
    assert made_of(image.convert("RGB"), accept=["png", "jpeg"]).format == format


@pytest.mark.parametrize(("width", "format"), [(4000, "avif"), (4001, "webp")])
def test_no_client_waits_for_a_very_large_avif(width: int, format: str) -> None:
    large = pictures.noise(width, 100).resize((width, 4000), Image.Resampling.NEAREST)
    ((name, _),) = choices(pictures.picture(large), tuple(EVERY), Output(format="auto"))
    assert name == format
    # Where nothing else can be shown it is made all the same.
    ((name, _),) = choices(pictures.picture(large), ("avif",), Output(format="auto"))
    assert name == "avif"


def test_flat_graphics_where_nothing_exact_is_accepted() -> None:
    assert made_of(drawing(), accept=["jpeg", "avif"]).format == "jpeg"


@pytest.mark.parametrize(
    ("accept", "format", "frames"),
    [
        (None, "webp", 3),
        (EVERY, "webp", 3),
        (["gif", "png", "jpeg"], "gif", 3),
        (["avif", "gif"], "avif", 3),
        (["png", "jpeg"], "png", 3),
        (["jpeg", "tiff"], "tiff", 1),
    ],
    ids=str,
)
def test_an_animation(accept: Any, format: str, frames: int) -> None:
    made = outcome(pictures.animation("gif"), accept=accept)
    assert isinstance(made, Result), made.detail
    assert (made.format, made.frames) == (format, frames)


def test_what_comes_out_decides_and_not_what_went_in() -> None:
    pixelate = {"op": "pixelate", "size": 32}
    accept = ["jpeg", "png"]
    assert made_of(photograph(), accept=accept).format == "jpeg"
    assert made_of(photograph(), pixelate, accept=accept).format == "png"
    assert (
        made_of(photograph(), {"op": "round_corners", "radius": 9}, accept=accept).format == "png"
    )


def test_quality_is_that_of_the_format_chosen_unless_given() -> None:
    def of(**output: Any) -> int:
        return len(made_of(photograph(), **output).data)

    for name, quality in (("jpeg", 80), ("webp", 79), ("avif", 60)):
        assert of(accept=[name]) == of(accept=[name], quality=quality)
        assert of(accept=[name]) > of(accept=[name], quality=20)


def test_what_the_output_asks_for_narrows_the_choice() -> None:
    assert made_of(photograph(), lossless=True, accept=["jpeg", "png"]).format == "png"
    assert made_of(photograph(), palette_colors=16).format == "png"
    assert made_of(photograph(), chroma="4:4:4").format == "jpeg"
    refused = outcome(pictures.file(photograph()), lossless=True, accept=["jpeg", "gif"])
    assert isinstance(refused, ProcessingError)
    assert (refused.code, refused.path) == ("not_lossless", "output.lossless")


def test_accept_goes_with_auto_only() -> None:
    (made,) = run(
        pictures.file(photograph()),
        [parse({"output": {"format": "webp", "accept": ["webp"]}}, LIMITS)],
        LIMITS,
    )
    assert isinstance(made, ProcessingError)
    assert (made.code, made.path) == ("accept_without_auto", "output.accept")


@pytest.mark.parametrize("accept", [[], ["bmp"], [5], "webp", ["webp", None]], ids=str)
def test_it_rejects(accept: object) -> None:
    with pytest.raises(ProcessingError, match="accept"):
        parse({"output": {"format": "auto", "accept": accept}}, LIMITS)


def test_the_order_of_a_list_changes_nothing() -> None:
    def digest(accept: list[str]) -> str:
        return parse({"output": {"format": "auto", "accept": accept}}, LIMITS).digest

    assert digest(["webp", "avif"]) == digest(["avif", "webp", "AVIF"]) != digest(["webp"])


def test_a_plan_says_that_it_does_not_know_yet() -> None:
    limits = Limits(max_output_side=10**6, max_output_pixels=10**9, max_pixels=10**9)

    def planned(width: int, *accept: str) -> Any:
        info = inspect(pictures.file(Image.new("1", (width, 2)), "png"), limits)
        return plan(info, parse({"output": {"format": "auto", "accept": accept}}, limits), limits)

    assert planned(16383, "webp", "jpeg").format == "auto"
    assert planned(16383, "webp", "jpeg").formats == ("jpeg", "webp")
    assert planned(16384, "webp", "jpeg").formats == ("jpeg",)
    with pytest.raises(ProcessingError, match="A webp file may be 16383 px"):
        planned(16384, "webp")
