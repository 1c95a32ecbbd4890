"""Files to pictures: what is in them (header only), and their pixels, upright and in sRGB."""

import math
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from PIL import Image
from PIL import _imaging as core

from processing.color import is_srgb, own_profile, to_srgb
from processing.errors import (
    PILLOW_ERRORS,
    LimitExceeded,
    UnreadableImage,
    UnsupportedFormat,
    pillow_errors,
)
from processing.gif import composed, count_frames, is_plain
from processing.inflate import inflated
from processing.limits import Limits
from processing.metadata import read_metadata
from processing.operation import Frame, Picture, Size
from processing.pieces import check_pieces, rationed, rationed_header
from processing.pixels import REDUCING_GAP
from processing.sniff import HEAD, sniff

# Set once for the process: per-call changes would not be safe with threads.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
# Broken metadata is no news, and a file can have 60,000 different lines of it put into a log.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
# So much memory of finished pictures stays for the next, twice 16 MB: to get every page anew from
# the system took a fifth of the time of a large PNG or WebP.
core.set_blocks_max(2)

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What brings a picture of each EXIF orientation upright."""
ORIENTATION = 0x0112


@dataclass(frozen=True)
class SourceInfo:
    """What the header of a file says."""

    format: str
    """"jpeg", "png" ..."""
    width: int
    """As displayed, in pixels."""
    height: int
    """As displayed, in pixels."""
    frames: int
    """1 for a still picture."""
    mode: str
    """Pillow's name for the kind of pixels: "RGB", "CMYK" ..."""
    has_alpha: bool
    orientation: int
    """EXIF orientation, 1 to 8."""
    has_profile: bool = False
    """Whether there is a colour profile; what it says is not read."""

    @property
    def size(self) -> Size:
        """Return width and height as displayed."""
        return Size(self.width, self.height)


def inspect(source: BinaryIO, limits: Limits) -> SourceInfo:
    """Read the header of a seekable file, never its pixels, and hold it against the limits.

    Raises UnsupportedFormat, UnreadableImage or LimitExceeded; nothing else for any bytes.
    """
    found = _accepted_format(source, limits)
    with pillow_errors(
        "unreadable_image", f"The {found} file is damaged: its header cannot be read."
    ):
        check_pieces(source, found)
        image = _open(rationed_header(source), found)
        orientation = _orientation(image)
        width, height = image.size
        frames = _count_frames(image, rationed(source), found, limits)
        info = SourceInfo(
            format=found,
            width=height if orientation >= 5 else width,
            height=width if orientation >= 5 else height,
            frames=frames,
            mode=image.mode,
            has_alpha=image.has_transparency_data,
            orientation=orientation,
            has_profile="icc_profile" in image.info,
        )
    check(info, limits)
    return info


def _accepted_format(source: BinaryIO, limits: Limits) -> str:
    source.seek(0)
    found = sniff(source.read(HEAD))
    if found not in limits.formats:
        accepted = ", ".join(limits.formats)
        raise UnsupportedFormat(f"The file should be one of {accepted}; this is {found}.")
    return found


