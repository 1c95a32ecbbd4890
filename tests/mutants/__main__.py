"""Remove one guard after the other and show that a test notices: ./run mutants [NAME ...].

Each guard is removed in a copy of the project, in which its test then runs. Before that, all of
the tests must pass with every guard in place.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutants.guards import ROOT, Guard, guards

AT_ONCE = 2
FAILED = 1
"""The exit status with which pytest tells that tests ran and failed, not that they could not."""


def pytest(folder: Path, tests: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run these tests of the project in `folder`."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def copy_of_the_project(folder: str) -> Path:
    """A copy of every file that git knows or would add."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (source := ROOT / name).exists():
            target = Path(folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return Path(folder)


def caught(guard: Guard) -> bool:
    """Whether its test fails once the guard is gone; tells what happened."""
    with tempfile.TemporaryDirectory(prefix="imagepro-mutant-") as folder:
        project = copy_of_the_project(folder)
        file = project / guard.file
        file.write_text(guard.removed(file.read_text()))
        run = pytest(project, [guard.test])
    is_caught = run.returncode == FAILED
    said = "caught  " if is_caught else "SURVIVED"
    print(f"{said}  {guard.name}: {guard.protects}\n          {guard.test}", flush=True)
    if not is_caught:
        print(run.stdout[-2000:], run.stderr[-2000:], flush=True)
    return is_caught


def main(names: Sequence[str]) -> int:
    """Try the guards of these names, or all of them; 0 when every one is caught."""
    chosen = [guard for guard in guards() if not names or guard.name in names]
    if unknown := set(names) - {guard.name for guard in chosen}:
        print("no such guard:", *sorted(unknown), file=sys.stderr)
        return 2
    whole = pytest(ROOT, ["-n", str(AT_ONCE), *sorted({guard.test for guard in chosen})])
    if whole.returncode:
        print("with every guard in place a test fails:", whole.stdout[-4000:], file=sys.stderr)
        return 1
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(caught, chosen))
    print(f"{sum(outcomes)} of {len(outcomes)} guards caught")
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
