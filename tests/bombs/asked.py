"""Recipes 22 and 23: operations that are no operations, or that ask for more than there is room."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from tests.bombs.attempt import Answer, Attempt, form, named, photo, post_form
from tests.client import Client

WIDTHS: tuple[str, ...] = (
    "NaN",
    "Infinity",
    "-Infinity",
    "1e308",
    "-0",
    "0",
    "true",
    "null",
    "1e-320",
    '"12x"',
)
WIDTHS += ('"\u0661\u0662"', "[]", "{}", '""', "9" * 4000, "-1", "0.5", '"25%%"', '"1e3%"')
MAY = (400, 422)
TALL = {"op": "resize", "width": 8000, "height": 6000, "fit": "stretch", "enlarge": True}


def attempts() -> Iterator[Attempt]:
    for name, text in _texts():
        nothing = text in ("null", " ")
        yield Attempt(22, name, partial(upload, text), (202,) if nothing else MAY)
    for width in WIDTHS:
        text = f'[{{"op": "resize", "width": {width}}}]'
        yield Attempt(22, f"a width of {width[:20]}", partial(upload, text), MAY)
    for field in ("width", "op"):
        text = f'[{{"op": "resize", "width": 10, "{field}": "nonsense"}}]'
        yield Attempt(22, f"two of {field}", partial(upload, text), MAY)
    for name, operations, statuses in _outputs():
        yield Attempt(23, name, partial(upload, json.dumps(operations)), statuses)


def _texts() -> Iterator[tuple[str, str]]:
    for opening, closing in (("[", "]"), ('{"a":', "}"), ('[{"op":', "}]")):
        yield f"100,000 times {opening}", opening * 100_000
        yield f"100,000 times {opening}, closed", opening * 100_000 + "1" + closing * 100_000
    yield "10,000 operations", json.dumps([{"op": "flip"}] * 10_000)
    yield "10,000 parameters", json.dumps([{"op": "flip", **{f"p{n}": 1 for n in range(10_000)}}])
    for text in (
        "null",
        "7",
        '"resize"',
        "true",
        "{}}",
        "",
        "[null]",
        "[[]]",
        "[7]",
        '["\\ud800"]',
    ):
        yield f"operations {text}", text or " "
    yield "a number of a million digits", "[" + "9" * 1_000_000 + "]"
    yield "a key of a megabyte", json.dumps([{"op": "flip", "k" * 1_000_000: 1}])
    yield "an operation of a megabyte", json.dumps([{"op": "f" * 1_000_000}])
    yield "a class to be made", json.dumps([{"op": "__class__", "__init__": "os.system"}])
    yield "a byte that is no text", "[\udcff]"


def _outputs() -> Iterator[tuple[str, Any, tuple[int, ...]]]:
    yield (
        "100,000 x 100,000",
        [{"op": "resize", "width": 10**5, "height": 10**5, "enlarge": True}],
        MAY,
    )
    yield "two upscales", [TALL, {"op": "resize", "width": 10**4, "enlarge": True}], MAY
    yield "20 large steps and then one too many", [TALL] * 20 + [{"op": "flip"}], MAY
    yield "a million per cent", [{"op": "resize", "width": "1000000%", "enlarge": True}], MAY
    yield "dpr of a million", [{"op": "resize", "width": 100, "dpr": 10**6}], MAY
    for box in ((-5, 0, 9, 9), (0, 0, 10**9, 10**9), (10**9, 10**9, 9, 9), (0, 0, 0, 0)):
        crop = dict(zip(("left", "top", "width", "height"), box, strict=True))
        yield f"a crop of {box}", [{"op": "crop", **crop}], MAY
    for op, field in (("blur", "sigma"), ("sharpen", "sigma"), ("pixelate", "size")):
        statuses = (202, *MAY) if op == "pixelate" else MAY
        yield f"{op} with {field} of a million", [{"op": op, field: 10**6}], statuses
        yield f"{op} with {field} below nothing", [{"op": op, field: -5}], MAY
    yield "1,000 rotations", [{"op": "rotate", "angle": 45}] * 1000, MAY
    yield "20 rotations that grow", [{"op": "rotate", "angle": 45}] * 20, MAY
    yield "an angle of 1e300", [{"op": "rotate", "angle": 1e300}], (202, *MAY)
    yield "a text of a megabyte", [{"op": "text", "text": "W" * 2**20}], MAY
    yield "a text of size 10^6", [{"op": "text", "text": "W", "size": 10**6}], MAY
    yield "a pad of 10^6", [{"op": "pad", "all": 10**6}], MAY
    yield "a border of 10^6", [{"op": "border", "width": 10**6}], MAY
    yield "100,000 regions", [{"op": "redact", "regions": [[0, 0, 1, 1]] * 10**5}], MAY
    yield "a watermark of nobody", [{"op": "watermark", "image": "../../etc/passwd"}], MAY
    for format, side in (("webp", 16_384), ("jpeg", 65_501), ("avif", 70_000), ("gif", 65_536)):
        wide = {"op": "resize", "width": side, "height": 1, "fit": "stretch", "enlarge": True}
        yield f"{format} {side} wide", [wide, {"op": "convert", "format": format}], MAY


def upload(operations: str, client: Client) -> Answer:
    """Upload a photo with this text as operations."""
    text = operations.encode("utf-8", "surrogateescape")
    fields = (named("operations"), text), (named("image", "x.png"), photo())
    return post_form(client, form(*fields))
