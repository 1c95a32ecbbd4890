"""The fonts a text can be set in: those in this folder, and the operator's own.

DejaVu Sans 2.37 covers Latin, Greek and Cyrillic; LICENSE is that of its files.
"""

import difflib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import ImageFont

from processing.errors import ProcessingError, pillow_errors

logger = logging.getLogger(__name__)

FOLDERS = [Path(__file__).parent]
"""Where fonts lie. One in a later folder comes before one of the same name in an earlier."""
SUFFIXES = (".otf", ".ttc", ".ttf", ".woff")
DEFAULT = "DejaVuSans"
# An error lists no more than so many.
SHOWN = 20


def listed() -> dict[str, Path]:
    """Return the file of every font by its name, which is the file's without the ending."""
    found: dict[str, tuple[str, Path]] = {}
    for folder in FOLDERS:
        # The first of two that differ only in case or ending.
        for path in sorted(_files(folder), reverse=True):
            found[path.stem.casefold()] = (path.stem, path)
    return dict(found[key] for key in sorted(found))


def _files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES]
    except OSError as error:
        logger.warning("The fonts in %s cannot be listed: %s", folder, error)
        return []


def file_of(name: str) -> Path:
    """Return the file of a font by its name, in any case; raises ProcessingError("unknown_font").

    A name is only compared with those of the files there are, so that it never becomes a path.
    """
    known = listed()
    by_key = {one.casefold(): path for one, path in known.items()}
    if name.casefold() in by_key:
        return by_key[name.casefold()]
    near = difflib.get_close_matches(name.casefold(), by_key, 1)
    guess = f' Did you mean "{by_key[near[0]].stem}"?' if near else ""
    names = list(known)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    raise ProcessingError(
        "unknown_font",
        f'There is no font "{name}".{guess} Known fonts: {", ".join(names[:SHOWN])}{more}.',
        "font",
    )


def opened(name: str, size: int, layout: ImageFont.Layout) -> ImageFont.FreeTypeFont:
    """Return a font of a size in pixels; raises ProcessingError where none is or can be read."""
    path = file_of(name)
    with reading(name):
        return ImageFont.truetype(path, size, layout_engine=layout)


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn what a damaged file raises, in the block, into ProcessingError("unreadable_font")."""
    try:
        with pillow_errors("unreadable_font", f'The file of the font "{name}" is damaged.'):
            yield
    except ProcessingError as error:
        logger.warning("The font %s cannot be read: %s", file_of(name), error.__cause__)
        error.path = "font"
        raise
