"""The oracle sees what it is there to see."""

import base64
import json
import time
from typing import Any

import pytest
import requests

from tests import oracle
from tests.client import Client
from tests.pictures import file, gradient
from tests.record import Record
from tests.stack import Stack

PK, RENDITION = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
IMAGE = f"http://x/api/v1/images/{PK}/"


def answer(
    method: str, url: str, status: int, body: Any = None, user: str = "alice", **headers: str
) -> requests.Response:
    """As if it had come from a service."""
    claims = base64.urlsafe_b64encode(json.dumps({"sub": user}).encode()).decode().rstrip("=")
    made = requests.Response()
    made.status_code, made.url = status, url
    made.request = requests.Request(
        method, url, headers={"Authorization": f"Bearer e30.{claims}.x"}
    ).prepare()
    is_picture = isinstance(body, bytes)
    made.headers["Content-Type"] = "image/jpeg" if is_picture else "application/json"
    made._content = body if is_picture else json.dumps(body).encode()
    made.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return made


def image(state: str = "pending", expires: str | None = None) -> dict[str, Any]:
    work = {"id": RENDITION, "image": PK, "status": state, "pipeline": {}}
    return {"id": PK, "expires_at": expires, "original_url": "", "renditions": [work]}


def noted(*answers: requests.Response) -> list[str]:
    """What is wrong with these answers, one after the other."""
    record = Record()
    for one in answers:
        record.note(one, time.monotonic(), one.request.headers["Authorization"], body=True)
    return [line.split()[0] for line in record.wrong]


UPLOADED = answer("POST", "http://x/api/v1/images/", 202, image())
BYTES = file(gradient()).getvalue()


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ([UPLOADED, answer("GET", IMAGE, 200, image("completed"))], []),
        ([UPLOADED, answer("GET", IMAGE, 404, {}, "bob")], []),
        ([UPLOADED, answer("GET", IMAGE, 200, image(), "bob")], ["I6"]),
        ([answer("GET", IMAGE, 200, image(s)) for s in ("processing", "pending")], ["I8"]),
        ([answer("GET", IMAGE, 200, image(s)) for s in ("completed", "failed")], ["I8"]),
        ([answer("GET", IMAGE, 500, {})], ["I9"]),
        ([answer("GET", IMAGE, 503, {})], ["I9"]),
        ([answer("GET", IMAGE, 503, {}, Retry_After="5")], []),
        (
            [
                answer("GET", IMAGE, 200, image(expires="2020-01-01T00:00:00Z")),
                answer("GET", f"{IMAGE}original/", 200, BYTES),
            ],
            ["I7"],
        ),
        ([answer("GET", f"{IMAGE}download/", 200, data) for data in (BYTES, b"other")], ["I3"]),
    ],
)
def test_an_answer_that_must_not_be(answers: list[requests.Response], wrong: list[str]) -> None:
    assert noted(*answers) == wrong


def test_a_failed_one_may_be_begun_anew_when_asked() -> None:
    states = [answer("GET", IMAGE, 200, image(s)) for s in ("failed", "pending")]
    wish = answer("POST", f"{IMAGE}transform/", 202, {"renditions": []})
    assert noted(UPLOADED, states[0], wish, states[1]) == []
    assert noted(UPLOADED, *states) == ["I8"]


def test_what_rows_and_objects_show(stack: Stack, alice: Client) -> None:
    """A picture whose row is gone; one that is not what was uploaded; a secret in a log."""
    gone, other = (alice.upload(alice.picture(), wait=None).json()["id"] for _ in range(2))
    stack.images.filter(pk=gone).delete()
    stack.record.accepted[other] = "another hash"
    stack.record.secrets.add("ImagePro answers at")
    found = oracle.judge(stack, thorough=True)
    stack.record.secrets.remove("ImagePro answers at")
    assert found.lost == [
        f"I1 image {gone} was accepted and has no row",
        f"I1 image {other} has other bytes than were uploaded",
    ]
    assert found.wrong == ["I10 the log of web holds ImagePro ans…"]
    assert (found.doubled, found.orphaned) == ([], [])
