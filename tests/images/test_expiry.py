"""How long a picture is there: 24 hours, or 5 minutes from the first download, by the database."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import F

from tests.client import Client
from tests.images.test_bad_input import assert_problem
from tests.pictures import file, gradient
from tests.stack import Stack, eventually


@pytest.fixture
def image(alice: Client) -> Any:
    return alice.upload(file(gradient()).getvalue(), [{"op": "flip"}]).json()


def age(stack: Stack, image: dict[str, Any], by: timedelta) -> None:
    """Let that much time go by for one image: every moment of it lies as much earlier."""
    moments = ("created_at", "first_downloaded_at", "expires_at")
    stack.images.filter(pk=image["id"]).update(**{name: F(name) - by for name in moments})


def moment(image: dict[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(image[name])


def test_it_is_kept_for_24_hours(image: dict[str, Any]) -> None:
    assert moment(image, "expires_at") - moment(image, "created_at") == timedelta(hours=24)


def test_the_first_download_leaves_five_minutes_and_later_ones_change_nothing(
    stack: Stack, alice: Client, image: dict[str, Any]
) -> None:
    assert alice.get(image["download_url"]).status_code == 200
    first = alice.get(image["url"]).json()
    left = moment(first, "expires_at") - moment(first, "first_downloaded_at")
    assert left == timedelta(minutes=5)
    age(stack, image, timedelta(minutes=4))
    aged = alice.get(image["url"]).json()
    assert alice.get(image["download_url"]).status_code == 200
    assert alice.get(image["url"]).json()["expires_at"] == aged["expires_at"]


def test_only_a_download_starts_the_clock(alice: Client, image: dict[str, Any]) -> None:
    rendition = image["renditions"][0]["download_url"]
    for verb, url in [
        ("HEAD", image["download_url"]),
        ("HEAD", rendition),
        ("GET", image["original_url"]),
        ("GET", image["url"]),
    ]:
        assert alice.request(verb, url).status_code == 200
    assert alice.get(image["url"]).json()["first_downloaded_at"] is None
    assert alice.get(rendition).status_code == 200
    assert alice.get(image["url"]).json()["first_downloaded_at"] is not None


def test_an_expired_picture_is_refused_at_that_second_and_its_bytes_go_with_beat(
    stack: Stack, alice: Client, image: dict[str, Any]
) -> None:
    alice.get(image["download_url"])
    age(stack, image, timedelta(minutes=5))
    rendition = image["renditions"][0]
    for url in [
        *(image[name] for name in ("url", "original_url", "download_url")),
        *(rendition[name] for name in ("url", "download_url")),
    ]:
        assert_problem(alice.get(url), 410, "expired")
    assert_problem(alice.post(image["url"] + "transform/", json={"operations": []}), 410, "expired")
    assert alice.get("/api/v1/images/").json()["count"] == 0
    keys = {stack.images.get(pk=image["id"]).original_id}
    keys |= set(stack.renditions.filter(image=image["id"]).values_list("result_id", flat=True))
    assert keys <= stack.objects()
    stack.task("delete_expired")
    eventually(lambda: not keys & stack.objects(), 20, "the bytes are gone")
    assert_problem(alice.get(image["url"]), 404, "not_found")


def test_one_second_before_it_is_still_there(
    stack: Stack, alice: Client, image: dict[str, Any]
) -> None:
    age(stack, image, timedelta(hours=24) - timedelta(seconds=5))
    stack.task("delete_expired")
    assert alice.get(image["download_url"]).status_code == 200


def test_a_kept_picture_does_not_expire_until_it_is_let_go(stack: Stack, alice: Client) -> None:
    image = alice.upload(file(gradient()).getvalue(), [{"op": "flip"}], keep="true").json()
    assert (image["keep"], image["expires_at"]) == (True, None)
    alice.get(image["download_url"])
    age(stack, image, timedelta(days=400))
    assert alice.get(image["download_url"]).status_code == 200
    let_go = alice.request("PATCH", image["url"], json={"keep": False}).json()
    assert let_go["expires_at"] is not None
    assert alice.request("PATCH", image["url"], json={"keep": True}).json()["expires_at"] is None


def test_letting_go_starts_the_time_anew_and_so_does_the_first_download_after_it(
    stack: Stack, alice: Client
) -> None:
    image = alice.upload(file(gradient()).getvalue(), keep="true").json()
    alice.get(image["download_url"])
    age(stack, image, timedelta(hours=1))
    let_go = alice.request("PATCH", image["url"], json={"keep": False}).json()
    assert let_go["first_downloaded_at"] is None
    assert alice.get(image["download_url"]).status_code == 200
    now = alice.get(image["url"]).json()
    left = moment(now, "expires_at") - moment(now, "first_downloaded_at")
    assert left == timedelta(minutes=5)


def test_deleted_means_gone(stack: Stack, alice: Client, image: dict[str, Any]) -> None:
    before = stack.objects()
    assert alice.delete(image["url"]).status_code == 204
    assert_problem(alice.get(image["url"]), 404, "not_found")
    assert_problem(alice.get(image["download_url"]), 404, "not_found")
    assert len(before) - len(stack.objects()) == 2


def test_a_deleted_rendition_leaves_its_picture(
    stack: Stack, alice: Client, image: dict[str, Any]
) -> None:
    before = stack.objects()
    assert alice.delete(image["renditions"][0]["url"]).status_code == 204
    assert len(before) - len(stack.objects()) == 1
    assert alice.get(image["url"]).json()["renditions"] == []
    assert alice.get(image["download_url"]).headers["Content-Type"] == "image/jpeg"


def test_a_deleted_account_takes_its_pictures_along(
    stack: Stack, alice: Client, image: dict[str, Any]
) -> None:
    keys = set(stack.renditions.filter(image=image["id"]).values_list("result_id", flat=True))
    answer = alice.delete("/accounts/me/", json={"password": alice.password})
    assert answer.status_code == 204
    stack.task("delete_expired")
    eventually(lambda: not keys & stack.objects(), 20, "the bytes are gone")


def test_the_sweep_removes_only_old_objects_that_no_row_knows(
    stack: Stack, alice: Client, image: dict[str, Any]
) -> None:
    stack.put_object("results/" + "0" * 32, b"forgotten")
    stack.age_object("results/" + "0" * 32, timedelta(hours=2))
    stack.task("sweep_storage")
    eventually(lambda: "results/" + "0" * 32 not in stack.objects(), 20, "the stray is gone")
    assert alice.get(image["download_url"]).status_code == 200
