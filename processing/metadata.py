"""What of a source's metadata goes along: read from its file, and told to the writer of another.

Nothing is copied as it stands: what goes along is made anew from what was understood, so that
thumbnails (which show what was cropped away), trailing bytes and broken parts stay behind.
"""

import re
from typing import Any

from PIL import ExifTags, Image, PngImagePlugin

from processing.errors import PILLOW_ERRORS, ProcessingError
from processing.operation import Picture
from processing.output import Output

Tag, Group = ExifTags.Base, ExifTags.IFD
COPYRIGHT_TAGS = (Tag.Artist, Tag.Copyright)
DESCRIPTIVE_TAGS = (
    *(Tag.ImageDescription, Tag.Make, Tag.Model, Tag.Software, Tag.DateTime, Tag.HostComputer),
    *(Tag.XPTitle, Tag.XPComment, Tag.XPAuthor, Tag.XPKeywords, Tag.XPSubject),
    *(Tag.Rating, Tag.RatingPercent, *COPYRIGHT_TAGS),
)
"""What the first directory says about the picture; the rest is about the file it stood in."""
UNMOVABLE_TAGS = (Group.MakerNote, Group.Interop)
"""Offsets into the old file, and the cameras' own notes: some hold a thumbnail."""
TIFF_XMP = 700
PNG_XMP = "XML:com.adobe.xmp"
# What is worked into the pixels, and the picture as it was before.
_STALE_XMP = re.compile(
    rb"""tiff:Orientation=(?:"[^"]*"|'[^']*')|<tiff:Orientation>[^<]*</tiff:Orientation>"""
    rb"""|<xmp:Thumbnails\b(?:(?!<xmp:Thumbnails\b).)*?</xmp:Thumbnails>""",
    re.DOTALL,
)
JPEG_SEGMENT = 65_000
"""Bytes of metadata that fit a segment of a JPEG beside their heading."""


def read_metadata(image: Image.Image) -> tuple[bytes, bytes]:
    """Return the EXIF and the XMP of a file just opened, as bytes nobody has looked into yet."""
    xmp = image.info.get("xmp", b"")
    exif = _tiff_exif(image) if image.format == "TIFF" else image.info.get("exif", b"")
    return exif, xmp.encode(errors="ignore") if isinstance(xmp, str) else xmp


def _tiff_exif(image: Image.Image) -> bytes:
    """Return as EXIF what a TIFF, which is one big EXIF block, says about the picture."""
    try:
        return _bytes(_all_of(image.getexif()))
    except PILLOW_ERRORS:
        return b""


def kept_metadata(name: str, picture: Picture, output: Output) -> dict[str, Any]:
    """Return what the writer of this format is told of the metadata that stays.

    Raises ProcessingError("metadata_too_large") where the format has no room for it.
    """
    if output.metadata == "none" or name == "gif":
        return {}
    exif = _kept_exif(picture.exif, output.metadata)
    xmp = _STALE_XMP.sub(b"", picture.xmp) if output.metadata == "keep" else b""
    if name == "tiff":
        return {"tiffinfo": _tiff_tags(exif, xmp)}
    kept: dict[str, Any] = {"exif": exif} if exif else {}
    if xmp and name == "png":
        kept["pnginfo"] = PngImagePlugin.PngInfo()
        kept["pnginfo"].add_itxt(PNG_XMP, xmp.decode(errors="replace"))
    elif xmp:
        kept["xmp"] = xmp
    for kind, data in kept.items():
        if name == "jpeg" and len(data) > JPEG_SEGMENT:
            raise ProcessingError(
                "metadata_too_large",
                f"A JPEG holds {JPEG_SEGMENT} bytes of {kind}; this source has {len(data)}. Write"
                " another format, or no metadata.",
                "output.metadata",
            )
    return kept


def _kept_exif(original: bytes, metadata: str) -> bytes:
    """Return the EXIF that stays; broken EXIF does not."""
    exif = Image.Exif()
    try:
        exif.load(original)
        return _bytes(_all_of(exif) if metadata == "keep" else _picked(exif, COPYRIGHT_TAGS))
    except PILLOW_ERRORS:
        return b""


def _all_of(exif: Image.Exif) -> Image.Exif:
    """Return what describes the picture, its exposure and its place, as a new block."""
    kept = _picked(exif, DESCRIPTIVE_TAGS)
    for group in (Group.Exif, Group.GPSInfo):
        values = exif.get_ifd(group).items()
        if found := {tag: _as_read(value) for tag, value in values if tag not in UNMOVABLE_TAGS}:
            kept[group] = found
    return kept


def _bytes(exif: Image.Exif) -> bytes:
    return exif.tobytes() if len(exif) else b""


def _picked(exif: Image.Exif, tags: tuple[int, ...]) -> Image.Exif:
    kept = Image.Exif()
    kept.endian = exif.endian
    kept.update({tag: _as_read(exif[tag]) for tag in tags if tag in exif})
    return kept


def _as_read(value: Any) -> Any:
    """Return the bytes of a text: Pillow reads any as Latin-1, but would write it as ASCII."""
    return value.encode("latin-1", "replace") if isinstance(value, str) else value


def _tiff_tags(exif: bytes, xmp: bytes) -> dict[int, Any]:
    """Return the tags of a TIFF; its compressing writer takes texts, and no groups."""
    block = Image.Exif()
    block.load(exif)
    texts = {tag: block[tag] for tag in DESCRIPTIVE_TAGS if isinstance(block.get(tag), str)}
    tags: dict[int, Any] = {tag: _as_read(text) for tag, text in texts.items()}
    return tags | {TIFF_XMP: xmp} if xmp else tags
