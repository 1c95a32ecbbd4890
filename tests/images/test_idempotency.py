"""`Idempotency-Key`: what is sent again is answered again, and done once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import requests

from images.models import KeyedRequest, from_now
from tests.accounts.test_at_once import at_once
from tests.client import Client
from tests.images.test_at_once import same
from tests.images.test_bad_input import assert_problem
from tests.pictures import file, gradient, quarters
from tests.stack import Stack, eventually

FLIP = [{"op": "flip"}]
MIRROR = [{"op": "mirror"}]
PICTURE = file(gradient(8, 8)).getvalue()
OTHER_PICTURE = file(quarters(8, 8)).getvalue()
CROWD = 20


def keyed(stack: Stack) -> Any:
    """The rows of requests with a key."""
    return KeyedRequest.objects.using(stack.alias)


def told(answer: requests.Response) -> tuple[int, bytes, str | None]:
    """What both the first and the repetition must say."""
    return answer.status_code, answer.content, answer.headers.get("Location")


def is_replay(answer: requests.Response) -> bool:
    return answer.headers.get("Idempotency-Replayed") == "true"


def wish(user: Client, url: str, operations: Any, key: str) -> requests.Response:
    headers = {"Idempotency-Key": key}
    return same(user).post(f"{url}transform/", json={"operations": operations}, headers=headers)


def count(user: Client) -> int:
    number: int = user.get("/api/v1/images/").json()["count"]
    return number


def test_an_upload_sent_again_is_answered_again(stack: Stack, alice: Client) -> None:
    first = alice.upload(PICTURE, FLIP, wait=None, key="k")
    assert (first.status_code, is_replay(first)) == (202, False)
    again = alice.upload(PICTURE, FLIP, wait=None, key="k")
    assert told(again) == told(first)
    assert is_replay(again)
    assert count(alice) == 1
    # Neither what becomes of the picture nor its end changes what was answered.
    alice.done(first.json()["url"])
    assert alice.delete(first.json()["url"]).status_code == 204
    assert told(alice.upload(PICTURE, FLIP, wait=None, key="k")) == told(first)
    assert count(alice) == 0


def test_without_a_key_it_is_another_upload(alice: Client) -> None:
    alice.upload(PICTURE, FLIP, wait=None)
    alice.upload(PICTURE, FLIP, wait=None)
    assert count(alice) == 2


def test_what_was_waited_for_is_what_is_answered_again(stack: Stack, alice: Client) -> None:
    """A repetition in the meantime does not wait."""
    stack.worker.freeze()
    with ThreadPoolExecutor() as pool:
        first = pool.submit(same(alice).upload, PICTURE, FLIP, key="k")
        eventually(lambda: count(alice))
        meanwhile = alice.upload(PICTURE, FLIP, key="k")
        stack.worker.thaw()
    assert (meanwhile.status_code, meanwhile.json()["status"]) == (202, "pending")
    assert first.result().status_code == 201
    assert first.result().json()["id"] == meanwhile.json()["id"]
    assert told(alice.upload(PICTURE, FLIP, key="k")) == told(first.result())


Send = Callable[[Client], requests.Response]
OTHER_BODIES: dict[str, Send] = {
    "another picture": lambda user: user.upload(OTHER_PICTURE, FLIP, wait=None, key="k"),
    "other operations": lambda user: user.upload(PICTURE, MIRROR, wait=None, key="k"),
    "another output": lambda u: u.upload(PICTURE, FLIP, output={"format": "png"}, key="k"),
    "another name": lambda user: user.upload(PICTURE, FLIP, name="other.jpg", key="k"),
    "kept": lambda user: user.upload(PICTURE, FLIP, keep=True, key="k"),
    "nothing": lambda u: u.post("/api/v1/images/", json={}, headers={"Idempotency-Key": "k"}),
}


def test_another_body_under_the_same_key_is_refused(alice: Client) -> None:
    first = alice.upload(PICTURE, FLIP, wait=None, key="k")
    for send in OTHER_BODIES.values():
        assert_problem(send(alice), 422, "idempotency_key_reused", "Idempotency-Key")
    assert count(alice) == 1
    # Boundaries of the form and spaces in its JSON are no other body.
    spaced = alice.upload(PICTURE, '[ {"op" : "flip"} ]', wait=None, key="k")
    assert told(spaced) == told(first)


def test_keys_belong_to_one_user_and_one_address(alice: Client, bob: Client) -> None:
    image = alice.upload(PICTURE, wait=None, key="k").json()
    assert bob.upload(OTHER_PICTURE, wait=None, key="k").json()["id"] != image["id"]
    assert wish(alice, image["url"], FLIP, "k").status_code == 202
    other = alice.upload(PICTURE, wait=None, key="l").json()
    renditions = wish(alice, other["url"], MIRROR, "k").json()["renditions"]
    assert renditions[0]["image"] == other["id"]


def test_twenty_at_once_are_one_upload(stack: Stack, alice: Client) -> None:
    upload = partial(alice.upload, PICTURE, FLIP, wait=None, key="k")
    answers = at_once(*[partial(same(alice).upload, *upload.args, **upload.keywords)] * CROWD)
    assert len({told(answer) for answer in answers}) == 1
    assert answers[0].status_code == 202, answers[0].text
    assert sum(not is_replay(answer) for answer in answers) == 1
    assert count(alice) == 1


def test_twenty_at_once_are_one_wish(stack: Stack, alice: Client) -> None:
    url = alice.upload(PICTURE, wait=None).json()["url"]
    answers = at_once(*[partial(wish, alice, url, FLIP, "k")] * CROWD)
    assert len({told(answer) for answer in answers}) == 1
    assert sum(not is_replay(answer) for answer in answers) == 1
    assert len(alice.get(url).json()["renditions"]) == 1


def test_a_wish_sent_again_is_answered_again(alice: Client) -> None:
    url = alice.upload(PICTURE, wait=None).json()["url"]
    first = wish(alice, url, FLIP, "k")
    assert (first.status_code, is_replay(first)) == (202, False)
    alice.done(first.json()["renditions"][0]["url"])
    assert told(wish(alice, url, FLIP, "k")) == told(first)
    assert_problem(wish(alice, url, MIRROR, "k"), 422, "idempotency_key_reused", "Idempotency-Key")
    alice.delete(url)
    assert told(wish(alice, url, FLIP, "k")) == told(first)
    assert_problem(wish(alice, url, FLIP, "l"), 404, "not_found")


def test_a_key_that_is_none_is_refused(alice: Client) -> None:
    url = alice.upload(PICTURE, wait=None).json()["url"]
    for key in ("", "k" * 256, "two words", "käse", "tab\tkey"):
        for answer in (alice.upload(PICTURE, FLIP, key=key), wish(alice, url, FLIP, key)):
            assert_problem(answer, 400, "invalid", "Idempotency-Key")


def test_keys_of_every_length(alice: Client) -> None:
    for key in ("!", "~" * 255, '"8e03978e-40d5-43dd-bc93-6894a57f9324"'):
        first = alice.upload(PICTURE, wait=None, key=key)
        assert told(alice.upload(PICTURE, wait=None, key=key)) == told(first)


def test_a_refused_request_leaves_its_key_free(stack: Stack, alice: Client) -> None:
    assert alice.upload(b"no picture", FLIP, key="k").status_code == 415
    assert alice.upload(PICTURE, [{"op": "no"}], key="k").status_code == 400
    assert alice.upload(PICTURE, FLIP, key="k").status_code == 201


def test_a_key_is_forgotten_after_a_day(stack: Stack, alice: Client, bob: Client) -> None:
    for user in (alice, bob):
        user.upload(PICTURE, FLIP, wait=None, key="k")
    keyed(stack).update(created_at=from_now(timedelta(minutes=1) - timedelta(days=1)))
    assert is_replay(alice.upload(PICTURE, FLIP, wait=None, key="k"))
    keyed(stack).update(created_at=from_now(-timedelta(days=1)))
    assert not is_replay(alice.upload(OTHER_PICTURE, FLIP, wait=None, key="k"))
    assert count(alice) == 2
    stack.task("delete_expired")
    eventually(lambda: keyed(stack).count() == 1)


def test_an_account_takes_its_keys_along(stack: Stack, alice: Client) -> None:
    alice.upload(PICTURE, FLIP, key="k")
    body = {"password": alice.password}
    assert alice.delete("/accounts/me/", json=body).status_code == 204
    assert not keyed(stack).filter(owner__username=alice.username).exists()


def test_a_web_process_killed_before_it_answers(stack: Stack, alice: Client) -> None:
    """The answer was written down in the transaction that accepted the upload."""
    stack.worker.freeze()
    with ThreadPoolExecutor() as pool:
        first = pool.submit(same(alice).upload, PICTURE, FLIP, key="k")
        (image,) = eventually(lambda: alice.get("/api/v1/images/").json()["results"])
        stack.web.kill9()
        stack.web.restart()
        stack.worker.thaw()
    assert isinstance(first.exception(), requests.ConnectionError)
    again = same(alice).upload(PICTURE, FLIP, key="k")
    assert (again.status_code, again.json()["id"], is_replay(again)) == (202, image["id"], True)
    assert again.headers["Location"] == image["url"]
    assert count(same(alice)) == 1
