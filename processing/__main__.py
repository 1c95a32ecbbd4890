"""The engine by itself, from a shell: python -m processing photo.jpg -o small.webp."""

import json
import logging
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from io import BytesIO
from os import fdopen
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from processing import fonts
from processing.decode import inspect
from processing.errors import FieldError, InvalidPipeline, ProcessingError
from processing.forecast import forecast
from processing.limits import Limits
from processing.output import FORMATS, output_format
from processing.parsing import Parsed, read
from processing.pipeline import run

DONE, UNREADABLE, WRONG = 0, 1, 2
STANDARD = "-"

EXAMPLES = """\
examples:
  python -m processing photo.jpg -o photo.webp
  python -m processing photo.jpg -o small.png \\
      --pipeline '[{"op": "resize", "width": 800}, {"op": "grayscale"}]'
  python -m processing photo.jpg --plan --pipeline '[{"op": "rotate", "angle": 30}]'
  python -m processing - -o - --pipeline @pipeline.json <photo.jpg >result

exit status:
  0  the result was written, or the plan printed
  1  the picture could not be read, or the result not be written
  2  what was asked for is wrong, or cannot be done to this picture
"""


class WrongArgument(Exception):
    """Something in the command itself is wrong: the argument, and what about it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say and return the exit status; errors are lines on stderr."""
    parser = command()
    options = parser.parse_args(arguments)
    if options.output is None and not options.plan:
        parser.error("-o FILE is needed, or --plan")
    try:
        (planned if options.plan else made)(options, Limits())
    except (ProcessingError, WrongArgument, OSError) as error:
        return complain(error, options.source)
    return DONE


def made(options: Namespace, limits: Limits) -> None:
    """Write the result, and say in one line on stderr what it is."""
    source, parsed = understood(options, limits)
    (outcome,) = run(source, [parsed.pipeline], limits, partial(open_image, dict(options.image)))
    if isinstance(outcome, ProcessingError):
        outcome.path = parsed.place(outcome.path)
        raise outcome
    write(options.output, outcome.data)
    frames = f", {outcome.frames} frames" if outcome.frames > 1 else ""
    size = f"{outcome.width}x{outcome.height}"
    say(f"{size} {outcome.format}{frames}, {len(outcome.data)} bytes")


def planned(options: Namespace, limits: Limits) -> None:
    """Print the forecast as JSON."""
    source, parsed = understood(options, limits)
    told = forecast(inspect(source, limits), parsed.pipeline, limits)
    print(json.dumps(told.placed(parsed.place).as_json(), indent=2))


def understood(options: Namespace, limits: Limits) -> tuple[BinaryIO, Parsed]:
    """Return the picture and the pipeline. Raises ProcessingError, WrongArgument or OSError."""
    if options.fonts:
        fonts.FOLDERS.append(options.fonts)
    parsed = wanted(options.pipeline, limits)
    source = BytesIO(file_bytes(options.source, limits))
    return source, with_format_of(options.output or STANDARD, parsed, source, limits)


