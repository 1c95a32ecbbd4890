"""Print a SHA-256 for each result of the same work: run in processes of its own."""

import hashlib
import sys

from PIL import Image

from processing.limits import Limits
from processing.operations import OPERATIONS
from processing.output import FORMATS
from processing.pipeline import Result, parse, run
from tests import pictures

# What may find nothing to do after the others.
LEFT_OUT = ("crop", "trim")


def main() -> None:
    limits = Limits(max_operations=len(OPERATIONS))
    operations = [model.example for name, model in OPERATIONS.items() if name not in LEFT_OUT]
    exif = Image.Exif()
    exif.update({0x010E: "a picture", 0x013B: "Ann", 0x8298: "(c)", 0x0112: 6})
    still = pictures.file(pictures.gradient(320, 200), "jpeg", exif=exif)
    moving = pictures.file(
        pictures.frames()[0], "png", save_all=True, append_images=pictures.frames()[1:], duration=70
    )
    for name, source in (("still", still), ("moving", moving)):
        asked = [
            {"operations": steps, "output": {"format": format, "metadata": "keep"}}
            for format in FORMATS
            for steps in (operations, operations[:3])
        ]
        outcomes = run(
            source, [parse(one, limits) for one in asked], limits, pictures.open_quarters
        )
        for one, outcome in zip(asked, outcomes, strict=True):
            if not isinstance(outcome, Result):
                raise outcome
            digest = hashlib.sha256(outcome.data).hexdigest()
            sys.stdout.write(f"{name} {one['output']} {digest}\n")


if __name__ == "__main__":
    main()
