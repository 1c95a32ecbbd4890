"""What the engine refuses, in words its callers can pass on."""

import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image, ImageCms

MOST_ERRORS = 100
"""So many errors are told at once: to find more would cost more than they help."""


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with one field of what the client sent."""

    path: str
    """Where it stands, as the client spelled it: "operations.0.width"."""
    code: str
    detail: str


def joined(outer: str, inner: str) -> str:
    """A path inside another: "renditions.0" and "operations.1" are "renditions.0.operations.1"."""
    return f"{outer}.{inner}".strip(".")


class ProcessingError(Exception):
    """Something the engine will not or cannot do.

    `code` is stable and snake_case; `detail` is a public sentence: what was expected, the limit,
    what was sent; `path` names the field ("operations.0.width") or is empty.
    """

    def __init__(self, code: str, detail: str, path: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.path = path


class InvalidPipeline(ProcessingError):
    """The pipeline cannot be understood; `errors` names every field that is wrong, at least one."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        first = errors[0]
        more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__("invalid_pipeline", f"{first.path}: {first.detail}{more}", first.path)
        self.errors = list(errors)


class Complaints(list[FieldError]):
    """What is found wrong with one pipeline, up to as much as anybody reads."""

    def append(self, error: FieldError) -> None:
        """Add one; raises InvalidPipeline with all of them once there are MOST_ERRORS."""
        super().append(error)
        if len(self) >= MOST_ERRORS:
            raise InvalidPipeline(self)


class UnsupportedFormat(ProcessingError):
    """The bytes are no picture of an accepted format."""

    def __init__(self, detail: str) -> None:
        super().__init__("unsupported_format", detail)


class UnreadableImage(ProcessingError):
    """The format is accepted, but this file is damaged."""

    def __init__(self, detail: str) -> None:
        super().__init__("unreadable_image", detail)


class LimitExceeded(ProcessingError):
    """A limit of this install; the code says which: too_many_pixels, output_too_large ..."""


class Quarantined(ProcessingError):
    """The file has ended too many worker processes to be opened once more."""

    def __init__(self, which: str = "The picture") -> None:
        super().__init__(
            "quarantined",
            f"{which} has ended several worker processes; it is not opened again until an operator"
            " of the service releases it.",
        )


class OutOfMemory(LimitExceeded):
    """The work needs more memory than a worker process has."""

    def __init__(self) -> None:
        super().__init__("out_of_memory", "The picture needs more memory than one job may use.")


# What Pillow and its codecs raise on hostile bytes. Not Exception: a time limit of the worker
# arrives as one and must pass.
PILLOW_ERRORS: tuple[type[Exception], ...] = (
    OSError,
    SyntaxError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    EOFError,
    RuntimeError,
    Warning,
    struct.error,
    zlib.error,
    ImageCms.PyCMSError,
)


@contextmanager
def pillow_errors(code: str, detail: str) -> Iterator[None]:
    """Turn whatever Pillow raises inside the block into a ProcessingError of this code."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise LimitExceeded(
            "too_many_pixels", "The picture has more pixels than can be decoded safely."
        ) from error
    except MemoryError as error:
        raise OutOfMemory from error
    except PILLOW_ERRORS as error:
        if code == "unreadable_image":
            raise UnreadableImage(detail) from error
        raise ProcessingError(code, detail) from error
