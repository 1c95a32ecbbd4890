"""What a client can show, as its Accept header tells."""

from dataclasses import replace

from images.planning import Wanted
from processing.output import FORMATS, SHOWN_EVERYWHERE

NAMES = {form.content_type: name for name, form in FORMATS.items()} | {
    "image/jpg": "jpeg",
    "image/apng": "png",
}


def shown_formats(accept: str) -> tuple[str, ...] | None:
    """Return the formats a header names; None when it names none. Wildcards add nothing.

    A header that only says which it does not want (q=0) leaves the others that all clients show.
    """
    named: set[str] = set()
    refused: set[str] = set()
    for part in accept.lower().split(","):
        media_type, *parameters = (piece.strip() for piece in part.split(";"))
        if media_type in NAMES:
            (refused if _is_zero(parameters) else named).add(NAMES[media_type])
    if refused and not named:
        named = set(SHOWN_EVERYWHERE)
    return tuple(sorted(named - refused)) or None


def _is_zero(parameters: list[str]) -> bool:
    quality = next((one[2:] for one in parameters if one.startswith("q=")), "1")
    try:
        return float(quality) == 0
    except ValueError:
        return False


def negotiated(wanted: Wanted, accept: str) -> Wanted:
    """Return what is asked for with the formats filled in that this header names.

    They are then part of the pipeline, so that another client with the same request and another
    header is not answered with a file it cannot show.
    """
    pipeline = wanted.pipeline
    formats = shown_formats(accept)
    if formats is None or pipeline.output.format != "auto" or pipeline.output.accept is not None:
        return wanted
    output = pipeline.output.model_copy(update={"accept": formats})
    pipeline = pipeline.model_copy(update={"output": output})
    return replace(wanted, parsed=replace(wanted.parsed, pipeline=pipeline))
