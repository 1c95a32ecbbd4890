"""How a result is written: what a client may say about it, and what each file format can do."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from processing.errors import ProcessingError
from processing.parameters import Color, integral

FINE_CHROMA = 95
"""Quality from which on every pixel has a colour of its own, unless the client says otherwise."""


def usual_name(name: object) -> object:
    """Take "JPG" for "jpeg"."""
    if not isinstance(name, str):
        return name
    name = name.lower()
    return "jpeg" if name == "jpg" else name


def usual_names(names: object) -> object:
    """Take a list in any order, with repetitions, for the tuple it means."""
    if not isinstance(names, list | tuple):
        return names
    usual = [usual_name(name) for name in names]
    if not all(isinstance(name, str) for name in usual):
        return tuple(usual)
    return tuple(sorted({str(name) for name in usual}))


FormatName = Literal["jpeg", "png", "webp", "avif", "gif", "tiff"]
Formats = Annotated[tuple[FormatName, ...], Field(min_length=1)]
SHOWN_EVERYWHERE: Formats = ("gif", "jpeg", "png", "webp")
"""What auto may choose from unless the client says what it can show."""


class Output(BaseModel):
    """How the result is written.

    Without operations and in the format of the source, nothing but compression is asked for:
    the source's own pixels, copied without metadata, are the result where encoding would make
    more bytes of them.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )

    format: Annotated[
        Literal["original", "auto", "jpeg", "png", "webp", "avif", "gif", "tiff"],
        BeforeValidator(usual_name),
    ] = "original"
    """Format of the result. original is that of the source; auto is what suits the finished \
picture best of what `accept` allows: for flat graphics the smaller of lossless WebP and PNG, for \
photographs AVIF, WebP or JPEG, for animations WebP, AVIF or GIF, in this order."""
    accept: Annotated[Formats, BeforeValidator(usual_names)] | None = None
    """Formats that the client can show, for auto: jpeg, png, gif and webp unless given. Over HTTP \
the image types that the Accept header names are taken when this is left out."""
    quality: Annotated[int, Field(ge=1, le=100), BeforeValidator(integral)] | None = None
    """1 (small) to 100 (good). JPEG 80, WebP 79 and AVIF 60 unless given; the others have none."""
    lossless: bool = False
    """Whether every pixel is kept exactly: for WebP; PNG and TIFF always do, the others cannot."""
    progressive: bool = False
    """Whether a JPEG shows coarse first and fine later; other formats pass it over."""
    chroma: Literal["auto", "4:4:4", "4:2:0"] = "auto"
    """How finely JPEG and AVIF store colour: for every pixel, or for every four, which is smaller \
and blurs red text. auto is 4:2:0, and 4:4:4 from quality 95 on. WebP always has 4:2:0."""
    palette_colors: Annotated[int, Field(ge=2, le=256), BeforeValidator(integral)] | None = None
    """Most colours of a PNG, or of each frame of a GIF, a transparent one included; what lies \
between them is mixed by dots. A GIF has at most 256 in any case."""
    max_bytes: Annotated[int, Field(ge=100), BeforeValidator(integral)] | None = None
    """Most bytes the file may have. Quality goes down until it fits; never below 1, nor above the \
one asked for. Where nothing fits, the work fails with max_bytes_unreachable."""
    target_ssim: Annotated[float, Field(ge=0.9, le=0.999)] | None = None
    """Structural similarity (SSIM) the file should have to the picture: the smallest one that \
does is taken, of any quality or, where one is given, at most of that. In an animation every frame \
has to be that similar. For JPEG, WebP and AVIF."""
    metadata: Literal["none", "copyright", "keep"] = "none"
    """What stays of the source's metadata: nothing, author and copyright, or EXIF and XMP; \
never a thumbnail, an orientation or a camera's own notes. A GIF holds none of it, a TIFF only \
texts and XMP."""
    icc: Literal["srgb", "keep"] = "srgb"
    """Colour space of the result: sRGB without a profile, or that of the source with its profile. \
keep does so for RGB and grey sources; others, and broken profiles, become sRGB in any case. \
Colours given in operations are then colours of that space. A GIF has no room for a profile."""
    background: Color = "#ffffffff"
    """Colour under transparent pixels where the format has no transparency."""


