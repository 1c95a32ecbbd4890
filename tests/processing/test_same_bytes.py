"""The same file, pipeline and versions give the same bytes, in every process and format."""

import os
import subprocess
import sys
import time

from processing.output import FORMATS


def digests(hash_seed: str) -> list[str]:
    """One line for each result, from a fresh process."""
    made = subprocess.run(
        [sys.executable, "-m", "tests.processing.digests"],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},  # noqa: TID251
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.splitlines()


def test_two_processes_write_the_same_bytes() -> None:
    once = digests("1")
    # Some formats have a place for the time.
    time.sleep(1.1)
    again = digests("2")
    assert len(once) == 4 * len(FORMATS)
    assert once == again
    assert len({line.rsplit(" ", 1)[1] for line in once}) == len(once)