def _open(source: BinaryIO, found: str) -> Image.Image:
    source.seek(0)
    return Image.open(source, formats=[found.upper()])


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation; 1 where there is none or it makes no sense.

    From the bytes Pillow has found so far, because getexif() would decode a PNG to look further.
    """
    exif = Image.Exif()
    # What was read before any damage still counts.
    with suppress(*PILLOW_ERRORS):
        exif.load(image.info.get("exif", b""))
    try:
        value = exif.get(ORIENTATION, 1)
    except PILLOW_ERRORS:
        return 1
    return value if value in UPRIGHT else 1


def _count_frames(image: Image.Image, source: BinaryIO, found: str, limits: Limits) -> int:
    if found == "gif":
        # Pillow would walk to the end of the file first, however many frames there are.
        return count_frames(source, limits)
    if found not in ("png", "webp", "avif"):
        return 1
    frames = int(getattr(image, "n_frames", 1))
    return frames - 1 if getattr(image, "default_image", False) else frames


def check(info: SourceInfo, limits: Limits) -> None:
    """Hold what a header says against the limits. Raises UnreadableImage or LimitExceeded."""
    if not info.width or not info.height or not info.frames:
        raise UnreadableImage(f"The {info.format} file holds no pixels.")
    if info.frames > limits.max_frames:
        raise LimitExceeded(
            "too_many_frames",
            f"An animation may have {limits.max_frames} frames; this one has more.",
        )
    pixels = info.width * info.height * info.frames
    if pixels > limits.max_pixels:
        frames = f" in {info.frames} frames" if info.frames > 1 else ""
        raise LimitExceeded(
            "too_many_pixels",
            f"A picture may have {limits.max_pixels} pixels, all frames together; this one has"
            f" {pixels} ({info.width}x{info.height}{frames}).",
        )


def decode(
    source: BinaryIO,
    info: SourceInfo,
    shrink: float = 1.0,
    frames: int = 1,
    *,
    grey: bool = False,
    own_space: bool = False,
) -> Picture:
    """Read the pixels of a file that `inspect` has accepted: its first frames, upright and in sRGB.

    `shrink` is how many times smaller than the whole the picture may come out; it never comes out
    smaller than that. With `grey` it may come out without its colours. With `own_space` it stays in
    the colour space of its profile, where that is possible, and carries it. Raises
    UnreadableImage or LimitExceeded.
    """
    damaged = f"The {info.format} file is damaged or cut short: its pixels cannot be read."
    upright = UPRIGHT.get(info.orientation)
    with pillow_errors("unreadable_image", damaged):
        file = rationed(source) if info.format == "png" else source
        is_still_png = info.format == "png" and info.frames == 1
        image = _open(inflated(file) if is_still_png else file, info.format)
        whole = Size(*image.size)
        exif, xmp = read_metadata(image)
        plays = _plays(image, info.format)
        draft, reduce = _scales(info.format, shrink)
        if info.format == "jpeg":
            _draft(image, draft, grey and is_srgb(image) and not own_space)
        by = draft * reduce
        in_parts = info.format == "gif" and not is_plain(source, whole)
        shown = composed(source, whole) if in_parts else _loaded(image, info, own_space)
        picture = Picture(
            frames=tuple(
                Frame(frame.reduce(reduce) if reduce > 1 else frame, duration)
                for frame, duration in islice(shown, frames)
            ),
            size=whole,
            format=info.format,
            plays=plays,
            exif=exif,
            xmp=xmp,
            icc=own_profile(image) if own_space and info.format != "gif" else b"",
            part=(0, 0, whole.width / by, whole.height / by) if by > 1 else None,
        )
        return picture if upright is None else picture.transposed(upright)


def _draft(image: Image.Image, scale: int, grey: bool) -> None:
    """Have a JPEG decoded smaller, and of its brightness alone, which is a third of the work."""
    size = (max(1, image.width // scale), max(1, image.height // scale))
    mode = image.mode
    image.draft("L" if grey else None, size)
    if image.mode != mode:
        # The profile speaks of colours.
        image.info.pop("icc_profile", None)


def _scales(found: str, shrink: float) -> tuple[int, int]:
    """Return how many times smaller the decoder itself makes a picture, and averaging after it."""
    draft = next(scale for scale in (8, 4, 2, 1) if scale <= shrink) if found == "jpeg" else 1
    return draft, max(1, int(shrink / draft / REDUCING_GAP))


def decoded_size(info: SourceInfo, shrink: float, *, averaged: bool = True) -> Size:
    """Return the size of the frames that `decode` makes, or that they have before averaging."""
    draft, reduce = _scales(info.format, shrink)
    size = Size(math.ceil(info.width / draft), math.ceil(info.height / draft))
    if averaged:
        size = Size(math.ceil(size.width / reduce), math.ceil(size.height / reduce))
    return size


def _loaded(
    image: Image.Image, info: SourceInfo, own_space: bool
) -> Iterator[tuple[Image.Image, float]]:
    """Yield every frame in sRGB, and for how many milliseconds; or the one picture there is."""
    first = 1 if getattr(image, "default_image", False) and info.frames > 1 else 0
    for number in range(first, first + info.frames):
        if info.frames > 1:
            image.seek(number)
        tiles = getattr(image, "tile", ())
        _hold_to(info, image)
        image.load()
        _hold_to(info, image)
        yield to_srgb(image, tiles, own=own_space), float(image.info.get("duration", 0))


def _hold_to(info: SourceInfo, image: Image.Image) -> None:
    """Raise LimitExceeded for a frame that is larger than the header, held to the limits, said."""
    if image.width * image.height > info.width * info.height:
        raise LimitExceeded(
            "too_many_pixels",
            f"The header promises frames of {info.width * info.height} pixels; one of them has"
            f" {image.width * image.height} ({image.width}x{image.height}).",
        )


def _plays(image: Image.Image, found: str) -> int:
    """Return how often an animation plays in all: a GIF counts repeats, the others plays."""
    if found != "gif":
        return int(image.info.get("loop", 0))
    loop = image.info.get("loop")
    return 1 if loop is None else loop and loop + 1
