"""How fast the engine is: against Pillow used plainly, pyvips and sharp, on one core, in one run.

./run bench engine --photo PHOTO.jpg [--gif ANIMATION.gif] [--rounds 9] [--quick] [--only TEXT]
"""

import argparse
import os
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.parts.jobs import Job, Sources, jobs, ssim
from bench.parts.peers import Peer, commands, started
from bench.parts.table import Measured, Product, Table, show_heading, show_job, show_summary


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run bench engine", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--photo", type=Path, help="a photograph (JPEG); else one made in code")
    parser.add_argument("--gif", type=Path, help="an animated GIF; else one made in code")
    parser.add_argument("--rounds", type=int, default=9, help="how often each peer does each job")
    parser.add_argument("--quick", action="store_true", help="small pictures: to see that it runs")
    parser.add_argument("--only", default="", help="only the rows with this in their names")
    return parser.parse_args()


def once(job: Job, name: str, start: list[str], folder: Path) -> Product:
    """Do a job first thing in a new process; and look at what it made."""
    target = folder / "made"
    with started({name: start}) as (peer,):
        answer = peer.do(job.request(target))
        alike = ssim(job, target.read_bytes())
        pixels = None
        if alike is not None:
            peer.do(job.lossless().request(target))
            pixels = ssim(job, target.read_bytes())
    return Product(answer["peak"], answer["bytes"], alike, pixels)


def in_turns(job: Job, peers: list[Peer], rounds: int) -> dict[str, tuple[float, float]]:
    """Return wall and cpu of a job for each peer: medians of rounds in which each has its turn."""
    for peer in peers:
        peer.do(job.request())
    answers: dict[str, list[dict[str, float]]] = {peer.name: [] for peer in peers}
    for _ in range(rounds):
        for peer in peers:
            answers[peer.name].append(peer.do(job.request()))
    return {
        name: (median(one["wall"] for one in each), median(one["cpu"] for one in each))
        for name, each in answers.items()
    }


def measure(asked: argparse.Namespace, folder: Path) -> Table:
    """Do all of it, and print it row by row."""
    sources = Sources(folder, asked.photo, asked.gif, asked.quick)
    sources.make()
    known = commands()
    starts = {name: start for name, start in known.items() if isinstance(start, list)}
    table = Table(missing={name: why for name, why in known.items() if isinstance(why, str)})
    with started(starts) as peers:
        table.versions = {peer.name: peer.version for peer in peers}
        show_heading(table, asked.photo, asked.rounds)
        for job in jobs(sources):
            if asked.only not in job.name:
                continue
            times = in_turns(job, peers, asked.rounds)
            for name, start in starts.items():
                row = Measured(*times[name], once(job, name, start, folder))
                table.rows.setdefault(job, {})[name] = row
            show_job(job, table.rows[job])
    return table


def main() -> None:
    asked = arguments()
    for option in ("photo", "gif"):
        if path := getattr(asked, option):
            setattr(asked, option, path.resolve(strict=True))
    # One core for everybody, so that no peer is faster by using two.
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    with TemporaryDirectory(prefix="imagepro-bench-") as folder:
        show_summary(measure(asked, Path(folder)))


if __name__ == "__main__":
    main()
