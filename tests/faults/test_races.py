"""Races at the edge: downloads against expiry and deletion, and twenty first downloads at once."""

from datetime import timedelta
from functools import partial

import pytest

from images.models import from_now
from tests.campaign import Tally
from tests.client import Client
from tests.faults.outages import Ask, all_at_once, copy_of
from tests.pictures import file, gradient
from tests.stack import Stack

PICTURE = file(gradient()).getvalue()


def get(alice: Client, url: str) -> Ask:
    """A request on a connection of its own."""
    return lambda: copy_of(alice).get(url)


@pytest.mark.fault("F14", "20 first downloads at once", long=250)
@pytest.mark.timeout(180)
def test_first_downloads(stack: Stack, rounds: int, tally: Tally) -> None:
    """One of them starts the clock; nobody else moves it."""
    alice = stack.user()
    for _ in range(rounds):
        image = alice.upload(PICTURE).json()
        asks = [get(alice, image["download_url"])] * 20
        for _, answer in all_at_once(asks):
            assert (answer.status_code, answer.content) == (200, PICTURE)
        row = stack.images.get(pk=image["id"])
        first, expires = row.first_downloaded_at, row.expires_at
        assert expires - first == timedelta(minutes=5)
        assert alice.get(image["download_url"]).status_code == 200
        row.refresh_from_db()
        assert (row.first_downloaded_at, row.expires_at) == (first, expires)
        alice.delete(image["url"])
        tally.add()


@pytest.mark.fault("F13", "20 downloads, 2 deletions, and beat at the moment of expiry", long=500)
@pytest.mark.timeout(180)
def test_the_edge_of_expiry(stack: Stack, rounds: int, tally: Tally) -> None:
    """Each download is the whole picture, or 404, or 410."""
    alice = stack.user()
    for number in range(rounds):
        image = alice.upload(PICTURE).json()
        row = stack.images.filter(pk=image["id"])
        row.update(expires_at=from_now(timedelta(milliseconds=50 + number % 100)))
        asks = [get(alice, image["original_url"])] * 20
        asks[6:6] = asks[13:13] = [partial(copy_of(alice).delete, image["url"])]
        stack.task("delete_expired")
        for _, answer in all_at_once(asks):
            assert answer.status_code in (200, 204, 404, 410), answer.text
            if answer.status_code == 200:
                assert answer.content == PICTURE
        assert alice.get(image["original_url"]).status_code in (404, 410)
        tally.add()
