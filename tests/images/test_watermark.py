"""watermark over HTTP: one's own images only, as long as they live."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import F
from django.db.models.functions import Now
from PIL import Image as Pillow

from tests.client import Client
from tests.images.test_bad_input import assert_problem
from tests.pictures import RED, file
from tests.stack import Stack, eventually

MEGABYTE = 1024 * 1024


def plain(color: str | tuple[int, int, int], width: int = 60, height: int = 40) -> bytes:
    return file(Pillow.new("RGB", (width, height), color), "png").getvalue()


def watermark(image_id: Any, **more: Any) -> list[dict[str, Any]]:
    return [{"op": "watermark", "image": image_id, "opacity": 1, "scale": 0.5, **more}]


def laid(client: Client, url: str) -> Any:
    """The box of what is not black in a result."""
    return Pillow.open(BytesIO(client.get(url).content)).getbbox()


@pytest.fixture
def logo(alice: Client) -> Any:
    return alice.upload(plain(RED, 10, 10)).json()


@contextmanager
def while_the_worker_sleeps(stack: Stack) -> Iterator[None]:
    stack.worker.freeze()
    try:
        yield
    finally:
        stack.worker.thaw()


def test_ones_own_image_is_laid_on_at_upload_and_later(alice: Client, logo: Any) -> None:
    before = alice.get(logo["url"]).json()
    image = alice.upload(plain("black"), watermark(logo["id"])).json()
    assert image["status"] == "completed"
    assert laid(alice, image["download_url"]) == (30, 10, 60, 40)
    later = alice.post(
        image["url"] + "transform/?wait=20",
        json={"operations": watermark(logo["id"].upper(), gravity="northwest")},
    ).json()["renditions"][0]
    assert laid(alice, later["download_url"]) == (0, 0, 30, 30)
    # The logo has been downloaded by nobody, and lives no longer.
    assert alice.get(logo["url"]).json() == before


def test_an_image_may_be_its_own_watermark(alice: Client) -> None:
    image = alice.upload(plain(RED)).json()
    answer = alice.post(
        image["url"] + "transform/?wait=20",
        json={"operations": [{"op": "invert"}, *watermark(image["id"], gravity="center")]},
    ).json()
    content = alice.get(answer["renditions"][0]["download_url"]).content
    made = Pillow.open(BytesIO(content)).convert("RGB")
    assert (made.getpixel((30, 20)), made.getpixel((0, 0))) == (RED, (0, 255, 255))


def test_foreign_expired_deleted_and_absent_images_are_refused_alike(
    stack: Stack, alice: Client, bob: Client, logo: Any
) -> None:
    expired, deleted = (alice.upload(plain(RED, 10, 10)).json() for _ in range(2))
    stack.images.filter(pk=expired["id"]).update(expires_at=Now() - timedelta(seconds=1))
    alice.delete(deleted["url"])
    own = alice.upload(plain("black")).json()
    texts = set()
    for image_id in (bob.upload(plain(RED)).json()["id"], expired["id"], deleted["id"], uuid4()):
        steps = [{"op": "flip"}, *watermark(str(image_id))]
        asked = [{"operations": watermark(logo["id"])}, {"operations": steps}]
        for answer, path in (
            (alice.upload(plain("black"), steps), "operations.1.image"),
            (
                alice.post(own["url"] + "transform/", json={"renditions": asked}),
                "renditions.1.operations.1.image",
            ),
        ):
            assert_problem(answer, 422, "unknown_image", path)
            texts.add(answer.text.replace(str(image_id), "").replace(path, ""))
    assert len(texts) == 1
    assert alice.get(own["url"]).json()["renditions"] == []


def test_what_is_no_id_is_refused_and_named(alice: Client) -> None:
    long, fullwidth = "x" * 10 * MEGABYTE, "\uff11" * 32
    for image_id in ("", "a.png", "a\0b", "\ud800", long, "../" * 9, fullwidth, 7, None, ["a"]):
        body = {"image": b64encode(plain("black")).decode(), "operations": watermark(image_id)}
        answer = alice.post("/api/v1/images/", json=body)
        assert answer.status_code == 400, answer.text
        assert [error["path"] for error in answer.json()["errors"]] == ["operations.0.image"]
        assert len(answer.text) < 1000


def gone_by_deletion(stack: Stack, alice: Client, bob: Client, logo: Any) -> None:
    assert alice.delete(logo["url"]).status_code == 204


def gone_by_expiry(stack: Stack, alice: Client, bob: Client, logo: Any) -> None:
    stack.images.filter(pk=logo["id"]).update(expires_at=Now())


def another_users(stack: Stack, alice: Client, bob: Client, logo: Any) -> None:
    owner = stack.users.get(username=bob.username).pk
    stack.images.filter(pk=logo["id"]).update(owner_id=owner)


@pytest.mark.parametrize("happens", [gone_by_deletion, gone_by_expiry, another_users])
def test_an_image_that_is_gone_when_the_work_is_done_fails_only_what_needs_it(
    stack: Stack, alice: Client, bob: Client, logo: Any, happens: Any
) -> None:
    asked = [{"operations": watermark(logo["id"])}, {"operations": [{"op": "flip"}]}]
    with while_the_worker_sleeps(stack):
        image = alice.upload(plain("black"), renditions=asked, wait=None).json()
        happens(stack, alice, bob, logo)
    marked, flipped = (alice.done(one["url"]) for one in image["renditions"])
    assert flipped["status"] == "completed"
    assert marked["status"] == "failed"
    assert marked["error"]["code"] == "unknown_image"
    assert logo["id"] in marked["error"]["detail"]
    assert "gone" in marked["error"]["detail"]


# Of a row that is still there while its object is not: a deletion in the middle of the work.
@pytest.mark.parametrize("session_stack", ["sqlite-files"], indirect=True)
def test_an_image_whose_bytes_are_gone_is_gone(stack: Stack, alice: Client, logo: Any) -> None:
    path = stack.folder / "media" / stack.images.get(pk=logo["id"]).original_id
    path.rename(path.with_suffix(".aside"))
    image = alice.upload(plain("black"), watermark(logo["id"])).json()
    path.with_suffix(".aside").rename(path)
    assert (image["status"], image["error"]["code"]) == ("failed", "unknown_image")


# A bucket cannot be made to fail for one object only.
@pytest.mark.parametrize("session_stack", ["sqlite-files"], indirect=True)
def test_work_rests_while_the_storage_does_not_give_the_watermark(
    stack: Stack, alice: Client, logo: Any
) -> None:
    path = stack.folder / "media" / stack.images.get(pk=logo["id"]).original_id
    path.rename(path.with_suffix(".aside"))
    path.mkdir()
    image = alice.upload(plain("black"), watermark(logo["id"]), wait=None).json()
    rendition = stack.renditions.filter(image=image["id"])
    eventually(lambda: rendition.filter(lease=None, status="processing").exists())
    assert rendition.get().attempts == 0
    path.rmdir()
    path.with_suffix(".aside").rename(path)
    rendition.update(lease_until=F("lease_until") - timedelta(minutes=1))
    stack.task("process_image", image["id"], queue="images")
    assert alice.done(image["url"])["status"] == "completed"
