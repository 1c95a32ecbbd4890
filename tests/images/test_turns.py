"""Owners take turns: whoever has much to be done delays nobody who has little."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.db.models.functions import Now
from pytest_django import Settings

from accounts.models import User
from images import planning, services
from images.models import Image, Rendition
from processing.errors import ProcessingError
from processing.parsing import read
from tests.client import Client
from tests.images.test_watermark import while_the_worker_sleeps
from tests.pictures import file, gradient
from tests.stack import Stack

FLIP = [{"op": "flip"}]


@pytest.mark.timeout(240)
def test_one_picture_behind_many_of_another(stack: Stack, alice: Client, bob: Client) -> None:
    picture = file(gradient(8, 8)).getvalue()
    # A worker that has just been started may not be awake yet.
    alice.done(alice.upload(picture, FLIP).json()["url"], 60)
    with while_the_worker_sleeps(stack):
        for _ in range(8):
            alice.upload(picture, FLIP, wait=None)
        url = bob.upload(picture, FLIP, wait=None).json()["url"]
    pk = bob.done(url, 90)["id"]
    rows = stack.renditions
    (his,) = rows.filter(image=pk)
    before = rows.filter(image__owner__username=alice.username, started_at__lt=his.started_at)
    # The first, that whose turn it was, and what two children may have begun at that moment.
    assert before.count() <= 4


def test_many_at_once_claim_each_picture_once(stack: Stack, alice: Client) -> None:
    picture = file(gradient(8, 8)).getvalue()

    def claim_all(worker: int) -> list[object]:
        claimed = []
        while work := stack.renditions.claim_next(str(worker)):
            claimed += [row.pk for row in work]
        connections[stack.alias].close()
        return claimed

    with while_the_worker_sleeps(stack):
        for _ in range(6):
            alice.upload(picture, FLIP, wait=None)
        mine = stack.renditions.filter(image__owner__username=alice.username)
        with ThreadPoolExecutor(4) as pool:
            claimed = sum(pool.map(claim_all, range(4)), [])
        assert sorted(map(str, claimed)) == sorted(map(str, mine.values_list("pk", flat=True)))
        assert set(mine.values_list("attempts", flat=True)) == {1}
        mine.end(ProcessingError("test", "It was only claimed."))


@pytest.fixture
def owners(transactional_db: None) -> list[User]:
    return [User.objects.create_user(name, f"{name}@example.com") for name in ("ada", "bo", "cy")]


def uploaded(owner: User, settings: Settings) -> Image:
    wish = planning.Wanted(parsed=read(FLIP, settings.LIMITS))
    return services.upload_image(
        owner_id=owner.pk, content=file(gradient(8, 8)), name="x", keep=False, wanted=[wish]
    )


def served() -> list[str]:
    """Whose work is begun, in order, until there is none left."""
    order = []
    while work := Rendition.objects.claim_next("x"):
        order.append(str(work[0].image.owner))
    return order


def test_turns_go_round(owners: list[User], settings: Settings) -> None:
    ada, bo, cy = owners
    for owner in (ada, ada, ada, ada, bo, bo, cy):
        uploaded(owner, settings)
    assert served() == ["ada", "bo", "cy", "ada", "bo", "ada", "ada"]


def test_nobody_pays_for_what_is_over(owners: list[User], settings: Settings) -> None:
    """Neither for work that is done, nor for work that was deleted before it was begun."""
    ada, bo, _ = owners
    for _ in range(3):
        uploaded(ada, settings)
    served()
    for _ in range(3):
        uploaded(ada, settings)
    Image.objects.all().delete()
    for owner in (bo, bo, ada):
        uploaded(owner, settings)
    assert served() == ["bo", "ada", "bo"]


def test_what_was_abandoned_comes_first_and_what_has_expired_never(
    owners: list[User], settings: Settings
) -> None:
    ada, bo, cy = owners
    for owner in (ada, ada, bo, bo, cy):
        uploaded(owner, settings)
    Rendition.objects.filter(owner_id=cy.pk).update(status="processing", lease_until=Now())
    Image.objects.filter(owner=bo).update(expires_at=Now())
    assert served() == ["cy", "ada", "ada"]
