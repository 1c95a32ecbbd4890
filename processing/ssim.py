"""How alike two pictures look: structural similarity (SSIM) of their brightness."""

from array import array
from typing import Any

from PIL import Image, ImageMath

from processing.pixels import has_alpha

WINDOW = 8
"""Side of a window, in pixels; windows do not overlap, and those at the far edges are cut off."""
ROWS = 64 * WINDOW
"""Rows worked on at a time: pixels in floating point take much room."""
STEADY_LUMINANCE, STEADY_CONTRAST = (0.01 * 255) ** 2, (0.03 * 255) ** 2
"""Wang's C1 and C2: they keep the quotients of even windows steady."""


def similarity(one: Image.Image, other: Image.Image) -> float:
    """Return the mean SSIM of two images of equal size: 1 is equal, 0 has nothing in common.

    Images are in L, LA, RGB or RGBA. Where one has alpha both are laid on white and on black, and
    the lower of the two figures counts.
    """
    if has_alpha(one) or has_alpha(other):
        return min(_mean(_luma_on(one, level), _luma_on(other, level)) for level in (0, 255))
    return _mean(one.convert("L"), other.convert("L"))


def _luma_on(image: Image.Image, level: int) -> Image.Image:
    """Return the brightness of the image on even grey."""
    if not has_alpha(image):
        return image.convert("L")
    below = Image.new("L", image.size, level)
    below.paste(image.convert("L"), mask=image.getchannel("A"))
    return below


def _mean(one: Image.Image, other: Image.Image) -> float:
    total, count = 0.0, 0
    for top in range(0, one.height, ROWS):
        box = (0, top, one.width, min(top + ROWS, one.height))
        windows = array("f", _windows(one.crop(box), other.crop(box)).tobytes())
        total += sum(windows)
        count += len(windows)
    return total / count


def _windows(one: Image.Image, other: Image.Image) -> Image.Image:
    """Return the SSIM of each window, as a small image of mode F."""
    one, other = one.convert("F"), other.convert("F")

    def product(of: dict[str, Any]) -> Any:
        return of["one"] * of["other"]

    def mean_product(one: Image.Image, other: Image.Image) -> Image.Image:
        made: Image.Image = ImageMath.lambda_eval(product, one=one, other=other)
        return made.reduce(WINDOW)

    def quotient(of: dict[str, Any]) -> Any:
        means = of["x"] * of["y"]
        squares = of["x"] * of["x"] + of["y"] * of["y"]
        luminance = (means * 2 + STEADY_LUMINANCE) / (squares + STEADY_LUMINANCE)
        covariance, variances = of["xy"] - means, of["xx"] + of["yy"] - squares
        return luminance * (covariance * 2 + STEADY_CONTRAST) / (variances + STEADY_CONTRAST)

    made: Image.Image = ImageMath.lambda_eval(
        quotient,
        x=one.reduce(WINDOW),
        y=other.reduce(WINDOW),
        xx=mean_product(one, one),
        yy=mean_product(other, other),
        xy=mean_product(one, other),
    )
    return made
