"""The guards that ./run mutants removes, one at a time, and the test that must notice each."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Guard:
    """A few lines of the product that hold a promise."""

    name: str
    protects: str
    file: str
    old: str
    new: str
    test: str

    def removed(self, text: str) -> str:
        """The file's text without the guard. Raises ValueError unless it stands there once."""
        if (times := text.count(self.old)) != 1:
            raise ValueError(f"{self.name}: its lines stand {times} times in {self.file}")
        return text.replace(self.old, self.new)


def guards() -> list[Guard]:
    """All that stand in guards/, a table each."""
    files = sorted((Path(__file__).parent / "guards").glob("*.toml"))
    listed = [guard for file in files for guard in tomllib.loads(file.read_text()).items()]
    return [Guard(name=name, **guard) for name, guard in listed]
