"""What was measured, as one table with the targets below it."""

import platform
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import exp, log
from pathlib import Path

from bench.parts.jobs import Job


@dataclass(frozen=True)
class Product:
    """What came of one job."""

    peak: float
    """Most memory during the job, in MB above that before it."""
    bytes: float
    ssim: float | None
    """Likeness of the file to Lanczos over every pixel; None for an animation."""
    pixels: float | None
    """The same before the file lost anything: of a PNG."""


@dataclass(frozen=True)
class Measured:
    """What one peer took for one job."""

    wall: float
    """Milliseconds."""
    cpu: float
    """Milliseconds, of all threads."""
    made: Product


@dataclass
class Table:
    """All rows."""

    versions: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    rows: dict[Job, dict[str, Measured]] = field(default_factory=dict)

    def ratio(self, peer: str, jobs: Iterable[Job]) -> float | None:
        """Return our time by that of the peer, the geometric mean over the jobs."""
        logs = [
            log(self.rows[job]["ours"].cpu / self.rows[job][peer].cpu)
            for job in jobs
            if peer in self.rows[job]
        ]
        return exp(sum(logs) / len(logs)) if logs else None


HEADING = (
    f"{'':>44} {'wall':>8} {'CPU':>8} {'ours is':>8} {'peak':>7} {'bytes':>9}"
    f" {'SSIM':>7} {'as PNG':>7}"
)


def show_heading(table: Table, photo: Path | None, rounds: int) -> None:
    """Print what is measured on what."""
    print(f"Python {platform.python_version()}, {platform.machine()}, {_processor()}; one core;")
    print(f"medians of {rounds} rounds in ms, ratios of CPU time, memory in MB.")
    picture = photo.name if photo else "made in code; a real one (--photo) says more"
    print(f"Picture: {picture}")
    for name, version in table.versions.items():
        print(f"{name:>8}: {version}")
    for name, why in table.missing.items():
        print(f"{name:>8}: MISSING, NOT MEASURED: {why}")
    print(HEADING, flush=True)


def show_job(job: Job, peers: dict[str, Measured]) -> None:
    """Print one job, a line for each peer."""
    print(job.name)
    for name, row in peers.items():
        made = row.made
        ratio = "" if name == "ours" else f"{peers['ours'].cpu / row.cpu:.2f}"
        print(
            f"{name:>44} {row.wall:8.1f} {row.cpu:8.1f} {ratio:>8} {made.peak:7.1f}"
            f" {made.bytes:9.0f} {_likeness(made.ssim):>7} {_likeness(made.pixels):>7}",
            flush=True,
        )


def show_summary(table: Table) -> None:
    """Print means and targets."""
    _show_means(table)
    _show_targets(table)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else "processor unknown"


def _show_means(table: Table) -> None:
    print("Geometric means of ours by the peer's")
    groups = dict.fromkeys(job.group for job in table.rows)
    for peer in table.versions:
        if peer == "ours":
            continue
        parts = [f"all {_number(table.ratio(peer, table.rows))}"]
        for group in groups:
            mean = table.ratio(peer, [job for job in table.rows if job.group == group])
            parts.append(f"{group} {_number(mean)}")
        print(f"{peer:>8}: " + ", ".join(parts))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _likeness(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _show_targets(table: Table) -> None:
    singles = [job for job in table.rows if len(job.outputs) == 1]

    def of(group: str, start: str = "") -> list[Job]:
        return [job for job in table.rows if job.group == group and job.name.startswith(start)]

    targets = [
        ("Pillow, geometric mean", table.ratio("pillow", singles), 0.35),
        ("Pillow, 29 Mpx JPEG", table.ratio("pillow", of("jpeg", "29")), 0.2),
        ("sharp, geometric mean of single outputs", table.ratio("sharp", singles), 1.0),
        ("sharp, AVIF", table.ratio("sharp", of("avif")), 0.35),
        ("sharp, PNG", table.ratio("sharp", of("png")), 1.4),
        ("sharp, responsive set", table.ratio("sharp", of("set")), 0.6),
    ]
    for job in of("jpeg", "29 Mpx jpeg -> 720 px jpeg"):
        targets.append(
            ("peak memory, 29 Mpx JPEG to 720 px, MB", table.rows[job]["ours"].made.peak, 60)
        )
    print("Targets (at most)")
    for name, value, most in targets:
        verdict = "-" if value is None else "ok" if value <= most else "MISSED"
        print(f"  {name:<44} {_number(value):>7} {most:>6} {verdict}")
    _show_quality(table)


def _show_quality(table: Table) -> None:
    """Print where time was bought with likeness or size."""
    stills = [row for job, row in table.rows.items() if job.group in SINGLE_STILLS]
    if not stills:
        return
    least = min(row["ours"].made.pixels or 0 for row in stills)
    verdict = "ok" if least >= 0.985 else "MISSED"
    print(f"  {'lowest SSIM of ours as PNG, at least':<44} {least:7.4f}  0.985 {verdict}")
    print("Ours against the peers, single outputs of stills")
    for peer in table.versions:
        pairs = [(row["ours"].made, row[peer].made) for row in stills if peer in row]
        if peer != "ours" and pairs:
            sizes = [ours.bytes / theirs.bytes for ours, theirs in pairs]
            alike = [(ours.ssim or 0) - (theirs.ssim or 0) for ours, theirs in pairs]
            print(
                f"{peer:>8}: bytes {min(sizes):.2f} to {max(sizes):.2f},"
                f" SSIM {min(alike):+.4f} to {max(alike):+.4f}"
            )


SINGLE_STILLS = ("jpeg", "png", "webp", "avif")
