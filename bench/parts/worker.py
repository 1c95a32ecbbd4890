"""A peer in Python: reads jobs as lines of JSON, answers each with what it took.

`python -m bench.parts.worker ours` (or pillow, or pyvips). What bench/sharp/worker.mjs does for
sharp.
"""

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image, ImageFilter, ImageSequence

Files = list[bytes]


def ours() -> tuple[str, Callable[[Any], Files]]:
    from processing.limits import Limits
    from processing.pipeline import Result, parse, run

    limits = Limits()

    def asked(job: Any, output: Any) -> Any:
        operations: list[Any] = []
        if "width" in output:
            operations.append({"op": "resize", "width": output["width"]})
        if job["toned"]:
            operations += [{"op": "rotate", "angle": 90}, {"op": "grayscale"}, {"op": "blur"}]
        file = {key: output[key] for key in ("format", "quality") if key in output}
        return {"operations": operations, "output": file}

    def make(job: Any) -> Files:
        pipelines = [parse(asked(job, output), limits) for output in job["outputs"]]
        with Path(job["source"]).open("rb") as source:
            made = list(run(source, pipelines, limits))
        return [one.data for one in made if isinstance(one, Result)]

    return "ImagePro", make


def pillow() -> tuple[str, Callable[[Any], Files]]:
    import io

    import PIL

    def saved(image: Image.Image, output: Any, **more: Any) -> bytes:
        target = io.BytesIO()
        if "quality" in output:
            more["quality"] = output["quality"]
        image.save(target, output["format"].upper(), **more)
        return target.getvalue()

    def animation(image: Image.Image, output: Any) -> bytes:
        size = (output["width"], round(image.height * output["width"] / image.width))
        first, *rest = [
            frame.convert("RGBA").resize(size, Image.Resampling.LANCZOS)
            for frame in ImageSequence.Iterator(image)
        ]
        return saved(first, output, save_all=True, append_images=rest, disposal=2)

    def still(image: Image.Image, output: Any, toned: bool) -> bytes:
        if "width" in output:
            size = (output["width"], round(image.height * output["width"] / image.width))
            image = image.resize(size, Image.Resampling.LANCZOS)
        if toned:
            image = image.transpose(Image.Transpose.ROTATE_270).convert("L")
            image = image.filter(ImageFilter.GaussianBlur(2))
        return saved(image, output)

    def make(job: Any) -> Files:
        files = []
        for output in job["outputs"]:
            with Image.open(job["source"]) as image:
                animated = output["format"] == "gif"
                files.append(
                    animation(image, output) if animated else still(image, output, job["toned"])
                )
        return files

    return f"Pillow {PIL.__version__}, used plainly", make


def pyvips() -> tuple[str, Callable[[Any], Files]]:
    import pyvips

    # Asked the same again and again, it must not answer from memory.
    pyvips.cache_set_max(0)

    def file(job: Any, output: Any) -> bytes:
        name = job["source"] + ("[n=-1]" if output["format"] == "gif" else "")
        if "width" in output:
            image = pyvips.Image.thumbnail(name, output["width"], height=10**7)
        else:
            image = pyvips.Image.new_from_file(name)
        if job["toned"]:
            image = image.rot90().colourspace("b-w").gaussblur(2)
        more = {"Q": output["quality"]} if "quality" in output else {}
        return bytes(image.write_to_buffer("." + output["format"], **more))

    def make(job: Any) -> Files:
        return [file(job, output) for output in job["outputs"]]

    libvips = ".".join(str(pyvips.version(part)) for part in range(3))
    return f"pyvips {pyvips.__version__} (libvips {libvips})", make


def kilobytes(name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) if found else 0


def answer(make: Callable[[Any], Files], job: Any) -> dict[str, float]:
    idle = kilobytes("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    cpu, wall = time.process_time(), time.perf_counter()
    files = make(job)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    if job["target"]:
        Path(job["target"]).write_bytes(files[0])
    return {
        "wall": wall * 1000,
        "cpu": cpu * 1000,
        "peak": max(0, kilobytes("VmHWM") - idle) / 1024,
        "bytes": sum(map(len, files)),
    }


def main() -> None:
    version, make = {"ours": ours, "pillow": pillow, "pyvips": pyvips}[sys.argv[1]]()
    print(json.dumps({"version": version}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(make, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
