"""Files of the right size: as small and as alike as asked for, and no larger than need be."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from typing import BinaryIO

from PIL import Image, ImageSequence

from processing.color import changes_colors
from processing.decode import SourceInfo
from processing.encode import encode, prepared, write
from processing.errors import ProcessingError
from processing.operation import Picture
from processing.output import FORMATS, Output, has_quality
from processing.ssim import similarity
from processing.strip import stripped

BEST = 100
SEARCH = 7
"""Files a search writes at most; halving 100 qualities takes as many."""
# The measures a search takes for granted beyond both ends, where nothing is ever written.
SMALLEST_SHARE = 1 / 16
WORST_SIMILARITY, BEST_SIMILARITY = 0.5, 0.9999

ANSWERED_BY_COPYING = frozenset(
    ("format", "quality", "lossless", "progressive", "background", "max_bytes", "target_ssim")
)
"""Fields of the output that a copy of the source's pixels can do justice to."""


@dataclass(frozen=True)
class Original:
    """The file of a source that nothing but compression is asked of."""

    file: BinaryIO
    info: SourceInfo

    @property
    def size(self) -> int:
        """Return the number of its bytes."""
        return self.file.seek(0, SEEK_END)


def fitted(picture: Picture, name: str, output: Output, original: Original | None) -> bytes:
    """Return the picture as a file in this format, of the size and likeness asked for.

    Where there is an original, its own bytes without metadata are the result unless encoding
    makes fewer. Where they may not be copied, quality goes down until the file is no larger than
    the original. It may still grow where that has no end: without a quality to lower, for
    `target_ssim`, and where even quality 1 is larger.
    Raises ProcessingError max_bytes_unreachable or target_ssim_unreachable.
    """
    if original is None and output.max_bytes is None and output.target_ssim is None:
        return encode(picture, name, output)
    trials = _Trials(picture, name, output)
    limit = output.max_bytes
    copy = _copy(original, output) if original is not None else None
    made = trials.asked()
    if copy is not None and (limit is None or len(copy) <= limit):
        return made if made is not None and len(made) < len(copy) else copy
    if made is None:
        raise trials.too_unlike()
    if original is not None and len(made) > original.size:
        made = trials.within(min(original.size, limit or original.size)) or made
    if limit is not None and len(made) > limit:
        made = trials.within(limit)
        if made is None:
            raise trials.too_large(limit, copy)
    return made


def _copy(original: Original, output: Output) -> bytes | None:
    """Return the original without metadata, where its pixels are what is asked for."""
    fields = Output.model_fields.items()
    asked = {name for name, field in fields if getattr(output, name) != field.default}
    if original.info.orientation != 1 or asked - ANSWERED_BY_COPYING:
        return None
    original.file.seek(0)
    data = original.file.read()
    with Image.open(BytesIO(data), formats=[original.info.format.upper()]) as image:
        profile = image.info.get("icc_profile")
        if profile and changes_colors(profile, image.mode):
            return None
        if original.info.format == "jpeg" and output.progressive != ("progressive" in image.info):
            return None
    return stripped(data, original.info.format)


