"""How a result is written: what a client may say about it, and what each file format can do."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from processing.parameters import Color, integral


def usual_name(name: object) -> object:
    """Take "JPG" for "jpeg"."""
    if not isinstance(name, str):
        return name
    name = name.lower()
    return "jpeg" if name == "jpg" else name


class Output(BaseModel):
    """How the result is written."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )

    format: Annotated[
        Literal["original", "jpeg", "png", "webp", "avif", "gif", "tiff"],
        BeforeValidator(usual_name),
    ] = "original"
    """Format of the result; original is that of the source."""
    quality: Annotated[int, Field(ge=1, le=100), BeforeValidator(integral)] | None = None
    """1 (small) to 100 (good). JPEG 80, WebP 79 and AVIF 60 unless given; the others have none."""
    lossless: bool = False
    """Whether every pixel is kept exactly: for WebP; PNG and TIFF always do, the others cannot."""
    progressive: bool = False
    """Whether a JPEG shows coarse first and fine later."""
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


FORMATS = {
    "jpeg": Format("image/jpeg", 65500, has_alpha=False, quality=80),
    "png": Format("image/png", 65535, animates=True, lossless=True),
    "webp": Format("image/webp", 16383, animates=True, quality=79, lossless=True),
    "avif": Format("image/avif", 32768, animates=True, quality=60),
    "gif": Format("image/gif", 65535, animates=True),
    "tiff": Format("image/tiff", 65535, lossless=True),
}


def output_format(output: Output, source_format: str) -> str:
    """Return the format written for a source of this format."""
    if output.format != "original":
        return output.format
    return source_format if source_format in FORMATS else "png"


def has_quality(name: str, output: Output) -> bool:
    """Tell whether there is a quality to choose for this format."""
    return FORMATS[name].quality is not None and not output.lossless


def content_type(name: str) -> str:
    """Return the media type of a format, of sources as well: "image/jpeg"."""
    return FORMATS[name].content_type if name in FORMATS else f"image/{name}"
