"""Pictures to files: format, quality, transparency and time."""

from dataclasses import replace
from io import BytesIO
from typing import Any

from PIL import Image

from processing.color import profile_space
from processing.metadata import kept_metadata
from processing.operation import Picture, Size
from processing.output import FORMATS, Output, chroma
from processing.palette import solid_or_not, with_one_palette
from processing.pixels import able_to_hold, bled, canvas, has_alpha

# AVIF tiles by threads: fixed, so that every machine writes the same bytes.
AVIF_THREADS, AVIF_SPEED = 2, 8
# Four times as fast on what is rich in detail, and a few percent larger: for the pictures that
# would otherwise take most of the time of a job.
AVIF_SPEED_OF_LARGE, LARGE = 9, 12_000_000
WEBP_METHOD = 4
# Three times as fast without loss, and a sixth larger: 50 million pixels would take longer than a
# job may, in one call that no time limit can end.
LOSSLESS_WEBP_METHOD_OF_LARGE = 0
LONGEST_GIF_DELAY = 655_350
"""Milliseconds."""
TIFF_PREDICTOR = {317: 2}
"""Rows are stored as differences of neighbours, which halves what compression leaves."""
WEBP_FLAGS_AT, WEBP_ALPHA = 20, 0x10


def encode(picture: Picture, name: str, output: Output) -> bytes:
    """Write a picture in the format of this name; an animation stays one where it can."""
    return write(prepared(picture, name, output), name, output)


def prepared(picture: Picture, name: str, output: Output) -> Picture:
    """Return the picture with its frames as the writer of the format takes them."""
    able = FORMATS[name]
    if not able.animates:
        picture = picture.first()
    if not able.has_alpha:
        picture = picture.map(lambda image: flattened(image, output.background))
    picture = _alike(_within_profile(picture))
    if name == "gif":
        return picture.map(lambda image: solid_or_not(image, output.palette_colors))
    if output.palette_colors:
        images = with_one_palette([frame.image for frame in picture.frames], output.palette_colors)
        frames = zip(images, picture.frames, strict=True)
        return replace(picture, frames=tuple(replace(old, image=new) for new, old in frames))
    is_lossy = able.quality is not None and not output.lossless
    return picture.map(bled) if is_lossy else picture


def write(picture: Picture, name: str, output: Output) -> bytes:
    """Write a picture that is `prepared` for this format."""
    images = [frame.image for frame in picture.frames]
    options = _options(name, output) | kept_metadata(name, picture, output)
    if picture.size.width * picture.size.height * len(images) > LARGE:
        if name == "avif":
            options["speed"] = AVIF_SPEED_OF_LARGE
        if name == "webp" and output.lossless:
            options["method"] = LOSSLESS_WEBP_METHOD_OF_LARGE
    if picture.icc:
        options["icc_profile"] = picture.icc
    if name == "tiff":
        options["tiffinfo"] = TIFF_PREDICTOR | options.get("tiffinfo", {})
    if len(images) > 1:
        options |= _animation(name, picture) | {"save_all": True, "append_images": images[1:]}
    elif "transparency" in images[0].info:
        options["transparency"] = images[0].info["transparency"]
    target = BytesIO()
    images[0].save(target, name.upper(), **options)
    if name == "webp" and len(images) > 1 and has_alpha(images[0]):
        _say_webp_has_alpha(target)
    if name == "avif" and len(images) > 1:
        _take_avif_times_out(target)
    return target.getvalue()


def count_frames(data: bytes) -> int:
    """Return how many frames a written file has: writers store equal neighbours as one."""
    with Image.open(BytesIO(data)) as image:
        return int(getattr(image, "n_frames", 1))


def _say_webp_has_alpha(file: BytesIO) -> None:
    """Set the alpha bit of an animation's VP8X header.

    libwebp forgets it where the parts of frames that it stores are solid and the rest of the
    canvas is empty; readers then show black.
    """
    data = file.getbuffer()
    data[WEBP_FLAGS_AT] |= WEBP_ALPHA


def _take_avif_times_out(file: BytesIO) -> None:
    """Zero the times in the headers of an animation, its tracks and their media.

    libavif writes the present there, and no two files would be equal.
    """
    data = file.getvalue()
    start = data.index(b"moov")
    end = start + int.from_bytes(data[start - 4 : start])
    for name in (b"mvhd", b"tkhd", b"mdhd"):
        at = start
        while (at := data.find(name, at + 1, end)) > 0:
            # After the name and the version come the times of making and of changing it.
            file.getbuffer()[at + 8 : at + 24] = bytes(16)


def flattened(image: Image.Image, background: str) -> Image.Image:
    """Return the image laid on a colour."""
    if not has_alpha(image):
        return image
    alpha = image.getchannel("A")
    solid = able_to_hold(image.convert(image.mode.removesuffix("A")), background[:7] + "ff")
    below = canvas(solid, Size(*solid.size), background)
    below.paste(solid, mask=alpha)
    return below


def _within_profile(picture: Picture) -> Picture:
    """Return the picture so that its profile speaks of its pixels, or without the profile."""
    colored = any(frame.image.mode.startswith("RGB") for frame in picture.frames)
    space = profile_space(picture.icc) if picture.icc else ""
    if space == "GRAY" and colored:
        return replace(picture, icc=b"")
    if space == "RGB" and not colored:
        return picture.map(lambda image: image.convert("RGBA" if has_alpha(image) else "RGB"))
    return picture


def _alike(picture: Picture) -> Picture:
    """Return the picture in one mode that holds all frames: writers take that of the first."""
    modes = {frame.image.mode for frame in picture.frames}
    colors = "RGB" if any(mode.startswith("RGB") for mode in modes) else "L"
    mode = colors + "A" if any(mode.endswith("A") for mode in modes) else colors
    return picture.map(lambda image: image if image.mode == mode else image.convert(mode))


def _options(name: str, output: Output) -> dict[str, Any]:
    """Return what the writer of the format is told about size and quality."""
    quality = output.quality or FORMATS[name].quality
    if name == "jpeg":
        options: dict[str, Any] = {"quality": quality, "subsampling": chroma(name, output)}
        return options | {"optimize": True, "progressive": output.progressive}
    if name == "webp":
        return {"quality": quality, "lossless": output.lossless, "method": WEBP_METHOD}
    if name == "avif":
        options = {"quality": quality, "subsampling": chroma(name, output)}
        return options | {"speed": AVIF_SPEED, "max_threads": AVIF_THREADS}
    if name == "tiff":
        return {"compression": "tiff_adobe_deflate"}
    return {}


def _animation(name: str, picture: Picture) -> dict[str, Any]:
    """Return what the writer of the format is told about time."""
    durations = [frame.duration for frame in picture.frames]
    if name == "gif":
        # A GIF counts hundredths of a second, and repeats where the others count plays.
        options: dict[str, Any] = {
            "duration": [min(round(delay / 10) * 10, LONGEST_GIF_DELAY) for delay in durations],
            "disposal": 2,
        }
        return options if picture.plays == 1 else options | {"loop": max(0, picture.plays - 1)}
    if name == "png":
        return {"duration": durations, "loop": picture.plays}
    whole = [round(milliseconds) for milliseconds in durations]
    return {"duration": whole} if name == "avif" else {"duration": whole, "loop": picture.plays}