class _Trials:
    """One picture written at several qualities, its pixels prepared once."""

    def __init__(self, picture: Picture, name: str, output: Output) -> None:
        self.picture = prepared(picture, name, output)
        self.name = name
        self.output = output
        usual = BEST if output.target_ssim else FORMATS[name].quality
        self.ceiling = (output.quality or usual) if has_quality(name, output) else None
        """The best quality allowed; None where there is none to choose."""
        self.files: dict[int | None, bytes] = {}

    def at(self, quality: int | None) -> bytes:
        """Return the file of this quality."""
        if quality not in self.files:
            change = {"quality": quality} if quality else {}
            output = self.output.model_copy(update=change)
            self.files[quality] = write(self.picture, self.name, output)
        return self.files[quality]

    def asked(self) -> bytes | None:
        """Return the file without regard to bytes; None where none is as alike as asked for."""
        target = self.output.target_ssim
        if target is None or self.ceiling is None:
            return self.at(self.ceiling)
        low, high = _nearness(WORST_SIMILARITY), _nearness(BEST_SIMILARITY)
        quality = _first(
            lambda quality: _nearness(self.similarity(quality)),
            _nearness(target),
            (0, low),
            (self.ceiling + 1, high),
        )
        return self.at(quality) if quality <= self.ceiling else None

    def within(self, limit: int) -> bytes | None:
        """Return the file of the best quality that has no more bytes, or None."""
        if self.ceiling is None or self.output.target_ssim:
            return None
        most = self._weight(self.ceiling)
        low = most + math.log(SMALLEST_SHARE)
        quality = _first(self._weight, math.log(limit + 1), (0, low), (self.ceiling, most)) - 1
        return self.at(quality) if quality else None

    def _weight(self, quality: int) -> float:
        """Return a measure of size that grows evenly with quality."""
        return math.log(len(self.at(quality)))

    def similarity(self, quality: int | None) -> float:
        """Return how alike the file of this quality is, in the frame where it is least so."""
        with Image.open(BytesIO(self.at(quality))) as file:
            return min(similarity(frame, shown) for frame, shown in _shown(self.picture, file))

    def too_unlike(self) -> ProcessingError:
        """Return the error that says how alike it can be."""
        better = "" if self.ceiling == BEST else "a higher quality, "
        return ProcessingError(
            "target_ssim_unreachable",
            f"The file should have an SSIM of {self.output.target_ssim}; as {self.name} of quality"
            f" {self.ceiling} it has {self.similarity(self.ceiling):.4f}. A lower target_ssim,"
            f" {better}lossless or another format would help.",
            "output.target_ssim",
        )

    def too_large(self, limit: int, copy: bytes | None) -> ProcessingError:
        """Return the error that says how small it can be; a copy of the source counts as well."""
        enough = [self.asked()] if self.output.target_ssim else self.files.values()
        fewest = min(len(file) for file in (*enough, copy) if file is not None)
        way = "A smaller width or another format would help."
        if self.ceiling is None:
            way = f"There is no quality to lower. {way}"
        elif self.output.target_ssim:
            way = "A lower target_ssim, a smaller width or another format would help."
        return ProcessingError(
            "max_bytes_unreachable",
            f"The file may have {limit} bytes; as {self.name} this picture has at least {fewest}."
            f" {way}",
            "output.max_bytes",
        )


def _nearness(similarity: float) -> float:
    """Return a measure that grows evenly with quality, as similarity itself does not."""
    return -math.log(1 - similarity + 1e-9)


def _shown(picture: Picture, file: Image.Image) -> Iterator[tuple[Image.Image, Image.Image]]:
    """Yield each frame of a picture and what a file shows at its time.

    Writers store equal neighbours as one frame.
    """
    shown = ImageSequence.Iterator(file)
    if getattr(file, "n_frames", 1) == len(picture.frames):
        yield from zip((frame.image for frame in picture.frames), shown, strict=True)
        return
    now, end = 0, 0.0
    for frame in picture.frames:
        while now >= end:
            if next(shown, None) is None:
                break
            # Only a loaded frame knows how long it stays.
            file.load()
            end += file.info["duration"]
        yield frame.image, file
        now += round(frame.duration)


def _first(
    measure: Callable[[int], float],
    goal: float,
    below: tuple[int, float],
    above: tuple[int, float],
) -> int:
    """Return the lowest quality whose measure reaches the goal.

    `below` and `above` are a quality that does not and one that does, with their measures; both
    are believed and not tried. The two neighbours on which the answer rests are tried, unless
    they are these. Guesses by the rule of three, no wider of the mark than what the tries that
    are left can make good by halving.
    """
    (low, least), (high, most) = below, above
    for left in reversed(range(SEARCH)):
        if high - low == 1:
            break
        share = (goal - least) / (most - least) if most > least else 0.5
        guess = low + round((high - low) * share)
        reach = 2**left
        guess = max(low + 1, high - reach, min(high - 1, low + reach, guess))
        found = measure(guess)
        if found >= goal:
            high, most = guess, found
        else:
            low, least = guess, found
    return high
