"""The long form of the tests under tests/faults/: `./run faults`, and the table it ends with.

A test registers what it breaks with a mark, and is told by two fixtures how often to do so and
where to note how it went:

    @pytest.mark.fault("F7", "PostgreSQL frozen for 10 s", long=20)
    @pytest.mark.timeout(120)               # of one round; the long form multiplies it
    def test_frozen(fragile: MakeFragile, rounds: int, tally: Tally) -> None:
        stack = fragile("postgres-s3")
        for _ in range(rounds):             # 1 in ./run test, 20 in ./run faults
            ...
            tally.add(seconds=recovery)     # one trial, and how long it took to be well again

`./run faults` runs the marked tests only; `short=0` keeps one out of `./run test`. Rows of the same
fault and words become one line of the table, so parametrised tests add up. A trial that lost,
doubled or orphaned something fails its test. What else was measured: `tally.figure("p99 s", 1.7)`,
of which the table shows the largest.
"""

import math
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

PROPERTY = "fault"
KILLS = re.compile(r"test_kills\.py::.*\[((on-.+)-\w+)-S\d+\]")
MARK = "fault(name, what, *, long, short=1, kills=False): how often a fault is tried"


@dataclass
class Tally:
    """What became of the trials of one fault."""

    fault: str
    what: str
    trials: int = 0
    lost: int = 0
    doubled: int = 0
    orphaned: int = 0
    seconds: float = 0
    """The slowest recovery."""
    figures: dict[str, float] = field(default_factory=dict)
    failed: int = 0
    """Tests that did not come to their end."""

    def add(
        self,
        trials: int = 1,
        *,
        lost: int = 0,
        doubled: int = 0,
        orphaned: int = 0,
        seconds: float = 0,
    ) -> None:
        """Note trials and what they did to the work that was accepted."""
        self.trials += trials
        self.lost += lost
        self.doubled += doubled
        self.orphaned += orphaned
        self.seconds = max(self.seconds, seconds)

    def figure(self, name: str, value: float) -> None:
        """Note a measurement; the largest is shown."""
        self.figures[name] = max(value, self.figures.get(name, value))

    def merge(self, other: "Tally") -> None:
        """Take over what another test of the same fault has noted."""
        self.add(
            other.trials,
            lost=other.lost,
            doubled=other.doubled,
            orphaned=other.orphaned,
            seconds=other.seconds,
        )
        self.failed += other.failed
        for name, value in other.figures.items():
            self.figure(name, value)

    def row(self) -> list[str]:
        """As a line of the table."""
        figures = ", ".join(f"{name} {value:.3g}" for name, value in self.figures.items())
        failed = f"{self.failed} failed" if self.failed else ""
        counts = [self.trials, self.lost, self.doubled, self.orphaned]
        slowest = f"{self.seconds:.1f} s" if self.seconds else ""
        notes = "; ".join(filter(None, [figures, failed]))
        return [self.fault, self.what, *map(str, counts), slowest, notes]


HEAD = ["", "fault", "trials", "lost", "doubled", "orphaned", "slowest recovery", "notes"]


class Campaign:
    """Collects the tallies of all tests, from wherever they ran."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.begun = time.time()
        self.tallies: dict[tuple[str, str], Tally] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest for each phase of a test; what it noted is complete in the last."""
        noted = dict(report.user_properties).get(PROPERTY)
        if not isinstance(noted, dict):
            return
        found = (
            Tally(**noted) if report.when == "teardown" else Tally(noted["fault"], noted["what"])
        )
        found.failed = int(report.failed)
        self.tallies.setdefault((found.fault, found.what), Tally(found.fault, found.what)).merge(
            found
        )

    def rows(self) -> list[list[str]]:
        """The table, in the order of the faults' numbers, with the sum below."""
        ordered = sorted(self.tallies.values(), key=lambda one: (len(one.fault), one.fault))
        total = Tally("", "all")
        for tally in ordered:
            total.merge(tally)
        total.figures = {}
        return [HEAD, *(tally.row() for tally in ordered), total.row()]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Called by pytest at the end: print the table, and write the report."""
        if not self.tallies or not self.config.option.long:
            return
        rows = self.rows()
        widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
        terminalreporter.section("faults")
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            terminalreporter.write_line("  ".join(cells).rstrip())
        if self.config.option.report:
            Path(self.config.option.report).write_text(self.markdown(rows))

    def markdown(self, rows: list[list[str]]) -> str:
        """The table for docs/explanation/reliability.md."""
        minutes = (time.time() - self.begun) / 60
        day = time.strftime("%Y-%m-%d")
        lines = [f"Measured on {day} by `./run faults` in {minutes:.0f} minutes.", ""]
        lines += ["| " + " | ".join(cell or " " for cell in row) + " |" for row in rows]
        lines.insert(3, "|---|---|--:|--:|--:|--:|--:|---|")
        return "\n".join(lines) + "\n"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Called by pytest."""
    group = parser.getgroup("faults")
    group.addoption("--long", action="store_true", help="the long form of the tests of faults")
    group.addoption("--only", default="", help="only these faults: F1,F7")
    group.addoption("--kills", type=int, default=0, help="how many processes to kill in F1")
    group.addoption("--report", default="", help="write the table there, as Markdown")


def pytest_configure(config: pytest.Config) -> None:
    """Called by pytest."""
    config.addinivalue_line("markers", MARK)
    config.pluginmanager.register(Campaign(config), "campaign")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Choose the tests of this form, and give each as much time as it has rounds."""
    only = set(filter(None, config.option.only.split(",")))
    chosen = [item for item in items if _is_chosen(item, long=config.option.long, only=only)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen
    marks = [mark for item in items if (mark := item.get_closest_marker("fault"))]
    killing = sum(bool(mark.kwargs.get("kills")) for mark in marks) or 1
    for item in items:
        if mark := item.get_closest_marker("fault"):
            rounds = mark.kwargs["long"] if config.option.long else mark.kwargs.get("short", 1)
            if config.option.kills and mark.kwargs.get("kills"):
                rounds = math.ceil(config.option.kills / killing)
            item.stash[ROUNDS] = rounds
            limit = item.get_closest_marker("timeout")
            if limit:
                item.add_marker(pytest.mark.timeout(limit.args[0] * rounds), append=False)


ROUNDS = pytest.StashKey[int]()


def group(nodeid: str, *, long: bool) -> str | None:
    """The kills of one service; they have to be in one test process, one after the other.

    In the long form each victim has a service for itself, so that all of it takes less long.
    """
    found = KILLS.search(nodeid)
    return found[1 if long else 2] if found else None


def _is_chosen(item: pytest.Item, *, long: bool, only: set[str]) -> bool:
    mark = item.get_closest_marker("fault")
    if mark is None:
        return not long and not only
    if only and mark.args[0] not in only:
        return False
    return long or bool(mark.kwargs.get("short", 1))


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> int:
    """How often this test is to try its fault."""
    return int(request.node.stash[ROUNDS])


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    """Where this test notes its trials."""
    mark = request.node.get_closest_marker("fault")
    made = Tally(*mark.args)
    noted: dict[str, Any] = {}
    request.node.user_properties.append((PROPERTY, noted))
    noted.update(asdict(made))
    yield made
    noted.update(asdict(made))
    assert (made.lost, made.doubled, made.orphaned) == (0, 0, 0)
