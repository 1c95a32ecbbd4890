"""What is measured: sources, and what is made of them."""

from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

LANCZOS = Image.Resampling.LANCZOS
RESPONSIVE = (320, 480, 640, 960, 1280, 1920)
QUALITY = 80


@dataclass(frozen=True, eq=False)
class Job:
    """One row of the table."""

    name: str
    group: str
    """What it counts for: "jpeg", "png" ... (the source), "tone", "gif" or "set"."""
    source: Path
    outputs: tuple[dict[str, Any], ...]
    toned: bool = False
    """Turned by 90 degrees, grey, blurred by a sigma of 2."""

    def lossless(self) -> "Job":
        """Return the first output as a PNG: what was done to the pixels before they were packed."""
        output = {key: self.outputs[0][key] for key in ("width",) if key in self.outputs[0]}
        return replace(self, outputs=({"format": "png", **output},))

    def request(self, target: Path | None = None) -> dict[str, Any]:
        """Return the job as a peer reads it; the first file is kept as the target."""
        return {
            "source": str(self.source),
            "outputs": self.outputs,
            "toned": self.toned,
            "target": str(target) if target else None,
        }


@dataclass(frozen=True)
class Sources:
    """The files everything is made of, in a folder."""

    folder: Path
    photo: Path | None = None
    gif: Path | None = None
    quick: bool = False
    made: dict[str, Path] = field(default_factory=dict)

    def make(self) -> None:
        """Write them all; a peer reads files, as a service does."""
        plain = _photo(self.photo, self.quick)
        self._write("jpeg", plain, "jpeg", given=self.photo, quality=92)
        self._write("png", plain, "png")
        self._write("webp", plain, "webp", quality=85)
        self._write("avif", plain, "avif", quality=60, speed=8)
        self._write("29 Mpx jpeg", _wide(plain, 1500 if self.quick else 6000), "jpeg", quality=92)
        self._write("12 Mpx jpeg", _wide(plain, 1000 if self.quick else 4000), "jpeg", quality=92)
        self.made["gif"] = self.gif or self._animation()

    def _write(
        self, name: str, image: Image.Image, form: str, given: Path | None = None, **options: Any
    ) -> None:
        path = given or self.folder / f"{name}.{form}"
        if not given:
            image.save(path, form.upper(), **options)
        self.made[name] = path

    def _animation(self) -> Path:
        """A square that runs over a gradient, ten frames of 600 x 400."""
        frames = []
        for number in range(10):
            frame = Image.linear_gradient("L").resize((600, 400)).convert("RGB")
            frame.paste((200, 40, 10), (number * 50, 100, number * 50 + 120, 220))
            frames.append(frame)
        path, (first, *rest) = self.folder / "animation.gif", frames
        first.save(path, save_all=True, append_images=rest, duration=100)
        return path


def _wide(image: Image.Image, width: int) -> Image.Image:
    return image.resize((width, round(image.height * width / image.width)), LANCZOS)


def _photo(path: Path | None, quick: bool) -> Image.Image:
    """Return the photograph, or something with edges and detail of every size, as they have."""
    if path:
        with Image.open(path) as image:
            return image.convert("RGB")
    size = (680, 556) if quick else (2725, 2225)
    random, picture = np.random.default_rng(1), np.zeros((size[1], size[0], 3))
    for octave in range(2, 10):
        grain = random.normal(128, 60, (2**octave, 2**octave, 3)).clip(0, 255).astype("uint8")
        picture += np.asarray(Image.fromarray(grain).resize(size, LANCZOS)) / 2 ** (octave * 0.8)
    picture -= picture.min()
    return Image.fromarray((picture * 255 / picture.max()).astype("uint8"))


def jobs(sources: Sources) -> list[Job]:
    """Return the rows of the table, in order."""
    rows = []
    for name in ("jpeg", "29 Mpx jpeg", "png", "webp", "avif"):
        for width in (720, 200):
            for form in ("jpeg", "webp"):
                rows.append(
                    Job(
                        f"{name} -> {width} px {form}",
                        name.split()[-1],
                        sources.made[name],
                        ({"width": width, "format": form, "quality": QUALITY},),
                    )
                )
    whole = ({"format": "jpeg", "quality": QUALITY},)
    name = "12 Mpx jpeg: rotate, grayscale, blur"
    rows.append(Job(name, "tone", sources.made["12 Mpx jpeg"], whole, toned=True))
    small = ({"width": 100, "format": "gif"},)
    rows.append(Job("animated gif -> 100 px gif", "gif", sources.made["gif"], small))
    widths = tuple(width // 4 if sources.quick else width for width in RESPONSIVE)
    responsive = tuple(
        {"width": width, "format": form, "quality": QUALITY}
        for width in widths
        for form in ("jpeg", "webp")
    )
    name = f"29 Mpx jpeg: {len(widths)} widths x 2 formats"
    rows.append(Job(name, "set", sources.made["29 Mpx jpeg"], responsive))
    return rows


def ssim(job: Job, made: bytes) -> float | None:
    """Return how alike the first file is to what Lanczos over every pixel of the source gives.

    The mean structural similarity of the greys, in windows of 8 x 8. None for an animation.
    """
    if job.group == "gif":
        return None
    with Image.open(job.source) as source, Image.open(BytesIO(made)) as result:
        reference = source.convert("RGB")
        if job.toned:
            reference = reference.transpose(Image.Transpose.ROTATE_270)
            reference = reference.convert("L").filter(ImageFilter.GaussianBlur(2))
        if reference.size != result.size:
            reference = reference.resize(result.size, LANCZOS)
        return _ssim(*(np.asarray(one.convert("L"), float) for one in (reference, result)))


def _ssim(one: Any, other: Any) -> float:
    def mean(levels: Any) -> Any:
        sums = np.pad(levels.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
        return (sums[8:, 8:] - sums[:-8, 8:] - sums[8:, :-8] + sums[:-8, :-8]) / 64

    middle, others = mean(one), mean(other)
    spread = mean(one**2) - middle**2 + mean(other**2) - others**2
    shared = mean(one * other) - middle * others
    low, high = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    alike = (2 * middle * others + low) * (2 * shared + high)
    return float((alike / ((middle**2 + others**2 + low) * (spread + high))).mean())
