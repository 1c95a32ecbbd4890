"""Change the size."""

from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from PIL import Image
from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from processing.gravity import CHOOSING, CropGravity, Focal, around, leftover, looks
from processing.operation import Box, Operation, Picture, Size
from processing.parameters import MAX_SIDE, Color, Side, pixels, rounded, synonyms
from processing.pixels import REDUCING_GAP, placed
from processing.saliency import best_part

FILTERS = {
    "lanczos": Image.Resampling.LANCZOS,
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "box": Image.Resampling.BOX,
    "nearest": Image.Resampling.NEAREST,
}

# No resize enlarges more than this: one pixel to the largest side there is.
MOST = Fraction(MAX_SIDE * 4)


def refuse_ambiguous(fit: object) -> object:
    """Refuse the two words that mean different things in different products."""
    if isinstance(fit, str) and fit.lower() in ("fill", "fit"):
        raise PydanticCustomError(
            "ambiguous_fit",
            '"{word}" means different things in different products: say "cover" to fill the box and'
            ' crop, "contain" to fit inside and pad, "inside" to fit without padding or "stretch"'
            " to distort",
            {"word": fit},
        )
    return fit


Fit = Annotated[
    Literal["inside", "cover", "contain", "outside", "stretch"],
    BeforeValidator(refuse_ambiguous),
    synonyms(
        {
            "inside": ("clip", "max", "limit", "at-max"),
            "cover": ("crop",),
            "contain": ("pad",),
            "outside": ("min", "mfit"),
            "stretch": ("force", "scale", "squeeze"),
        }
    ),
]


class Geometry(NamedTuple):
    """Which part of the source is scaled to which size, and on which canvas it lands."""

    part: Box
    scaled: Size
    canvas: Size


def scale(size: Size, by: Fraction) -> Size:
    """Return the size scaled, never under one pixel."""
    return Size(max(1, rounded(size.width * by)), max(1, rounded(size.height * by)))


def inner(part: Box, picture: Picture) -> Box:
    """Return where a part of the picture lies in its frames, which may be smaller than it."""
    if picture.part is None:
        return part
    x, y, right, bottom = picture.part
    across, down = (right - x) / picture.size.width, (bottom - y) / picture.size.height
    return (
        x + part[0] * across,
        y + part[1] * down,
        # Rounding must not lead out of the frame.
        min(x + part[2] * across, right),
        min(y + part[3] * down, bottom),
    )


