"""encode: formats, quality, transparency, animation, metadata."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from pydantic import ValidationError

from processing.encode import encode
from processing.limits import Limits
from processing.operation import Picture
from processing.output import FORMATS, Output, content_type, output_format
from processing.pipeline import Result, parse, run
from tests import pictures

LIMITS = Limits(formats=(*Limits.formats, "tiff"))


def encoded(picture: Picture, **asked: Any) -> bytes:
    output = Output(**asked)
    return encode(picture, output_format(output, picture.format), output)


def written(image: Image.Image, **output: Any) -> Image.Image:
    made = Image.open(BytesIO(encoded(pictures.picture(image), **output)))
    made.load()
    return made


def converted(source: BytesIO, **output: Any) -> bytes:
    (result,) = run(source, [parse({"output": output}, LIMITS)], LIMITS)
    assert isinstance(result, Result), result.detail
    return result.data


@pytest.mark.parametrize("mode", pictures.WORKING_MODES)
@pytest.mark.parametrize("format", FORMATS)
def test_every_mode_is_written_in_every_format(format: str, mode: str) -> None:
    image = pictures.gradient().convert(mode)
    made = written(image, format=format, quality=95)
    assert made.format == format.upper()
    difference = pictures.pixels(made.convert("RGB")) - pictures.pixels(image.convert("RGB"))
    assert abs(difference).mean() < 6


@pytest.mark.parametrize("format", ["png", "webp", "tiff"])
def test_lossless_keeps_every_pixel(format: str) -> None:
    image = pictures.gradient()
    made = written(image, format=format, lossless=True)
    assert pictures.pixels(made).tolist() == pictures.pixels(image).tolist()


@pytest.mark.parametrize("format", ["jpeg", "webp", "avif"])
def test_quality_is_the_default_unless_given_and_makes_files_larger(format: str) -> None:
    image = pictures.noise(100, 100, 60)

    def size(**output: Any) -> int:
        return len(encoded(pictures.picture(image), format=format, **output))

    default = {"jpeg": 80, "webp": 79, "avif": 60}[format]
    assert size() == size(quality=default)
    assert size(quality=20) < size() < size(quality=95)


def test_progressive_is_written_when_asked_for() -> None:
    assert "progressive" not in written(pictures.gradient(), format="jpeg").info
    assert "progressive" in written(pictures.gradient(), format="jpeg", progressive=True).info


@pytest.mark.parametrize("asked", [{}, {"progressive": True}], ids=str)
@pytest.mark.parametrize(
    "operation", [None, {"op": "resize", "width": 20}, {"op": "flip"}], ids=str
)
@pytest.mark.parametrize("source", [False, True], ids=["baseline", "progressive"])
def test_a_jpeg_is_baseline_unless_asked_whatever_its_source(
    source: bool, operation: dict[str, Any] | None, asked: dict[str, Any]
) -> None:
    file = pictures.file(pictures.gradient(), progressive=source)
    pipeline = {"operations": [operation] if operation else [], "output": asked}
    (made,) = run(file, [parse(pipeline, LIMITS)], LIMITS)
    assert isinstance(made, Result)
    with Image.open(BytesIO(made.data)) as image:
        assert image.format == "JPEG"
        assert ("progressive" in image.info) == bool(asked)
    # The marker of the frame: what decoders go by.
    assert (b"\xff\xc2" in made.data) == bool(asked)


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
@pytest.mark.parametrize(
    ("background", "color"),
    [("#ffffffff", (255, 255, 255)), ("#0000ff", (0, 0, 255)), ("transparent", (0, 0, 0))],
)
def test_transparent_pixels_land_on_the_background(
    mode: str, background: str, color: tuple[int, ...]
) -> None:
    made = written(Image.new(mode, (8, 8)), format="jpeg", background=background, quality=100)
    assert made.convert("RGB").getpixel((4, 4)) == pytest.approx(color, abs=2)


def half(mode: str) -> Image.Image:
    """Opaque light on the left, transparent black on the right, in LA or RGBA."""
    image = Image.new(mode, (40, 40))
    image.paste((200, 255) if mode == "LA" else (200, 80, 80, 255), (0, 0, 20, 40))
    return image


def grey_png(bits: int) -> BytesIO:
    """A grey PNG whose left half is the brightest level and whose darkest is transparent."""
    left = (2 ** (20 * bits) - 1) << 20 * bits
    row = b"\0" + left.to_bytes(5 * bits, "big")
    return pictures.png_of(40, 40, bits, 0, row * 40, (b"tRNS", bytes(2)))


TRANSPARENT = {
    "LA": pictures.file(half("LA"), "png"),
    "RGBA": pictures.file(half("RGBA"), "png"),
    "RGB with a key": pictures.file(half("RGBA").convert("RGB"), "png", transparency=(0, 0, 0)),
    "P": pictures.file(half("RGBA").quantize(16), "png"),
    "P of 1 bit": pictures.file(half("RGBA").quantize(2), "png", bits=1),
    "PA": pictures.file(half("RGBA").convert("PA"), "tiff"),
    "grey of 1 bit": grey_png(1),
    "grey of 2 bits": grey_png(2),
    "grey of 4 bits": grey_png(4),
    "grey of 8 bits": grey_png(8),
    "gif": pictures.file(half("RGBA"), "gif"),
    "webp": pictures.file(half("RGBA"), "webp"),
    "webp lossless": pictures.file(half("RGBA"), "webp", lossless=True),
    "avif": pictures.file(half("RGBA"), "avif"),
    "tiff": pictures.file(half("RGBA"), "tiff"),
}


@pytest.mark.parametrize("background", [None, "#4060c0"])
@pytest.mark.parametrize("name", TRANSPARENT)
def test_nothing_transparent_turns_black_in_a_jpeg(name: str, background: str | None) -> None:
    asked = {"background": background} if background else {}
    below = (64, 96, 192) if background else (255, 255, 255)
    data = converted(TRANSPARENT[name], format="jpeg", quality=95, **asked)
    with Image.open(BytesIO(data)) as made:
        shown = made.convert("RGB")
    assert shown.getpixel((34, 20)) == pytest.approx(below, abs=6)
    opaque = pictures.pixels(shown)[2:38, 2:14]
    expected = (255,) * 3 if "grey" in name else (200,) * 3 if name == "LA" else (200, 80, 80)
    assert abs(opaque - expected).max() <= (60 if name == "PA" else 8)


def test_half_transparent_mixes_with_the_background() -> None:
    made = written(Image.new("RGBA", (8, 8), (0, 0, 0, 128)), format="jpeg", quality=100)
    assert made.convert("L").getpixel((4, 4)) == pytest.approx(127, abs=2)


def test_a_gif_pixel_is_solid_or_not() -> None:
    image = Image.new("RGBA", (3, 1))
    image.putdata([(255, 0, 0, 127), (255, 0, 0, 128), (0, 0, 255, 255)])
    made = written(image, format="gif").convert("RGBA")
    assert list(pictures.pixels(made)[0, :, 3]) == [0, 255, 255]
    assert pictures.pixels(made)[0, 1:, :3].tolist() == [[255, 0, 0], [0, 0, 255]]


def test_a_gif_of_few_colours_comes_back_exactly() -> None:
    image = pictures.quarters()
    made = written(image, format="gif").convert("RGB")
    assert pictures.pixels(made).tolist() == pictures.pixels(image).tolist()


@pytest.mark.parametrize("to", ["gif", "webp", "png", "avif"])
@pytest.mark.parametrize("source", ["gif", "webp", "png", "avif"])
def test_animations_keep_frames_delays_and_transparency(source: str, to: str) -> None:
    data = converted(pictures.animation(source, (100, 50, 200)), format=to)
    with Image.open(BytesIO(data)) as made:
        assert getattr(made, "n_frames", 1) == 3
        for number, delay in enumerate((100, 50, 200)):
            made.seek(number)
            made.load()
            assert made.info["duration"] == delay
            alpha = pictures.pixels(made.convert("RGBA"))[:, :, 3]
            assert alpha[6, number * 4 + 4] > 250
            # Where the square stood before, it is gone.
            assert alpha[6, number * 4 - 2] < 5
            assert alpha[16, 20] < 5


def test_a_delay_too_long_for_a_gif_is_as_long_as_one_can_be() -> None:
    data = converted(pictures.animation("png", (1_000_000, 50, 200)), format="gif")
    with Image.open(BytesIO(data)) as made:
        assert made.info["duration"] == 655_350


@pytest.mark.parametrize("plays", [0, 1, 4])
@pytest.mark.parametrize("to", ["gif", "webp", "png"])
@pytest.mark.parametrize("source", ["gif", "webp", "png"])
def test_animations_play_as_often_as_before(source: str, to: str, plays: int) -> None:
    def loops(format: str) -> dict[str, Any]:
        # A GIF says how often it repeats: not at all when it says nothing.
        if format != "gif":
            return {"loop": plays}
        return {} if plays == 1 else {"loop": max(0, plays - 1)}

    data = converted(pictures.animation(source, **loops(source)), format=to)
    with Image.open(BytesIO(data)) as made:
        assert {key: made.info[key] for key in ("loop",) if key in made.info} == loops(to)


def test_a_still_format_takes_the_first_frame() -> None:
    with Image.open(BytesIO(converted(pictures.animation("gif"), format="jpeg"))) as made:
        assert made.convert("L").getpixel((4, 6)) > 250  # type: ignore[operator]


@pytest.mark.parametrize("format", ["jpeg", "png", "gif", "webp", "avif", "tiff"])
def test_original_is_the_format_of_the_source(format: str) -> None:
    assert output_format(Output(), format) == format
    with Image.open(BytesIO(converted(pictures.file(pictures.gradient(), format)))) as made:
        assert made.format == format.upper()


def test_original_is_png_for_sources_that_are_read_only() -> None:
    assert output_format(Output(), "bmp") == "png"


def test_content_types() -> None:
    assert content_type("jpeg") == "image/jpeg"
    assert content_type("bmp") == "image/bmp"


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_picture_gives_the_same_bytes(format: str) -> None:
    picture = pictures.picture(pictures.gradient(), pictures.quarters(64, 48))
    assert encoded(picture, format=format) == encoded(picture, format=format)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", "bmp"),
        ("format", 5),
        ("quality", 0),
        ("quality", 101),
        ("quality", "80"),
        ("lossless", "yes"),
        ("progressive", 1),
        ("metadata", "some"),
        ("background", "#1"),
        ("sharpness", 1),
    ],
)
def test_it_rejects(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Output.model_validate({field: value})


def test_the_usual_spellings_of_a_format_are_taken() -> None:
    assert Output.model_validate({"format": "JPG"}).format == "jpeg"
