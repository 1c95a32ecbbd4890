"""The list of one's pictures."""

from typing import Any

from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from images import services
from tests.client import Client
from tests.images.test_bad_input import assert_problem
from tests.pictures import file, gradient


def test_it_comes_in_pages_newest_first(alice: Client) -> None:
    picture = file(gradient(8, 8)).getvalue()
    ids = [alice.upload(picture, name=f"{n}.jpg").json()["id"] for n in range(5)]
    first = alice.get("/api/v1/images/?limit=2").json()
    assert (first["count"], first["previous"]) == (5, None)
    second = alice.get(first["next"]).json()
    last = alice.get("/api/v1/images/?limit=2&page=3").json()
    pages = [*first["results"], *second["results"], *last["results"]]
    assert [one["id"] for one in pages] == ids[::-1]
    assert last["next"] is None


def test_a_page_that_is_not_there_is_a_404(alice: Client) -> None:
    assert_problem(alice.get("/api/v1/images/?page=7"), 404, "not_found")


def test_every_address_in_it_is_under_the_public_url(
    transactional_db: None, settings: Settings
) -> None:
    settings.PUBLIC_BASE_URL = "https://images.example.com/pro"
    owner = User.objects.create_user("Owner", "owner@example.com", "correct-horse-battery")
    for _ in range(3):
        picture = file(gradient(8, 8))
        services.upload_image(owner_id=owner.pk, content=picture, name="x", keep=False, wanted=[])
    api = APIClient()
    api.force_authenticate(owner)
    page: Any = api.get("/api/v1/images/?limit=1&page=2").json()
    (image,) = page["results"]
    for url in (page["next"], page["previous"], image["url"], image["download_url"]):
        assert url.startswith("https://images.example.com/pro/api/v1/images/")