@dataclass(frozen=True)
class Format:
    """What a file format can do."""

    content_type: str
    max_side: int
    animates: bool = False
    has_alpha: bool = True
    quality: int | None = None
    """Quality unless another is given; None where there is none to choose."""
    lossless: bool = False
    palette: bool = False
    """Whether it can store a table of colours and numbers in it."""
    chroma: tuple[str, ...] = ()
    """How finely colour can be stored apart from brightness; nothing where it is not apart."""


FORMATS = {
    "jpeg": Format("image/jpeg", 65500, has_alpha=False, quality=80, chroma=("4:2:0", "4:4:4")),
    "png": Format("image/png", 65535, animates=True, lossless=True, palette=True),
    "webp": Format(
        "image/webp", 16383, animates=True, quality=79, lossless=True, chroma=("4:2:0",)
    ),
    "avif": Format("image/avif", 32768, animates=True, quality=60, chroma=("4:2:0", "4:4:4")),
    "gif": Format("image/gif", 65535, animates=True, palette=True),
    "tiff": Format("image/tiff", 65535, lossless=True),
}


def output_format(output: Output, source_format: str) -> str:
    """Return the format written for a source of this format; "auto" where pixels decide."""
    if output.format != "original":
        return output.format
    return source_format if source_format in FORMATS else "png"


def possible_formats(output: Output, name: str) -> tuple[str, ...]:
    """Return the formats a result may have: one, unless `name` is "auto".

    Raises ProcessingError where none can be what the output asks for.
    """
    if name != "auto":
        if output.accept is not None:
            detail = f"accept goes with format auto only; the format is {name}."
            raise ProcessingError("accept_without_auto", detail, "output.accept")
        check_output(output, name)
        return (name,)
    accepted = output.accept or SHOWN_EVERYWHERE
    able = tuple(known for known in accepted if _is_able(output, known))
    if not able:
        check_output(output, accepted[0])
    return able


def _is_able(output: Output, name: str) -> bool:
    try:
        check_output(output, name)
    except ProcessingError:
        return False
    return True


def has_quality(name: str, output: Output) -> bool:
    """Tell whether there is a quality to choose for this format."""
    return FORMATS[name].quality is not None and not output.lossless


def chroma(name: str, output: Output) -> str:
    """Return how finely the colours of a JPEG or AVIF are stored."""
    if output.chroma != "auto":
        return output.chroma
    return "4:4:4" if (output.quality or FORMATS[name].quality or 0) >= FINE_CHROMA else "4:2:0"


def check_output(output: Output, name: str) -> None:
    """Raise ProcessingError where a file of this format cannot be what the output asks for."""
    form = FORMATS[name]
    kind = f"lossless {name}" if form.quality and output.lossless else name

    def able(ability: str) -> str:
        return ", ".join(sorted(known for known in FORMATS if getattr(FORMATS[known], ability)))

    if output.lossless and not form.lossless:
        detail = f"A {name} file cannot be lossless; {able('lossless')} can."
        raise ProcessingError("not_lossless", detail, "output.lossless")
    if output.target_ssim and not has_quality(name, output):
        detail = (
            f"A {kind} file has no quality to choose; {able('quality')} files with loss have one."
        )
        raise ProcessingError("no_quality", detail, "output.target_ssim")
    if output.icc == "keep" and name == "gif":
        detail = "A gif file has no room for a colour profile: leave icc at srgb."
        raise ProcessingError("no_profile", detail, "output.icc")
    if output.palette_colors and not form.palette:
        detail = f"A {name} file has no palette; {able('palette')} have."
        raise ProcessingError("no_palette", detail, "output.palette_colors")
    if output.palette_colors and output.lossless:
        detail = "A picture cannot be lossless and have a limited number of colours: leave one out."
        raise ProcessingError("not_lossless", detail, "output.lossless")
    if output.chroma != "auto" and (output.lossless or not form.chroma):
        detail = f"A {kind} file stores colour for every pixel in any case."
        raise ProcessingError("no_chroma", detail, "output.chroma")
    if output.chroma != "auto" and output.chroma not in form.chroma:
        detail = f"The chroma of a {name} file is always {form.chroma[0]}, not {output.chroma}."
        raise ProcessingError("no_chroma", detail, "output.chroma")


def content_type(name: str) -> str:
    """Return the media type of a format, of sources as well: "image/jpeg"; "image/*" of auto."""
    if name == "auto":
        return "image/*"
    return FORMATS[name].content_type if name in FORMATS else f"image/{name}"
