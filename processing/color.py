"""Every kind of pixels Pillow reads, as 8-bit sRGB."""

from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any

from PIL import Image, ImageChops, ImageCms, ImageMath

from processing.errors import PILLOW_ERRORS

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
WORKING_MODES = ("L", "LA", "RGB", "RGBA")

# Grey of fewer than 8 bits comes out stretched to 0..255; its transparent level does not.
STRETCH = {"L;2": 85, "L;4": 17}


def own_profile(image: Image.Image) -> bytes:
    """Return the profile under which an image's pixels can stay as they are, or nothing."""
    profile = image.info.get("icc_profile") or b""
    is_grey = image.mode in ("1", "L", "LA", "I", "I;16", "F")
    wanted = "GRAY" if is_grey else "RGB" if image.mode in ("RGB", "RGBA", "P", "PA") else ""
    return profile if wanted and profile_space(profile) == wanted else b""


def profile_space(profile: bytes) -> str:
    """Return what kind of colours a profile speaks of: "RGB", "GRAY" ...; nothing when broken."""
    try:
        return ImageCms.ImageCmsProfile(BytesIO(profile)).profile.xcolor_space.strip()
    except PILLOW_ERRORS:
        return ""


def to_srgb(image: Image.Image, tiles: Sequence[Any] = (), *, own: bool = False) -> Image.Image:
    """Return a loaded image as a new one in L, LA, RGB or RGBA, in sRGB, with no metadata on it.

    `tiles` is the image's tile list from before loading: it tells how deep its samples were.
    With `own` it stays in the space of its profile, where it has an `own_profile`.
    """
    profile = b"" if own and own_profile(image) else image.info.get("icc_profile")
    result = _eight_bit(image, _rawmode(tiles))
    if profile and image.mode != "LAB":
        result = _through_profile(result, profile)
    if result.mode not in WORKING_MODES:
        result = result.convert("RGB")
    if result is image:
        result = image.copy()
    result.info = {}
    return result


def is_srgb(image: Image.Image) -> bool:
    """Tell whether the colours of an RGB image are taken as they stand in the file."""
    profile = image.info.get("icc_profile")
    return not profile or _transform(profile, "RGB") is None


def _rawmode(tiles: Sequence[Any]) -> str:
    """Return how samples lie in the file, in Pillow's words ("L;4"), or nothing."""
    arguments = tiles[0].args if tiles else ""
    name = arguments[0] if isinstance(arguments, tuple) and arguments else arguments
    return name if isinstance(name, str) else ""


def _eight_bit(image: Image.Image, rawmode: str) -> Image.Image:
    """Return the image in a working mode or CMYK."""
    if image.mode.startswith("I") or image.mode == "F":
        return _deep(image)
    transparent = image.info.get("transparency")
    if transparent is not None and rawmode in STRETCH:
        image = image.copy()
        image.info["transparency"] = transparent * STRETCH[rawmode]
    elif transparent is not None and rawmode.startswith("RGB;16"):
        image = image.copy()
        image.info["transparency"] = tuple(level >> 8 for level in transparent)
    if image.mode in ("1", "L", "La"):
        return image.convert("LA" if image.has_transparency_data else "L")
    if image.mode == "CMYK" or (image.mode in WORKING_MODES and transparent is None):
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _deep(image: Image.Image) -> Image.Image:
    """Return grey of more than 8 bits scaled to 8: Pillow's own conversion would clip it."""
    if image.mode == "F":
        _, high = image.getextrema()
        # Floats run to 1 or, as libvips has it, to 255.
        by = 255 if isinstance(high, float) and high <= 1 else 1
        return image.point(lambda level: level * by + 0).convert("L")
    # The same as a rounded division by 257, that is 65535 / 255.
    grey = image.convert("I").point(lambda level: level * (1 / 257) + 0.5).convert("L")
    transparent = image.info.get("transparency")
    if transparent is not None:
        opaque = ImageMath.lambda_eval(
            lambda given: given["convert"]((given["level"] != transparent) * 255, "L"),
            level=image.convert("I"),
        )
        grey.putalpha(opaque)
    return grey


def _through_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """Return the image with its colours taken from the profile's space to sRGB.

    A profile that is broken or speaks of other pixels is no reason to refuse a picture: it counts
    as sRGB, as browsers have it.
    """
    is_grey = image.mode in ("L", "LA")
    colors = image.convert("L" if is_grey else "RGB") if image.mode != "CMYK" else image
    transform = _transform(profile, colors.mode)
    if transform is None and is_grey:
        colors = colors.convert("RGB")
        transform = _transform(profile, "RGB")
    if transform is None:
        return image
    result = transform.apply(colors)
    if is_grey:
        result = result.convert("L")
    if image.mode in ("LA", "RGBA"):
        result.putalpha(image.getchannel("A"))
    return result


def changes_colors(profile: bytes, mode: str) -> bool:
    """Tell whether a profile makes other colours of an image's than sRGB would."""
    is_grey = mode in ("1", "L", "LA", "La")
    return any(_transform(profile, able) for able in (("L", "RGB") if is_grey else ("RGB",)))


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Tell whether colours come out as they went in, as most profiles are sRGB by some name."""
    if mode == "CMYK":
        return False
    level = Image.linear_gradient("L")
    turned = level.transpose(Image.Transpose.ROTATE_90)
    sample = Image.merge("RGB", (level, turned, Image.radial_gradient("L"))).convert(mode)
    difference = ImageChops.difference(transform.apply(sample), sample.convert("RGB"))
    return max(difference.tobytes()) <= 1


@lru_cache(maxsize=4)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return what turns pixels of the mode into sRGB, or None where there is nothing to do."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        transform = ImageCms.buildTransform(
            source,
            SRGB,
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        return None if _changes_nothing(transform, mode) else transform
    except PILLOW_ERRORS:
        return None