class Resize(Operation):
    """Scale to a width, a height or both."""

    example: ClassVar[dict[str, Any]] = {
        "op": "resize",
        "width": 800,
        "height": 600,
        "fit": "cover",
    }
    aliases: ClassVar[dict[str, dict[str, Any]]] = {
        "thumbnail": {"width": 256, "height": 256, "fit": "cover"}
    }
    parameter_aliases: ClassVar[dict[str, str]] = {"resample": "filter"}

    op: Literal["resize"] = "resize"
    width: Side | None = None
    """Width of the box in pixels or percent of the width. Without it the width follows from the \
height."""
    height: Side | None = None
    """Height of the box in pixels or percent of the height. Without it the height follows from \
the width."""
    fit: Fit = "inside"
    """How the picture meets the box: inside it; cover it and crop; contain, inside and padded; \
outside, at least as large; or stretch, which distorts."""
    enlarge: bool = False
    """Whether a picture smaller than the box may grow. If not, cover and stretch shrink the box, \
keeping its shape."""
    gravity: CropGravity = "center"
    """Which part stays when cover crops, and where the picture stands when contain pads. For \
cover also smart, entropy or attention, which look for the part worth keeping, or focal."""
    focal_x: Focal = None
    """For gravity focal: how far right in the picture the part that stays has its centre, 0–1."""
    focal_y: Focal = None
    """For gravity focal: how far down in the picture the part that stays has its centre, 0–1."""
    background: Color = "#00000000"
    """Colour of the padding of contain."""
    dpr: Annotated[float, Field(ge=0.5, le=4)] = 1
    """Device pixel ratio: width and height are multiplied by it."""
    filter: Literal["lanczos", "bicubic", "bilinear", "box", "nearest"] = "lanczos"
    """How pixels are mixed."""

    @model_validator(mode="after")
    def _has_a_side(self) -> "Resize":
        if self.width is None and self.height is None:
            raise PydanticCustomError("missing_size", "resize needs a width, a height or both")
        return self

    @field_validator("gravity")
    @classmethod
    def _chooses_for_cover_only(cls, gravity: CropGravity, info: ValidationInfo) -> CropGravity:
        fit = info.data.get("fit", "cover")
        if fit != "cover" and gravity in CHOOSING:
            raise PydanticCustomError(
                "ambiguous_gravity",
                '"{gravity}" chooses the part that fit cover keeps; fit {fit} cuts nothing off',
                {"gravity": gravity, "fit": fit},
            )
        return gravity

    def geometry(self, size: Size) -> Geometry:
        """Return all sums of this resize for a picture of this size."""
        whole = (0.0, 0.0, float(size.width), float(size.height))
        across, down = self.side(self.width, size.width), self.side(self.height, size.height)
        most = MOST if self.enlarge else Fraction(1)
        if across is None or down is None:
            by = across / size.width if across else (down or 1) / Fraction(size.height)
            scaled = scale(size, min(by, most))
            return Geometry(whole, scaled, scaled)
        box = Size(max(1, rounded(across)), max(1, rounded(down)))
        smaller, larger = sorted(
            (Fraction(box.width, size.width), Fraction(box.height, size.height))
        )
        if self.fit in ("inside", "contain", "outside"):
            scaled = scale(size, min(larger if self.fit == "outside" else smaller, most))
            return Geometry(whole, scaled, box if self.fit == "contain" else scaled)
        if larger > most:
            box = scale(box, most / larger)
        return Geometry(whole if self.fit == "stretch" else self.part(size, box), box, box)

    def side(self, given: int | str | None, whole: int) -> Fraction | None:
        """Return a side of the box; a percentage is rounded with the result only."""
        if given is None:
            return None
        exact = pixels(given, whole) * Fraction(self.dpr)
        return exact if isinstance(given, str) else Fraction(rounded(exact))

    def part(self, size: Size, box: Size) -> Box:
        """Return the largest part of the picture with the shape of the box."""
        shrink = min(Fraction(size.width, box.width), Fraction(size.height, box.height))
        width, height = box.width * shrink, box.height * shrink
        if self.gravity == "focal":
            x = around(self.focal_x or 0, width, size.width)
            y = around(self.focal_y or 0, height, size.height)
        else:
            left, top = leftover(self.gravity)
            x, y = (size.width - width) * left, (size.height - height) * top
        return float(x), float(y), float(x + width), float(y + height)

    def size_after(self, size: Size) -> Size:
        """Return the canvas."""
        return self.geometry(size).canvas

    def spare(self, size: Size) -> float:
        """Return by how much the source is denser than what is made of it."""
        if self.filter == "nearest":
            return 1.0
        (left, top, right, bottom), scaled, _ = self.geometry(size)
        return max(1.0, min((right - left) / scaled.width, (bottom - top) / scaled.height))

    def treats_bands_alike(self) -> bool:
        """Tell whether no colour has a say in which part stays."""
        return self.gravity == "center"

    def apply(self, picture: Picture) -> Picture:
        """Scale every frame."""
        part, scaled, canvas = self.geometry(picture.size)
        if looks(self.gravity):
            part = best_part(picture, part, self.gravity)
        box = inner(part, picture)

        def change(image: Image.Image) -> Image.Image:
            image = image.resize(scaled, FILTERS[self.filter], box, REDUCING_GAP)
            if canvas == scaled:
                return image
            return placed(image, canvas, self.background, self.gravity)

        return picture.reshaped(change, canvas)
