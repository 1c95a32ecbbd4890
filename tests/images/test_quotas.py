"""Quotas: so many pictures and bytes for each user, however many requests come at once."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import requests
from django.core.files.base import ContentFile
from django.test import Client as Browser
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from images import planning, quotas, services
from images.models import Image, StoredFile, from_now
from images.quotas import Amounts
from processing import storage
from tests.accounts.test_at_once import at_once, sorted_statuses
from tests.client import Client
from tests.images.test_at_once import same
from tests.images.test_bad_input import assert_problem
from tests.pictures import file, gradient
from tests.stack import Stack

FLIP = [{"op": "flip"}]
PICTURE = file(gradient(8, 8)).getvalue()
SIZE = len(PICTURE)
CROWD, ROOM = 40, 10


def allow(stack: Stack, user: Client, **limits: int | None) -> None:
    """Set limits of this user alone, as the admin does."""
    stack.users.filter(username=user.username).update(**limits)


def usage(user: Client) -> Any:
    return user.get("/api/v1/usage/").json()["usage"]


def assert_full(answer: requests.Response, *numbers: int) -> None:
    """Refused, with the limit, what is used and what was asked for."""
    assert_problem(answer, 429, "quota_exceeded", "image")
    said = [
        int(word) for word in answer.json()["detail"].replace(",", "").split() if word.isdigit()
    ]
    assert said == list(numbers)
    # Nobody knows when there will be room.
    assert "Retry-After" not in answer.headers


@pytest.mark.parametrize("limits", [{"max_images": ROOM}, {"max_bytes": ROOM * SIZE + SIZE - 1}])
def test_of_forty_uploads_at_once_ten_fit(
    stack: Stack, alice: Client, limits: dict[str, int]
) -> None:
    allow(stack, alice, **limits)
    answers = at_once(*[partial(same(alice).upload, PICTURE, wait=None)] * CROWD)
    assert sorted_statuses(answers) == [201] * ROOM + [429] * (CROWD - ROOM)
    assert usage(alice) == {"images": ROOM, "bytes": ROOM * SIZE}


def test_what_is_full_says_so_and_stores_nothing(stack: Stack, alice: Client, bob: Client) -> None:
    allow(stack, alice, max_images=1)
    first = alice.upload(PICTURE, wait=None, key="k")
    files = stack.files.count()
    assert_full(alice.upload(PICTURE, wait=None), 1, 1, 1)
    assert stack.files.count() == files
    assert bob.upload(PICTURE, wait=None).status_code == 201
    # What has been accepted is answered again, and makes room when it is deleted.
    assert alice.upload(PICTURE, wait=None, key="k").content == first.content
    alice.delete(first.json()["url"])
    assert alice.upload(PICTURE, wait=None).status_code == 201


def test_the_last_byte_counts(stack: Stack, alice: Client) -> None:
    allow(stack, alice, max_bytes=2 * SIZE - 1)
    assert alice.upload(PICTURE, wait=None).status_code == 201
    assert_full(alice.upload(PICTURE, wait=None), 2 * SIZE - 1, SIZE, SIZE)
    allow(stack, alice, max_bytes=2 * SIZE)
    assert alice.upload(PICTURE, wait=None).status_code == 201


def test_the_expired_do_not_count(stack: Stack, alice: Client) -> None:
    allow(stack, alice, max_images=1)
    image = alice.upload(PICTURE, FLIP).json()
    assert alice.upload(PICTURE, wait=None).status_code == 429
    stack.images.filter(pk=image["id"]).update(expires_at=from_now(timedelta(0)))
    assert usage(alice) == {"images": 0, "bytes": 0}
    assert alice.upload(PICTURE, wait=None).status_code == 201


def test_results_count_and_are_made_all_the_same(stack: Stack, alice: Client) -> None:
    allow(stack, alice, max_bytes=SIZE)
    image = alice.upload(PICTURE, FLIP).json()
    (rendition,) = image["renditions"]
    used = SIZE + rendition["bytes"]
    assert (image["status"], usage(alice)) == ("completed", {"images": 1, "bytes": used})
    wish = partial(alice.post, f"{image['url']}transform/", json={"operations": [{"op": "mirror"}]})
    assert_full(wish(), SIZE, used, 1)
    alice.delete(rendition["url"])
    assert_full(wish(), SIZE, SIZE, 1)
    allow(stack, alice, max_bytes=SIZE + 1)
    assert wish().status_code == 202


def test_everybody_is_told_the_limits(stack: Stack, alice: Client) -> None:
    told = partial(alice.get, "/api/v1/usage/")
    assert told().json()["limits"] == {"images": 10_000, "bytes": 10 * 1024**3}
    allow(stack, alice, max_images=3, max_bytes=0)
    assert told().json()["limits"] == {"images": 3, "bytes": None}


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("Owner", "owner@example.com", "correct-horse-battery")


def upload(owner: User) -> Image:
    return services.upload_image(
        owner_id=owner.pk, content=file(gradient(8, 8)), name="x", keep=False, wanted=[]
    )


@pytest.mark.parametrize("limits", [(1, None), (None, SIZE)])
def test_room_that_is_taken_while_a_picture_is_stored(
    owner: User, monkeypatch: pytest.MonkeyPatch, limits: tuple[int | None, int | None]
) -> None:
    User.objects.update(max_images=limits[0], max_bytes=limits[1])
    save = storage.save

    def save_slowly(key: str, content: Any) -> None:
        monkeypatch.setattr(storage, "save", save)
        save(key, content)
        upload(owner)

    monkeypatch.setattr(storage, "save", save_slowly)
    with pytest.raises(quotas.QuotaExceeded):
        upload(owner)
    assert Image.objects.count() == 1
    assert StoredFile.objects.exclude(condemned_at=None).count() == 1


def test_the_last_room_taken_by_the_same_request(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sent twice with one key: the second is answered as the first, not that it is full."""
    User.objects.update(max_images=1)
    api, check, first = APIClient(), planning.check, []
    api.force_authenticate(owner)

    def send() -> Any:
        form = {"image": ContentFile(PICTURE, "x.jpg")}
        return api.post("/api/v1/images/", form, headers={"Idempotency-Key": "k"})

    def check_slowly(*asked: Any) -> None:
        monkeypatch.setattr(services, "check", check)
        first.append(send())

    monkeypatch.setattr(services, "check", check_slowly)
    second = send()
    assert (second.status_code, second.content) == (201, first[0].content)
    assert Image.objects.count() == 1


@pytest.mark.parametrize(
    ("install", "row", "limit"), [(5, None, 5), (5, 7, 7), (5, 0, None), (0, None, None), (0, 7, 7)]
)
def test_the_limit_of_the_row_comes_before_that_of_the_install(
    settings: Settings, install: int, row: int | None, limit: int | None
) -> None:
    settings.MAX_USER_IMAGES = settings.MAX_USER_BYTES = install
    owner = User(max_images=row, max_bytes=row)
    assert quotas.limits_of(owner) == Amounts(limit, limit)


def test_an_operator_sets_the_limits_of_a_user(owner: User, admin_client: Browser) -> None:
    page = f"/admin/accounts/user/{owner.pk}/change/"
    answer: Any = admin_client.get(page)
    form = answer.context["adminform"].form.initial | {"max_images": 3, "max_bytes": ""}
    joined = form["date_joined"]
    form |= {"date_joined_0": f"{joined:%Y-%m-%d}", "date_joined_1": f"{joined:%H:%M:%S}"}
    admin_client.post(page, {k: v for k, v in form.items() if v not in (None, [])})
    owner.refresh_from_db()
    assert (owner.max_images, owner.max_bytes) == (3, None)
