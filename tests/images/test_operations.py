"""GET /operations/: the catalogue that forms and clients are made from."""

from typing import Any

import requests
from jsonschema import Draft202012Validator

from processing.limits import Limits
from processing.operations import OPERATIONS
from tests.client import Client
from tests.images.test_bad_input import assert_problem
from tests.stack import Stack


def fetched(stack: Stack, **headers: str) -> requests.Response:
    answer = requests.get(stack.web.base + "/api/v1/operations/", headers=headers, timeout=30)
    assert answer.status_code in (200, 304), answer.text
    return answer


def test_it_shows_every_operation_to_everybody(stack: Stack) -> None:
    body = fetched(stack).json()
    assert set(body) == {"operations", "output", "limits"}
    shown = {one["name"]: one for one in body["operations"]}
    assert list(shown) == list(OPERATIONS)
    for name, one in shown.items():
        assert one["description"], name
        assert one["example"] == OPERATIONS[name].example
    assert [shown[name]["changes_size"] for name in ("resize", "rotate", "blur", "flip")] == [
        *(True, True),
        *(False, False),
    ]
    assert shown["grayscale"]["aliases"]["greyscale"] == {}
    assert body["limits"]["max_operations"] == Limits.max_operations
    assert body["limits"]["formats"] == list(Limits.formats)


def test_its_schemas_stand_by_themselves_and_hold(stack: Stack) -> None:
    body = fetched(stack).json()
    for one in body["operations"]:
        validator = Draft202012Validator(one["schema"])
        validator.check_schema(one["schema"])
        assert validator.is_valid(one["example"]), one["name"]
        assert not validator.is_valid({**one["example"], "colour": 1}), one["name"]
    output = Draft202012Validator(body["output"]["schema"])
    assert output.is_valid({"format": "webp", "quality": 80})
    assert not output.is_valid({"format": "webp", "quality": 101})


def test_it_may_be_kept_and_asked_for_again_cheaply(stack: Stack) -> None:
    first = fetched(stack)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in first.headers
    again = fetched(stack, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_token_makes_no_difference(stack: Stack) -> None:
    assert fetched(stack, Authorization="Bearer garbage").json() == fetched(stack).json()


def test_it_is_there_under_the_default_version_and_as_a_page(stack: Stack, alice: Client) -> None:
    answer = requests.get(stack.web.base + "/api/operations/", timeout=30)
    assert answer.json() == fetched(stack).json()
    page = fetched(stack, Accept="text/html")
    assert page.headers["Content-Type"].startswith("text/html")
    root: dict[str, Any] = alice.get("/api/v1/").json()
    assert root["operations"].endswith("/api/v1/operations/")


def test_it_takes_nothing(alice: Client) -> None:
    assert_problem(alice.post("/api/v1/operations/", json={}), 405, "method_not_allowed")
