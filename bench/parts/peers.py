"""The peers: each a process of its own, all on the same core, asked in turn."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SHARP = ROOT / "bench" / "sharp"


class Peer:
    """A process that does jobs."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"VIPS_CONCURRENCY": "1"},
        )
        self.version: str = self._read()["version"]

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended in the middle of a job.")
        return json.loads(line)

    def do(self, job: Any) -> dict[str, float]:
        """Return wall and cpu in ms, peak in MB above idle, and the bytes of all files."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer: dict[str, float] = self._read()
        return answer

    def end(self) -> None:
        """Let it go, and wait until it has."""
        self._process.communicate()


def commands() -> dict[str, list[str] | str]:
    """Return for each peer how it is started, or why it cannot be."""
    found: dict[str, list[str] | str] = {
        name: [sys.executable, "-m", "bench.parts.worker", name]
        for name in ("ours", "pillow", "pyvips")
    }
    found["sharp"] = _sharp()
    return found


def _sharp() -> list[str] | str:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return "there is no node and npm on the PATH"
    if not (SHARP / "node_modules").exists():
        made = subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=SHARP, stdout=sys.stderr)
        if made.returncode:
            return "npm ci failed in bench/sharp"
    return [node, str(SHARP / "worker.mjs")]


@contextmanager
def started(commands: dict[str, list[str]]) -> Iterator[list[Peer]]:
    """Run the peers, and leave none behind."""
    peers: list[Peer] = []
    try:
        for name, command in commands.items():
            peers.append(Peer(name, command))
        yield peers
    finally:
        for peer in peers:
            peer.end()