def command() -> ArgumentParser:
    """Return what the command takes."""
    parser = ArgumentParser(
        prog="python -m processing",
        description="Apply a pipeline to a picture.",
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", help="the picture; - reads it from standard input")
    parser.add_argument(
        "--pipeline",
        metavar="JSON",
        default="{}",
        help="operations and output, in any spelling the API takes; @FILE reads it from a file;"
        " without it the picture is only written anew",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="the result; its suffix sets the format unless the pipeline does; - writes it to"
        " standard output",
    )
    parser.add_argument(
        "--image",
        metavar="ID=FILE",
        type=named_image,
        action="append",
        default=[],
        help="the file of an image that a watermark names by this id; may be repeated",
    )
    parser.add_argument(
        "--fonts", metavar="FOLDER", type=Path, help="fonts for texts, beside those that come along"
    )
    parser.add_argument(
        "--plan",
        action="store_true",
        help="make nothing; print as JSON what would be made, which limit forbids it, and what is"
        " lost on the way",
    )
    return parser


def wanted(text: str, limits: Limits) -> Parsed:
    """Return the pipeline of --pipeline. Raises ProcessingError or WrongArgument."""
    if text.startswith("@"):
        try:
            text = Path(text[1:]).read_text("utf-8")
        except OSError as error:
            raise WrongArgument("--pipeline", f"{error.strerror}: {text[1:]}") from error
        except ValueError as error:
            raise WrongArgument("--pipeline", f"{text[1:]} is no text.") from error
    try:
        value = json.loads(text)
    except ValueError as error:
        raise WrongArgument("--pipeline", f"Expected valid JSON: {error}.") from error
    except RecursionError as error:
        raise WrongArgument("--pipeline", "The JSON is nested too deeply.") from error
    return read(value, limits)


def file_bytes(name: str, limits: Limits) -> bytes:
    """Return the bytes of the source. Raises OSError or ProcessingError."""
    with sys.stdin.buffer if name == STANDARD else Path(name).open("rb") as source:
        data = source.read(limits.max_bytes + 1)
    if len(data) > limits.max_bytes:
        detail = f"A file may have {limits.max_bytes} bytes; this one has more."
        raise ProcessingError("too_many_bytes", detail)
    return data


def with_format_of(name: str, parsed: Parsed, source: BinaryIO, limits: Limits) -> Parsed:
    """Return the pipeline with the format that the name of the result asks for.

    Raises WrongArgument, ProcessingError where the two differ or the picture cannot be read.
    """
    suffix = Path(name).suffix.lower()
    if name != STANDARD and suffix:
        suffixes = {f".{known}": known for known in FORMATS} | {".jpg": "jpeg"}
        if suffix not in suffixes:
            known = ", ".join(sorted(suffixes))
            raise WrongArgument("--output", f"There is no format {suffix}. Known are {known}.")
        return of_format(suffixes[suffix], name, parsed, source, limits)
    return parsed


def of_format(named: str, name: str, parsed: Parsed, source: BinaryIO, limits: Limits) -> Parsed:
    """Return the pipeline so that it makes the format `named`, which is all that auto may choose.

    `name` is that of the result. Raises ProcessingError as `with_format_of` does.
    """
    output = parsed.pipeline.output
    if output.format == "auto":
        made = output.accept or (named,)
        change: dict[str, object] = {"accept": (named,)}
    elif "format" in output.model_fields_set:
        made = (output_format(output, inspect(source, limits).format),)
        change = {}
    else:
        made = (named,)
        change = {"format": named}
    if named not in made:
        detail = f"The pipeline makes {' or '.join(made)}, but {name} says {named}."
        raise InvalidPipeline([FieldError("output.format", "conflict", detail)])
    pipeline = parsed.pipeline.model_copy(update={"output": output.model_copy(update=change)})
    return replace(parsed, pipeline=pipeline)


@contextmanager
def open_image(files: Mapping[str, Path], image_id: str) -> Iterator[BinaryIO]:
    """Open the file that --image names for this id. Raises OSError or ProcessingError."""
    if image_id not in files:
        detail = f"No file is named for image {image_id}: say --image {image_id}=FILE."
        raise ProcessingError("unknown_image", detail)
    with files[image_id].open("rb") as file:
        yield file


def named_image(text: str) -> tuple[str, Path]:
    """Return id and file of --image ID=FILE."""
    name, _, file = text.partition("=")
    try:
        return str(UUID(name)), Path(file)
    except ValueError as error:
        raise ArgumentTypeError("Expected ID=FILE, where the id is a UUID.") from error


def write(name: str, data: bytes) -> None:
    """Write the result to the file of this name, or to standard output. Raises OSError."""
    if name != STANDARD:
        Path(name).write_bytes(data)
        return
    with fdopen(sys.stdout.fileno(), "wb", closefd=False) as target:
        target.write(data)


def complain(error: Exception, source: str) -> int:
    """Print one line for each thing that is wrong, and return the exit status for it."""
    match error:
        case InvalidPipeline():
            for one in error.errors:
                say(f"{one.path}: {one.detail}")
            return WRONG
        case ProcessingError():
            say(f"{error.path or source}: {error.detail}")
            # What names a field is about what was asked; the rest is about the picture.
            return WRONG if error.path else UNREADABLE
        case WrongArgument():
            say(": ".join(error.args))
            return WRONG
        case OSError():
            say(f"{error.filename or STANDARD}: {error.strerror}")
            return UNREADABLE
    raise error


def say(line: str) -> None:
    """Print a line to stderr: stdout may be the picture."""
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    # Causes are for the log of a server: here the error itself says what a caller can use.
    logging.disable()
    sys.exit(main())
