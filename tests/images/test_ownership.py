"""Whose picture it is: foreign and absent are the same, and nobody comes in without a token."""

import uuid

import pytest

from tests.client import Client
from tests.images.test_bad_input import assert_problem
from tests.pictures import file, gradient
from tests.stack import Stack

IMAGE = ["", "original/", "download/", "renditions/"]
RENDITION = ["", "download/"]


@pytest.fixture
def hers(alice: Client) -> dict[str, str]:
    body = alice.upload(file(gradient()).getvalue(), [{"op": "flip"}]).json()
    return {"images": body["id"], "renditions": body["renditions"][0]["id"]}


def everything(ids: dict[str, str]) -> list[tuple[str, str]]:
    """Every verb on every address of one image and one rendition."""
    image, rendition = (f"/api/v1/{kind}/{pk}/" for kind, pk in ids.items())
    reads = [("GET", image + end) for end in IMAGE] + [
        ("GET", rendition + end) for end in RENDITION
    ]
    writes = [
        ("PATCH", image),
        ("POST", image + "transform/"),
        ("DELETE", rendition),
        ("DELETE", image),
    ]
    return [*reads, *(("HEAD", path) for _, path in reads), *writes]


def test_foreign_and_absent_are_the_same_404(bob: Client, hers: dict[str, str]) -> None:
    absent = {kind: str(uuid.uuid4()) for kind in hers}
    for (verb, path), (_, nowhere) in zip(everything(hers), everything(absent), strict=True):
        foreign = bob.request(verb, path, json={"operations": []})
        missing = bob.request(verb, nowhere, json={"operations": []})
        assert foreign.status_code == missing.status_code == 404, (verb, path)
        assert foreign.content == missing.content
        if verb != "HEAD":
            assert_problem(foreign, 404, "not_found")


def test_another_users_list_is_empty(bob: Client, hers: dict[str, str]) -> None:
    assert bob.get("/api/v1/images/").json() == {
        "count": 0,
        "next": None,
        "previous": None,
        "results": [],
    }


@pytest.mark.parametrize("token", [None, "garbage", "e30.e30.e30"])
def test_nobody_comes_in_without_a_token(
    stack: Stack, hers: dict[str, str], token: str | None
) -> None:
    stranger = Client(stack.web.base)
    stranger.token = token
    for verb, path in [*everything(hers), ("GET", "/api/v1/images/"), ("POST", "/api/v1/images/")]:
        answer = stranger.request(verb, path)
        assert answer.status_code == 401, (verb, path)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_owner_is_not_taken_from_the_request(stack: Stack, alice: Client, bob: Client) -> None:
    owner = str(stack.users.get(username=bob.username).pk)
    body = alice.upload(file(gradient()).getvalue(), owner=owner, owner_id=owner).json()
    assert alice.get(body["url"]).status_code == 200
    assert bob.get(body["url"]).status_code == 404
