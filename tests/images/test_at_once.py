"""Requests that meet: deletions in the middle of others are a 404 or 401, and nothing is a 5xx."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import requests
from django.core.files.base import ContentFile
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import User
from images import services
from images.models import Image, StoredFile
from processing import storage
from tests.accounts.test_at_once import at_once
from tests.client import Client
from tests.images.test_bad_input import assert_problem
from tests.pictures import file, gradient
from tests.stack import Stack, eventually

FLIP = [{"op": "flip"}]
WISHES = [{"operations": [{"op": "resize", "width": width}]} for width in range(2, 8)]


def picture() -> bytes:
    return file(gradient(8, 8)).getvalue()


def same(user: Client) -> Client:
    """The same user over a connection of its own."""
    other = Client(user.base)
    other.token = user.token
    return other


def wish(user: Client, url: str, first: int) -> requests.Response:
    """Ask for the six renditions, in another order each time."""
    return same(user).post(f"{url}transform/", json={"renditions": WISHES[first:] + WISHES[:first]})


def test_a_picture_deleted_while_its_upload_waits(stack: Stack, alice: Client) -> None:
    stack.worker.freeze()
    with ThreadPoolExecutor() as pool:
        upload = pool.submit(same(alice).upload, picture(), FLIP, wait=3)
        (found,) = eventually(lambda: alice.get("/api/v1/images/").json()["results"])
        assert alice.delete(found["url"]).status_code == 204
        answer = upload.result()
    stack.worker.thaw()
    assert_problem(answer, 404, "not_found")


def test_a_picture_changed_and_deleted_at_once(alice: Client) -> None:
    for _ in range(8):
        url = alice.upload(picture(), wait=None).json()["url"]
        *wishes, renamed, first, second = at_once(
            *[partial(wish, alice, url, n) for n in (0, 2, 4)],
            partial(same(alice).request, "PATCH", url, json={"name": "x"}),
            partial(same(alice).delete, url),
            partial(same(alice).delete, url),
        )
        assert {answer.status_code for answer in wishes} <= {200, 202, 404}
        assert renamed.status_code in (200, 404)
        assert {first.status_code, second.status_code} <= {204, 404}


def test_equal_wishes_in_another_order(stack: Stack, alice: Client) -> None:
    """Each transaction writes the rows in its own order, which must not make a deadlock."""
    for _ in range(4):
        image = alice.upload(picture(), wait=None).json()
        answers = at_once(*[partial(wish, alice, image["url"], n) for n in (0, 2, 4)])
        assert {answer.status_code for answer in answers} <= {200, 202}
        assert stack.renditions.filter(image=image["id"]).count() == len(WISHES)


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("Owner", "owner@example.com", "correct-horse-battery")


@pytest.fixture
def api(owner: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(owner)
    return client


@pytest.fixture
def image(owner: User) -> Image:
    return services.upload_image(
        owner_id=owner.pk, content=file(gradient(8, 8)), name="x", keep=False, wanted=[]
    )


def test_an_account_deleted_while_its_picture_is_stored(
    owner: User, api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = storage.save

    def save_slowly(key: str, content: Any) -> None:
        save(key, content)
        accounts.delete_account(owner)

    monkeypatch.setattr(storage, "save", save_slowly)
    answer: Any = api.post("/api/v1/images/", {"image": ContentFile(picture(), "x.jpg")})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_not_valid")
    assert StoredFile.objects.get().condemned_at


def test_a_picture_deleted_while_a_wish_is_planned(
    api: APIClient, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "check", lambda *_: Image.objects.all().delete())
    answer: Any = api.post(
        f"/api/v1/images/{image.pk}/transform/", {"operations": FLIP}, format="json"
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_change_of_name_leaves_a_running_clock_alone(image: Image) -> None:
    seen = Image.objects.get()
    image.record_download()
    services.update_image(seen, name="new", keep=False)
    now = Image.objects.get()
    assert now.name == "new"
    assert now.first_downloaded_at is not None
    assert now.expires_at is not None
    assert now.expires_at - now.first_downloaded_at == timedelta(minutes=5)
