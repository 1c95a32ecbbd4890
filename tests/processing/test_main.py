"""python -m processing: the engine from a shell, without Django."""

import json
import os
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from processing import fonts
from processing.__main__ import main
from tests.pictures import animation, file, gradient

ROOT = Path(__file__).parent.parent.parent
# No variable of this process, DJANGO_SETTINGS_MODULE least of all.
ENVIRONMENT = {"PATH": os.defpath, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a photograph in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photo.jpg").write_bytes(file(gradient(400, 300)).getvalue())
    return tmp_path


def processing(
    folder: Path, *arguments: str, given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """A process of its own."""
    command = [sys.executable, "-m", "processing", *arguments]
    return subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, input=given, check=False, capture_output=True
    )


def complaint(printed: pytest.CaptureFixture[str]) -> list[str]:
    """The lines of an error; nothing else is printed."""
    out, err = printed.readouterr()
    assert out == ""
    return err.splitlines()


def test_it_applies_a_pipeline_and_says_what_it_made(folder: Path) -> None:
    done = processing(
        folder, "photo.jpg", "--pipeline", '[{"op": "resize", "width": 80}]', "-o", "small.webp"
    )
    made = folder / "small.webp"
    assert (done.returncode, done.stdout) == (0, b""), done.stderr
    assert done.stderr.decode() == f"80x60 webp, {made.stat().st_size} bytes\n"
    with Image.open(made) as image:
        assert (image.format, image.size) == ("WEBP", (80, 60))


def test_without_a_pipeline_it_only_writes_anew(folder: Path) -> None:
    (folder / "a.gif").write_bytes(animation("gif").getvalue())
    done = processing(folder, "a.gif", "-o", "a.png")
    assert done.stderr.decode().startswith("24x18 png, 3 frames, "), done.stderr
    with Image.open(folder / "a.png") as image:
        assert (image.format, getattr(image, "n_frames", 1)) == ("PNG", 3)


@pytest.mark.parametrize("more", [{}, {"accept": ["webp", "avif", "png"]}], ids=str)
def test_auto_makes_what_the_suffix_says(folder: Path, more: dict[str, Any]) -> None:
    pipeline = json.dumps({"output": {"format": "auto", **more}})
    assert main(["photo.jpg", "-o", "a.avif", "--pipeline", pipeline]) == 0
    with Image.open(folder / "a.avif") as image:
        assert image.format == "AVIF"


def test_it_reads_the_pipeline_from_a_file_and_pictures_from_pipes(folder: Path) -> None:
    pipeline = {"operations": [{"op": "rotate", "angle": 90}], "output": {"format": "png"}}
    (folder / "turn.json").write_text(json.dumps(pipeline))
    picture = (folder / "photo.jpg").read_bytes()
    done = processing(folder, "-", "--pipeline", "@turn.json", "-o", "-", given=picture)
    assert done.returncode == 0, done.stderr
    with Image.open(BytesIO(done.stdout)) as image:
        assert (image.format, image.size) == ("PNG", (300, 400))


def test_a_plan_is_printed_and_nothing_made(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pipeline = '[{"op": "resize", "width": 800, "enlarge": true}]'
    assert main(["photo.jpg", "--plan", "-o", "a.webp", "--pipeline", pipeline]) == 0
    out, err = capfd.readouterr()
    told = json.loads(out)
    assert err == ""
    assert told["result"]["format"] == told["pipeline"]["output"]["format"] == "webp"
    assert told["steps"] == [{"op": "resize", "width": 800, "height": 600, "exact": True}]
    assert [warning["code"] for warning in told["warnings"]] == ["enlarges"]
    assert [path.name for path in folder.iterdir()] == ["photo.jpg"]


def test_a_plan_tells_the_limit(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pipeline = '[{"op": "resize", "width": 9000, "enlarge": true}]'
    assert main(["photo.jpg", "--plan", "--pipeline", pipeline]) == 0
    told = json.loads(capfd.readouterr().out)
    assert (told["limit"]["path"], told["limit"]["code"]) == ("operations.0", "output_too_large")
    assert told["result"] is told["decode"] is told["memory_bytes"] is None
    assert (told["steps"], told["warnings"]) == ([], [])


LOGO = "8f14e45f-ceea-467f-a0e6-1c8b8f2d3c4a"


def watermark(**more: Any) -> str:
    return json.dumps([{"op": "watermark", "image": LOGO, "opacity": 1, "scale": 0.5, **more}])


def test_a_watermark_is_a_file_that_is_named(folder: Path) -> None:
    (folder / "logo.png").write_bytes(file(Image.new("RGB", (10, 10), "red"), "png").getvalue())
    arguments = ["-o", "out.png", "--pipeline", watermark(), "--image", f"{LOGO}=logo.png"]
    assert main(["photo.jpg", *arguments]) == 0
    with Image.open(folder / "out.png") as image:
        assert [image.getpixel(at) for at in ((390, 290), (210, 290))] == [(255, 0, 0)] * 2


def test_a_watermark_that_is_not_there_is_named(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    arguments = ["photo.jpg", "-o", "out.png", "--pipeline", watermark()]
    assert main(arguments) == 2
    (line,) = complaint(capfd)
    assert line.startswith(f"operations.0.image: No file is named for image {LOGO}")
    assert main([*arguments, "--image", f"{LOGO}=none.png"]) == 1
    assert complaint(capfd) == ["none.png: No such file or directory"]
    with pytest.raises(SystemExit, match="2"):
        main([*arguments, "--image", "logo.png"])
    assert "Expected ID=FILE" in capfd.readouterr().err


def test_texts_may_be_set_in_fonts_of_a_folder(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", list(fonts.FOLDERS))
    (folder / "own").mkdir()
    shutil.copy(fonts.FOLDERS[0] / "DejaVuSans.ttf", folder / "own" / "Mine.ttf")
    pipeline = '[{"op": "text", "text": "Hello", "font": "Mine"}]'
    arguments = ["photo.jpg", "-o", "out.png", "--pipeline", pipeline]
    assert main(arguments) == 2
    (line,) = complaint(capfd)
    assert line.startswith("operations.0.font: ")
    assert main([*arguments, "--fonts", "own"]) == 0


def test_paths_are_as_they_were_written(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pipeline = '{"transformations": {"resize": {"width": 9000, "enlarge": true}}}'
    assert main(["photo.jpg", "-o", "out.png", "--pipeline", pipeline]) == 2
    assert complaint(capfd)[0].startswith("transformations.resize: ")
    main(["photo.jpg", "--plan", "--pipeline", pipeline])
    assert json.loads(capfd.readouterr().out)["limit"]["path"] == "transformations.resize"


def test_without_a_result_or_a_plan_it_says_what_is_missing(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["photo.jpg"])
    assert "-o FILE is needed, or --plan" in capfd.readouterr().err


def test_it_needs_no_django(folder: Path) -> None:
    program = (
        "import sys; from processing.__main__ import main; code = main();"
        " print(sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'django', 'rest_framework', 'celery', 'images', 'accounts', 'imagepro', 'numpy'}));"
        " sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "photo.jpg", "-o", "out.png"],
        cwd=folder,
        env=ENVIRONMENT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "[]\n"


WRONG = {
    "fields": (
        ["--pipeline", '[{"op": "blur", "sigma": 0}, {"op": "flipp"}]', "-o", "out.png"],
        ["operations.0.sigma: Input should be greater", "operations.1.op: There is no operation"],
    ),
    "a limit": (
        ["--pipeline", '[{"op": "resize", "width": 9000, "enlarge": true}]', "-o", "out.png"],
        ["operations.0: Width and height may be 8192 px"],
    ),
    "no JSON": (["--pipeline", "[{", "-o", "out.png"], ["--pipeline: Expected valid JSON: "]),
    "deep JSON": (
        ["--pipeline", "[" * 100_000, "-o", "out.png"],
        ["--pipeline: The JSON is nested too deeply."],
    ),
    "no pipeline file": (
        ["--pipeline", "@none.json", "-o", "out.png"],
        ["--pipeline: No such file or directory: none.json"],
    ),
    "a pipeline file that is a picture": (
        ["--pipeline", "@photo.jpg", "-o", "out.png"],
        ["--pipeline: photo.jpg is no text."],
    ),
    "two formats": (
        ["--pipeline", '{"output": {"format": "webp"}}', "-o", "out.png"],
        ["output.format: The pipeline makes webp, but out.png says png."],
    ),
    "a format that auto may not choose": (
        ["--pipeline", '{"output": {"format": "auto", "accept": ["webp", "avif"]}}', "-o", "a.png"],
        ["output.format: The pipeline makes avif or webp, but a.png says png."],
    ),
    "what the suffix cannot be": (
        ["--pipeline", '{"output": {"format": "auto", "lossless": true}}', "-o", "a.jpg"],
        ["output.lossless: A jpeg file cannot be lossless; "],
    ),
    "an unknown suffix": (["-o", "out.xcf"], ["--output: There is no format .xcf. Known are "]),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_asked_wrongly_is_named_and_makes_nothing(
    folder: Path, capfd: pytest.CaptureFixture[str], kind: str
) -> None:
    arguments, lines = WRONG[kind]
    code = main(["photo.jpg", *arguments])
    found = complaint(capfd)
    assert (code, len(found)) == (2, len(lines))
    assert all(said.startswith(line) for said, line in zip(found, lines, strict=True)), found
    assert {path.name for path in folder.iterdir()} == {"photo.jpg"}


UNREADABLE = {
    "no picture": (b"Hello", "The file should be one of jpeg, "),
    "cut short": (file(gradient(400, 300)).getvalue()[:2000], "The jpeg file is damaged"),
    "too large": (bytes(32 * 1024 * 1024 + 1), "A file may have 33554432 bytes"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_picture_that_cannot_be_read_is_named(
    folder: Path, capfd: pytest.CaptureFixture[str], kind: str
) -> None:
    content, detail = UNREADABLE[kind]
    (folder / "photo.jpg").write_bytes(content)
    assert main(["photo.jpg", "-o", "out.png"]) == 1
    (line,) = complaint(capfd)
    assert line.startswith(f"photo.jpg: {detail}")
    assert not (folder / "out.png").exists()


@pytest.mark.parametrize(
    ("names", "missing"), [(("a.jpg", "b.png"), "a.jpg"), (("photo.jpg", "a/b.png"), "a/b.png")]
)
def test_a_file_that_is_not_there_or_cannot_be_written_is_named(
    folder: Path, capfd: pytest.CaptureFixture[str], names: tuple[str, str], missing: str
) -> None:
    source, output = names
    assert main([source, "-o", output]) == 1
    assert complaint(capfd) == [f"{missing}: No such file or directory"]


def test_a_failure_inside_the_engine_shows_no_traceback(folder: Path) -> None:
    program = (
        "import runpy; from processing import pipeline\n"
        "def broken(*_): raise ValueError('inside')\n"
        "pipeline.fitted = broken\n"
        "runpy.run_module('processing', run_name='__main__')"
    )
    command = [sys.executable, "-c", program, "photo.jpg", "-o", "out.png"]
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, check=False, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (
        1,
        b"",
        "photo.jpg: The picture could not be processed or written as png.\n",
    )


def test_the_commands_of_the_documentation_work(folder: Path) -> None:
    page = (ROOT / "docs/how-to/engine.md").read_text()
    commands = page.split("```sh\n")[1].split("```")[0]
    path = f"{Path(sys.executable).parent}:{os.defpath}"
    subprocess.run(
        ["sh", "-eu", "-c", commands],
        cwd=folder,
        env=ENVIRONMENT | {"PATH": path},
        check=True,
        capture_output=True,
    )
    made = {"photo.webp", "small.png", "result.png", "marked.jpg"}
    assert made <= {path.name for path in folder.iterdir()}
    for name in made:
        with Image.open(folder / name) as image:
            image.load()
