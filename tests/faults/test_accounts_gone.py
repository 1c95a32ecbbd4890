"""An account is deleted or disabled while its jobs run: nothing is served, nothing stays behind."""

from functools import partial

import pytest
from django.db import models

from images.models import Rendition
from tests.campaign import Tally
from tests.client import Client
from tests.pictures import file, gradient
from tests.stack import Stack, eventually

PICTURE = file(gradient(1500, 1200)).getvalue()
SLOW = [{"op": "blur", "sigma": 30}] * 4


def begin(stack: Stack, alice: Client) -> list[str]:
    """The addresses of three pictures, the work on which has just begun."""
    images = [alice.upload(PICTURE, SLOW, wait=None).json() for _ in range(3)]
    mine = stack.renditions.filter(image__owner__username=alice.username)
    eventually(mine.filter(status="processing").exists, 60, "the work has begun")
    return [image["url"] for image in images]


def none(rows: "models.QuerySet[Rendition]") -> bool:
    return not rows.exists()


def assert_nothing_is_served(alice: Client, urls: list[str]) -> None:
    for url in urls:
        for address in (url, f"{url}original/", f"{url}download/"):
            assert alice.get(address).status_code == 401


def delete_account(alice: Client) -> None:
    answer = alice.delete("/accounts/me/", json={"password": alice.password})
    assert answer.status_code == 204, answer.text


@pytest.mark.fault("F19", "account deleted under its jobs", long=50)
@pytest.mark.timeout(200)
def test_deleted(stack: Stack, rounds: int, tally: Tally) -> None:
    """No row is left at once; of the objects the oracle says that none is left without one."""
    for _ in range(rounds):
        alice = stack.user()
        urls = begin(stack, alice)
        owner = stack.users.get(username=alice.username).pk
        delete_account(alice)
        assert not stack.images.filter(owner_id=owner).exists()
        assert not stack.renditions.filter(owner_id=owner).exists()
        assert_nothing_is_served(alice, urls)
        tally.add()
    assert_the_worker_goes_on(stack)


@pytest.mark.fault("F19", "account disabled under its jobs", long=50)
@pytest.mark.timeout(200)
def test_disabled(stack: Stack, rounds: int, tally: Tally) -> None:
    """What was accepted is done all the same, and is the owner's again when let in."""
    for _ in range(rounds):
        alice = stack.user()
        urls = begin(stack, alice)
        row = stack.users.filter(username=alice.username)
        row.update(is_active=False)
        assert_nothing_is_served(alice, urls)
        open_work = stack.renditions.exclude(status="completed")
        eventually(partial(none, open_work.filter(owner_id=row.get().pk)), 60, "all is done")
        assert_nothing_is_served(alice, urls)
        row.update(is_active=True)
        for url in urls:
            assert alice.get(alice.get(url).json()["download_url"]).status_code == 200
        delete_account(alice)
        tally.add()
    assert_the_worker_goes_on(stack)


def assert_the_worker_goes_on(stack: Stack) -> None:
    bob = stack.user()
    image = bob.upload(PICTURE, [{"op": "flip"}], wait=None).json()
    assert bob.done(image["url"])["status"] == "completed"
