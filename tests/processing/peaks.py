"""Measure memory: lines of {"file", "pipeline"} on stdin, bytes beyond the idle state on stdout.

A program of its own, as a test process has memory lying about that would be used again unseen.
"""

import gc
import json
import os
import re
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image

from processing.limits import Limits
from processing.pipeline import Result, parse, run
from tests.pictures import file

LIMITS = Limits()


def resident(name: str) -> int:
    """VmRSS is now, VmHWM the most since it was reset; in bytes."""
    text = Path("/proc/self/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+) kB", text)[1]) * 1024  # type: ignore[index]


def peak(source: BytesIO, pipeline: object) -> int:
    """The most a run takes, in a process that ends with it."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        idle = resident("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")
        (outcome,) = run(source, [parse(pipeline, LIMITS)], LIMITS)
        assert isinstance(outcome, Result), outcome.detail
        os.write(writer, str(resident("VmHWM") - idle).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        taken = int(answer.read())
    os.waitpid(child, 0)
    return taken


def main() -> None:
    for format in ("jpeg", "png", "webp", "avif", "gif"):
        # Codecs and tables are loaded before anything is counted.
        warm = file(Image.new("RGB", (8, 8)), format)
        outputs = [{"output": {"format": other}} for other in ("jpeg", "png", "webp", "avif")]
        list(run(warm, [parse(value, LIMITS) for value in outputs], LIMITS))
    for line in sys.stdin:
        case = json.loads(line)
        source = BytesIO(Path(case["file"]).read_bytes())
        gc.collect()
        sys.stdout.write(f"{peak(source, case['pipeline'])}\n")


if __name__ == "__main__":
    main()
