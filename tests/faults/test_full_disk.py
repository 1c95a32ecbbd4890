"""The disk is full: nothing is accepted that could not be kept, and it is well again by itself."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.campaign import Tally
from tests.client import Client
from tests.faults.conftest import MakeFragile
from tests.faults.outages import FLIP, copy_of
from tests.images.test_bad_input import assert_problem
from tests.pictures import file, gradient, noise
from tests.stack import eventually

PICTURE = file(gradient(800, 600)).getvalue()
LARGE = file(noise(2000, 1700, 120), "png").getvalue()
PLACES = ("media", "temporary")


@pytest.fixture
def disks(tmp_path: Path) -> Iterator[Path]:
    """A folder with a small disk for each place, which anybody may have in a namespace of theirs.

    Others reach them through the process that keeps the namespace.
    """
    here = tmp_path / "disks"
    mounts = [f"mkdir {here / n} && mount -t tmpfs -o size=12m none {here / n}" for n in PLACES]
    script = " && ".join([f"mkdir {here}", *mounts, "echo ready", "exec sleep 1000"])
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as keeper:
        assert keeper.stdout
        if keeper.stdout.readline() != "ready\n":
            pytest.skip("no user namespaces here")
        try:
            yield Path(f"/proc/{keeper.pid}/root{here}")
        finally:
            keeper.kill()


@contextlib.contextmanager
def full(disk: Path) -> Iterator[None]:
    """Not a byte is left."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as out:
        for size in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                all(out.write(bytes(size)) for _ in range(100_000))
    try:
        yield
    finally:
        ballast.unlink()


@pytest.mark.fault("F9", "disk full: pictures, temporary files", long=10)
@pytest.mark.timeout(240)
def test_full(disks: Path, fragile: MakeFragile, tmp_path: Path, rounds: int, tally: Tally) -> None:
    (tmp_path / "media").symlink_to(disks / "media")
    stack = fragile("sqlite-files", TMPDIR=str(disks / "temporary"))
    alice = stack.user()
    # Python looks once for a folder it can write to.
    assert alice.upload(LARGE).status_code == 201
    for number in range(rounds):
        image = alice.upload(PICTURE, FLIP).json()
        with full(disks / "temporary"):
            assert_refused(alice, LARGE, 507, "disk_full")
            assert alice.upload(PICTURE).status_code == 201
        assert alice.upload(LARGE).status_code == 201
        with full(disks / "media"):
            assert_refused(alice, PICTURE, 503, "storage_unavailable")
            crop = {"op": "crop", "left": 0, "top": 0, "width": 700 + number, "height": 600}
            asked = alice.post(image["url"] + "transform/", json={"operations": [crop]})
            assert asked.status_code == 202
            waiting = asked.json()["renditions"][0]["url"]
            eventually(partial(is_processing, alice, waiting), 60)
            time.sleep(1)
        begun = time.monotonic()
        assert alice.done(waiting, 90)["status"] == "completed"
        tally.add(2, seconds=time.monotonic() - begun)
        for row in list(stack.images.all()):
            alice.delete(f"/api/v1/images/{row.pk}/")


def is_processing(alice: Client, url: str) -> bool:
    return bool(alice.get(url).json()["status"] == "processing")


def assert_refused(alice: Client, picture: bytes, status: int, code: str) -> None:
    """On a connection of its own: one with a body that nobody has read is of no more use."""
    answer = copy_of(alice).upload(picture, wait=None)
    assert_problem(answer, status, code)
    assert int(answer.headers["Retry-After"]) > 0
