"""More work on a stored picture."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.client import Client
from tests.images.test_bad_input import assert_problem
from tests.images.test_first_job import opened
from tests.pictures import file, gradient
from tests.stack import Stack

SMALL = {"operations": [{"op": "resize", "width": 16}], "output": {"format": "png"}}


@pytest.fixture
def image(alice: Client) -> Any:
    return alice.upload(file(gradient()).getvalue()).json()


def ask(client: Client, image: dict[str, Any], **body: Any) -> Any:
    url = image["url"] + "transform/"
    return client.post(url, json=body, headers={"Prefer": "wait=30"})


def test_it_is_made_and_listed(alice: Client, image: dict[str, Any]) -> None:
    answer = ask(alice, image, **SMALL)
    assert answer.status_code == 200, answer.text
    (rendition,) = answer.json()["renditions"]
    assert opened(alice.get(rendition["download_url"]).content).size == (16, 12)
    assert alice.get(image["url"] + "renditions/").json()["results"] == [rendition]
    assert alice.get(rendition["url"]).json() == rendition
    assert alice.get(image["url"]).json()["download_url"] == image["download_url"]


def test_the_same_pipeline_is_answered_with_what_there_is(
    alice: Client, image: dict[str, Any]
) -> None:
    first = ask(alice, image, **SMALL).json()
    spelled_differently = [
        {"operation_type": "resize", "parameters": {"fit": "inside", "width": 16.0}},
        {"op": "convert", "format": "png"},
    ]
    assert ask(alice, image, operations=spelled_differently).json() == first


def test_transformations_are_another_way_to_ask(alice: Client, image: dict[str, Any]) -> None:
    first = ask(alice, image, **SMALL).json()
    wish = {"format": "png", "resize": {"w": 16}, "filters": {"sepia": False}}
    assert ask(alice, image, transformations=wish).json() == first
    turned = ask(alice, image, renditions=[{"name": "on end", "transformations": {"rotate": 90}}])
    assert [(one["name"], one["height"]) for one in turned.json()["renditions"]] == [("on end", 64)]
    picture = file(gradient()).getvalue()
    uploaded = alice.upload(picture, transformations={"crop": {"x": 1, "y": 1, "w": 9, "h": 8}})
    assert (uploaded.json()["renditions"][0]["width"]) == 9


def test_what_cannot_be_done_is_said_where_the_client_wrote_it(
    alice: Client, image: dict[str, Any]
) -> None:
    wish = {"rotate": 5, "crop": {"width": 9999, "height": 1}}
    assert_problem(
        ask(alice, image, transformations=wish), 422, "crop_outside", "transformations.crop.width"
    )
    items = [{"op": "convert", "format": "png"}, {"op": "crop", "width": 9999, "height": 1}]
    renditions = [{"operations": items}]
    place = "renditions.0.operations.1.width"
    assert_problem(ask(alice, image, renditions=renditions), 422, "crop_outside", place)


def test_fifty_equal_wishes_at_once_make_one_rendition(
    stack: Stack, alice: Client, image: dict[str, Any]
) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: ask(alice, image, **SMALL), range(50)))
    assert {answer.status_code for answer in answers} <= {200, 202}
    assert len({answer.json()["renditions"][0]["id"] for answer in answers}) == 1
    assert stack.renditions.filter(image=image["id"]).count() == 1


def test_a_message_that_comes_five_times_makes_one_result(stack: Stack, alice: Client) -> None:
    stack.worker.freeze()
    body = alice.upload(
        file(gradient(2000, 1500)).getvalue(), SMALL["operations"], wait=None
    ).json()
    for _ in range(5):
        stack.task("process_image", body["id"], queue="images")
    stack.worker.thaw()
    assert alice.done(body["url"])["status"] == "completed"
    (row,) = stack.renditions.filter(image=body["id"])
    assert row.attempts == 1
    assert stack.files.filter(rendition__image=body["id"]).count() == 1


def test_a_failed_one_is_begun_anew(stack: Stack, alice: Client, image: dict[str, Any]) -> None:
    (rendition,) = ask(alice, image, **SMALL).json()["renditions"]
    stack.renditions.filter(pk=rendition["id"]).update(
        status="failed", result=None, error_code="job_timeout", error_detail="Too slow."
    )
    assert_problem(alice.get(rendition["url"] + "download/"), 409, "job_timeout")
    (again,) = ask(alice, image, **SMALL).json()["renditions"]
    assert (again["id"], again["status"], again["error"]) == (rendition["id"], "completed", None)


def test_what_is_not_ready_says_so(stack: Stack, alice: Client, image: dict[str, Any]) -> None:
    (rendition,) = ask(alice, image, **SMALL).json()["renditions"]
    rows = stack.renditions.filter(pk=rendition["id"])
    result = rows.get().result_id
    rows.update(status="pending", result=None, ring_at="2100-01-01T00:00Z")
    assert_problem(alice.get(rendition["url"] + "download/"), 409, "not_ready")
    rows.update(status="completed", result=result)


def test_asking_for_nothing_is_refused(alice: Client, image: dict[str, Any]) -> None:
    assert_problem(ask(alice, image), 400, "required", "operations")


def test_limits_hold_here_too(alice: Client, image: dict[str, Any]) -> None:
    answer = ask(alice, image, operations=[{"op": "resize", "width": 9000, "enlarge": True}])
    assert_problem(answer, 422, "output_too_large", "operations.0")
