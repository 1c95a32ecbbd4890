"""kill -9 at every stage of an upload and of a job: nothing lost, doubled or left behind.

The stages are those of tests/faults/killing/apps.py. Every round kills once, and waits until all
the work in hand has been done; the oracle looks over each series.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests
from pytest_django import DjangoDbBlocker

from tests import oracle
from tests.campaign import Tally
from tests.client import Client
from tests.faults.killing.order import Victim, arm
from tests.fixtures import make_stack
from tests.stack import Stack, eventually

STAGES: dict[Victim, tuple[int, ...]] = {
    "web": (0, 1, 2),
    "child": (4, 5, 6, 7, 8, 9, 10, 11),
    "worker": (3, 4, 5, 6, 7, 8, 9, 10, 11),
}
RECOVERY = 90
WORK = [
    {"operations": [{"op": "flip"}], "output": {"format": "png"}},
    {"operations": [{"op": "resize", "width": 40}], "output": {"format": "webp"}},
]


class Where(NamedTuple):
    """On which parts the service stands."""

    flavour: str
    broker: str
    lease: int

    def __str__(self) -> str:
        slow = "" if self.lease < 30 else "-default-lease"
        return f"on-{self.flavour}-{self.broker}{slow}"


class Ground(NamedTuple):
    """A running service, and the folder of its orders to kill."""

    stack: Stack
    orders: Path
    where: Where


class Grounds:
    """One service at a time, which stays as long as the next test asks for the same."""

    def __init__(self, request: pytest.FixtureRequest, folders: pytest.TempPathFactory) -> None:
        self.request, self.folders = request, folders
        self.last: Ground | None = None
        self.cleanup = ExitStack()

    def at(self, where: Where) -> Ground:
        """The service there."""
        if self.last is None or self.last.where != where:
            self.cleanup.close()
            self.last = self.start(where)
        return self.last

    def start(self, where: Where) -> Ground:
        """All of its processes, in a build that can be told to kill itself."""
        orders, folder = self.folders.mktemp("orders"), self.folders.mktemp("stack")
        environment: dict[str, Any] = {
            "DJANGO_SETTINGS_MODULE": "tests.faults.killing.settings",
            "KILL_FOLDER": str(orders),
            "LEASE_SECONDS": str(where.lease),
        }
        if where.broker == "rabbitmq":
            broker = self.request.getfixturevalue("rabbitmq_server")
            environment["CELERY_BROKER_URL"] = broker.url
        stack = make_stack(where.flavour, folder, self.request, **environment)
        self.cleanup.enter_context(stack.up())
        self.cleanup.enter_context(stack.beat())
        return Ground(stack, orders, where)


@pytest.fixture(scope="module")
def grounds(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Grounds]:
    """The services that are being killed."""
    made = Grounds(request, tmp_path_factory)
    with django_db_blocker.unblock(), made.cleanup:
        yield made


def cells() -> Iterator[object]:
    """Every stage of every victim on every pair of flavour and broker; few in the short form."""
    for victim, stages in STAGES.items():
        for flavour in ("sqlite-files", "postgres-s3"):
            for broker in ("valkey", "rabbitmq"):
                # What dies with its worker is shown where most can go wrong, the rest at home.
                odd = (flavour, broker) == ("postgres-s3", "rabbitmq")
                home = (flavour, broker) == ("sqlite-files", "valkey")
                short = int(odd if victim == "worker" else home)
                for lease in (5, 30):
                    if lease == 30 and not (odd or home):
                        continue
                    where = Where(flavour, broker, lease)
                    often = {"short": short, "long": 4, "kills": True}
                    once = {"short": 0, "long": 1}
                    for stage in stages:
                        yield pytest.param(
                            where,
                            victim,
                            f"S{stage}",
                            id=f"{where}-{victim}-S{stage}",
                            marks=pytest.mark.fault(
                                "F1",
                                f"kill -9 of the {victim} at S{stage}",
                                **(often if lease == 5 else once),
                            ),
                        )


@pytest.mark.parametrize(("where", "victim", "stage"), list(cells()))
@pytest.mark.timeout(300)
def test_kill(
    grounds: Grounds, where: Where, victim: Victim, stage: str, rounds: int, tally: Tally
) -> None:
    ground = grounds.at(where)
    alice, bob = ground.stack.user(), ground.stack.user()
    for number in range(rounds):
        # The second of two results is another moment than the first.
        passing = 2 if stage in ("S7", "S9") and number % 2 else 1
        if victim == "web":
            seconds = kill_web(ground, stage, alice)
        else:
            seconds = kill_job(ground, victim, stage, passing, (alice, bob))
        tally.add(seconds=seconds)
    found = oracle.judge(ground.stack, RECOVERY, thorough=True)
    tally.add(0, lost=len(found.lost), doubled=len(found.doubled), orphaned=len(found.orphaned))
    assert not found, found


def kill_web(ground: Ground, stage: str, alice: Client) -> float:
    """An upload breaks off: it is there, and is worked on, or it is not. Seconds to the end."""
    before = count(alice)
    reached = arm(ground.orders, stage, "web")
    with pytest.raises(requests.ConnectionError):
        alice.upload(alice.picture(), renditions=WORK, wait=None, coloured=True)
    killed_at = reached.stat().st_mtime
    ground.stack.web.kill9()
    ground.stack.web.start()
    alice.http.close()
    assert count(alice) == before + (stage == "S2")
    again = alice.upload(alice.picture(), renditions=WORK, wait=None, coloured=True)
    assert again.status_code == 202
    for image in alice.get("/api/v1/images/?limit=100").json()["results"]:
        assert_done(alice, image["url"])
    return time.time() - killed_at


def kill_job(
    ground: Ground, victim: Victim, stage: str, passing: int, users: tuple[Client, ...]
) -> float:
    """A job breaks off, beside another: both are done. Seconds to the end."""
    stack = ground.stack
    if stage == "S3":
        stack.worker.freeze()
    else:
        reached = arm(ground.orders, stage, victim, passing)
    urls = {}
    for user in users:
        answer = user.upload(user.picture(), renditions=WORK, wait=None, coloured=True)
        assert answer.status_code == 202
        urls[user] = answer.json()["url"]
    if stage == "S3":
        killed_at = time.time()
    else:
        eventually(reached.exists, 60, f"{stage} is reached")
        killed_at = reached.stat().st_mtime
    if victim == "worker":
        stack.worker.kill9()
        stack.worker.start()
    for user, url in urls.items():
        assert_done(user, url)
    return time.time() - killed_at


def assert_done(user: Client, url: str) -> None:
    """The work is completed in time, and each result can be had."""
    image = user.done(url, RECOVERY)
    assert image["status"] == "completed", image
    for rendition in image["renditions"]:
        assert user.get(rendition["download_url"]).status_code == 200


def count(user: Client) -> int:
    """How many pictures the user has."""
    return int(user.get("/api/v1/images/").json()["count"])
