"""The README's first picture, typed as it stands there."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image as Pillow

from tests.pictures import file, gradient
from tests.servers.server import Server

ROOT = Path(__file__).parent.parent


class Serve(Server):
    """`./run serve`, as a stranger would start it, in a folder of its own."""

    name = "serve"
    stop_seconds = 15

    def command(self) -> list[str]:
        return [str(ROOT / "run"), "serve"]

    def popen_options(self) -> dict[str, object]:
        return {"env": os.environ | {"DATA_DIR": str(self.data), "PORT": str(self.port)}}

    def ping(self) -> None:
        subprocess.run(
            ["curl", "-sf", f"localhost:{self.port}/health/live/"], check=True, capture_output=True
        )


def shell_lines() -> str:
    """The code of the section "First picture"."""
    section = (ROOT / "README.md").read_text().split("## First picture")[1]
    return re.search(r"```sh\n(.*?)```", section, re.DOTALL)[1]  # type: ignore[index]


@pytest.mark.timeout(120)
def test_the_five_lines_give_a_picture_of_the_asked_size_and_format(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(file(gradient(1200, 1000)).getvalue())
    lines = shell_lines()
    assert lines.count("curl ") == 5
    with Serve() as serve:
        script = lines.replace("localhost:8000", f"localhost:{serve.port}")
        done = subprocess.run(
            ["sh", "-eu", "-c", script], cwd=tmp_path, check=False, capture_output=True, text=True
        )
    assert done.returncode == 0, done.stderr
    assert '"status":"completed"' in done.stdout
    with Pillow.open(tmp_path / "result.webp") as result:
        assert (result.format, result.size) == ("WEBP", (800, 600))


def test_it_is_short_enough_to_be_read() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 120
