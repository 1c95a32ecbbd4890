"""Hostile files sent to a running service by several users at once, and what it does."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from queue import SimpleQueue
from typing import Any

from images.models import TERMINAL, Image, Rendition
from tests.bombs.attempt import Answer, Attempt
from tests.bombs.bomb import MARKER, Bomb
from tests.bombs.watch import Watch
from tests.client import Client
from tests.stack import Stack, eventually

USERS = 4
SMALL = [{"op": "resize", "width": 64}, {"op": "convert", "format": "png"}]
# What is asked of the files in turn: decoded small, whole, and both at once.
WORK: tuple[dict[str, Any], ...] = (
    {"operations": SMALL},
    {"pipeline": {}},
    {"renditions": [{"operations": SMALL}, {"output": {"format": "webp", "metadata": "none"}}]},
)
ENDS = {
    *("unreadable_image", "too_many_pixels", "too_many_frames", "out_of_memory", "job_timeout"),
    *("output_too_large", "processing_failed", "too_many_parts", "too_many_scans"),
}
"""Why a job on a hostile file may fail."""


@dataclass
class Outcome:
    """What became of all of it."""

    answers: Counter[tuple[int, int]] = field(default_factory=Counter)
    """How often each recipe was answered with each status."""
    ends: Counter[str] = field(default_factory=Counter)
    """Of the work accepted: "completed", or the code of the failure."""
    wrong: list[str] = field(default_factory=list)
    """What should not have been answered, or become of it, as it was."""
    refusals: list[tuple[float, str]] = field(default_factory=list)
    """How long each refusal took, and of what."""

    def statuses(self) -> dict[int, int]:
        """How often each status was answered."""
        found: Counter[int] = Counter()
        for (_, status), number in self.answers.items():
            found[status] += number
        return dict(found)


def percentile(times: Iterable[float], share: float) -> float:
    """The time that this share of them does not exceed; 0 of none."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


class Siege:
    """Users of one stack who send bombs; `outcome` grows with each."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.outcome = Outcome()
        self.numbers = count()
        self.clients: SimpleQueue[Client] = SimpleQueue()
        for _ in range(USERS):
            client = stack.user()
            # The server may close a connection that rests just when it is used again.
            client.http.headers["Connection"] = "close"
            self.clients.put(client)
        self.sent: dict[str, Bomb] = {}

    @contextmanager
    def client(self) -> Iterator[Client]:
        """One of the users, for this thread alone."""
        client = self.clients.get()
        try:
            yield client
        finally:
            self.clients.put(client)

    def send(self, bombs: Iterable[Bomb]) -> None:
        """Upload all of them, then wait until all work has come to an end, and look at it."""
        self.at_once(self.upload, bombs)
        ids = list(self.sent)
        work = self.stack.renditions.exclude(status__in=TERMINAL)
        eventually(lambda: not work.exists(), 60 + len(ids), "an end of all work")
        for image in self.stack.images.filter(pk__in=ids).prefetch_related("renditions"):
            self.look_at(image)

    def at_once(self, act: Callable[[Any], None], items: Iterable[Any]) -> None:
        """Have several users act on them at the same time."""
        with ThreadPoolExecutor(USERS) as pool:
            for _ in pool.map(act, items):
                pass

    def upload(self, bomb: Bomb) -> None:
        """Upload one file, with some work on it."""
        content = bomb.make()
        fields = WORK[next(self.numbers) % len(WORK)]
        with self.client() as client:
            begin = time.monotonic()
            answer = client.upload(content, name="photo.jpg", wait=None, **fields)
            seconds = time.monotonic() - begin
        expected = [bomb.status] if bomb.status else []
        self.note(bomb.recipe, bomb.name, Answer.of(answer), expected, seconds)
        if answer.ok:
            self.sent[answer.json()["id"]] = bomb

    def attempt(self, attempt: Attempt) -> None:
        """Make one hostile request."""
        with self.client() as client:
            begin = time.monotonic()
            try:
                answer = attempt.send(client)
            except (AssertionError, OSError, ValueError, LookupError) as error:
                self.outcome.wrong.append(f"{attempt.recipe}: {attempt.name}: {error!r:.300}")
                return
            seconds = time.monotonic() - begin
        if answer is not None:
            self.note(attempt.recipe, attempt.name, answer, attempt.statuses, seconds)

    def note(
        self, recipe: int, name: str, answer: Answer, expected: Sequence[int], seconds: float
    ) -> None:
        """Count an answer, and remember it when it is none that a client can do with."""
        status = 202 if answer.status == 201 else answer.status
        self.outcome.answers[recipe, status] += 1
        refused = status >= 400
        clear = answer.is_problem or (answer.by_hand and status < 500)
        if (expected and status not in expected) or (refused and not clear):
            self.outcome.wrong.append(f"{recipe}: {name}: {status} {answer.text[:300]}")
        if MARKER.decode() in answer.text:
            self.outcome.wrong.append(f"{recipe}: {name}: the foreign part is in the answer")
        if refused:
            self.outcome.refusals.append((seconds, name))

    def look_at(self, image: Image) -> None:
        """Hold what became of one accepted file against what may."""
        bomb = self.sent[str(image.pk)]
        for rendition in image.renditions.all():
            end = rendition.error_code or str(rendition.status)
            self.outcome.ends[end] += 1
            if end != "completed" and end not in ENDS:
                detail = f"{end} {rendition.error_detail}"
                self.outcome.wrong.append(f"{bomb.recipe}: {bomb.name}: {detail}")
            if rendition.result_id and MARKER in self.result(rendition):
                self.outcome.wrong.append(f"{bomb.recipe}: {bomb.name}: {MARKER!r} in the result")

    def result(self, rendition: Rendition) -> bytes:
        """The bytes of a result as they are stored; its owner would start the clock with them."""
        return (self.stack.folder / "media" / str(rendition.result_id)).read_bytes()


def report(outcome: Outcome, watch: Watch) -> dict[str, float]:
    """The figures of a siege."""
    times = [seconds for seconds, _ in outcome.refusals]
    return {
        "refusal p50 s": percentile(times, 0.5),
        "refusal p99 s": percentile(times, 0.99),
        "health p50 s": percentile(watch.health, 0.5),
        "health p99 s": percentile(watch.health, 0.99),
        "child MB": max(watch.children.values(), default=0),
        "web MB": max(watch.web.values(), default=0),
        "deaths": watch.deaths(),
    }
