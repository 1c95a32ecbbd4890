"""One complete job through the public door."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from tests.client import Client
from tests.pictures import RED, WHITE, file, gradient, photographed, pixels, quarters
from tests.stack import Stack

RESIZE = [{"op": "resize", "width": 20}]


def opened(data: bytes) -> Pillow.Image:
    return Pillow.open(io.BytesIO(data))


def test_the_result_has_the_asked_size_format_and_pixels(alice: Client) -> None:
    body = alice.upload(
        file(quarters(400, 300), "png").getvalue(),
        RESIZE,
        output={"format": "webp", "lossless": True},
    ).json()
    assert body["status"] == "completed"
    answer = alice.get(body["download_url"])
    result = opened(answer.content)
    assert (answer.headers["Content-Type"], result.format) == ("image/webp", "WEBP")
    assert result.size == (20, 15)
    corners = [result.convert("RGB").getpixel(at) for at in ((1, 1), (18, 13))]
    assert np.abs(np.array(corners, int) - np.array([RED, WHITE])).max() <= 2


def test_the_states_move_forward_only(alice: Client) -> None:
    body = alice.upload(file(gradient(3000, 2000)).getvalue(), RESIZE, wait=None).json()
    seen = [body["status"]]
    while seen[-1] not in ("completed", "failed"):
        seen.append(alice.get(body["url"]).json()["status"])
    order = ["pending", "processing", "completed"]
    assert seen[0] == "pending"
    assert sorted(seen, key=order.index) == seen


def test_without_waiting_the_answer_is_202_and_says_where_to_look(alice: Client) -> None:
    answer = alice.upload(file(gradient()).getvalue(), RESIZE, wait=None)
    assert answer.status_code == 202
    assert answer.headers["Location"] == answer.json()["url"]
    assert answer.json()["download_url"] is None
    assert alice.done(answer.headers["Location"])["download_url"]


@pytest.mark.parametrize(
    "how", [{"headers": {"Prefer": "respond-async, wait=30"}}, {"params": {"wait": "30"}}]
)
def test_waiting_gives_201_once_done(alice: Client, how: dict[str, Any]) -> None:
    picture = {"file": ("x.jpg", file(gradient()).getvalue())}
    answer = alice.post(
        "/api/v1/images/", files=picture, data={"operations": '[{"op": "flip"}]'}, **how
    )
    assert (answer.status_code, answer.json()["status"]) == (201, "completed")
    assert answer.headers["Preference-Applied"] == "wait=30"


@pytest.mark.parametrize("prefix", ["", "data:image/png;base64,"])
def test_json_with_base64_does_the_same(alice: Client, prefix: str) -> None:
    import base64

    picture = prefix + base64.b64encode(file(quarters(), "png").getvalue()).decode()
    body = {"image": picture, "operations": [{"op": "mirror"}], "name": "four.png"}
    answer = alice.post("/api/v1/images/?wait=30", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["name"] == "four.png"
    result = opened(alice.get(answer.json()["download_url"]).content)
    assert (pixels(result) == pixels(quarters())[:, ::-1]).all()


def test_the_older_spelling_of_operations_is_understood(alice: Client) -> None:
    old = [
        {"operation_type": "resize", "parameters": {"width": 10, "height": 10, "fit": "stretch"}},
        {"op": "filter", "type": "grayscale"},
        {"op": "convert", "format": "png"},
    ]
    body = alice.upload(file(gradient()).getvalue(), old).json()
    result = opened(alice.get(body["download_url"]).content)
    assert (result.format, result.size, result.mode) == ("PNG", (10, 10), "L")


def test_a_picture_without_work_is_its_own_download(alice: Client) -> None:
    picture = file(gradient()).getvalue()
    answer = alice.upload(picture)
    assert (answer.status_code, answer.json()["status"]) == (201, "completed")
    assert alice.get(answer.json()["download_url"]).content == picture
    assert alice.get(answer.json()["original_url"]).content == picture


def test_sizes_are_those_of_the_displayed_picture(alice: Client) -> None:
    body = alice.upload(photographed(gradient(64, 48), 6).getvalue(), [{"op": "sepia"}]).json()
    assert (body["width"], body["height"]) == (64, 48)
    assert opened(alice.get(body["download_url"]).content).size == (64, 48)


def test_several_renditions_are_made_from_one_upload(alice: Client) -> None:
    wanted = [
        {
            "name": "small",
            "operations": [{"op": "resize", "width": 8}],
            "output": {"format": "png"},
        },
        {"name": "grey", "operations": [{"op": "grayscale"}]},
        {
            "name": "again",
            "operations": [{"op": "resize", "width": 8}],
            "output": {"format": "png"},
        },
    ]
    body = alice.upload(file(gradient()).getvalue(), renditions=wanted).json()
    assert [one["name"] for one in body["renditions"]] == ["small", "grey"]
    sizes = [opened(alice.get(one["download_url"]).content).size for one in body["renditions"]]
    assert sizes == [(8, 6), (64, 48)]


def test_one_rendition_that_fails_leaves_the_others(alice: Client) -> None:
    whole = file(gradient(600, 400)).getvalue()
    body = alice.upload(whole[: len(whole) // 2], [{"op": "flip"}]).json()
    assert (body["status"], body["error"]["code"]) == ("failed", "unreadable_image")
    assert alice.get(body["original_url"]).content == whole[: len(whole) // 2]


def test_a_download_is_named_after_the_upload(alice: Client) -> None:
    body = alice.upload(file(gradient()).getvalue(), [{"op": "flip"}], name="Zürich.tar.jpg").json()
    headers = alice.get(body["download_url"]).headers
    assert headers["Content-Disposition"] == "attachment; filename*=utf-8''Z%C3%BCrich.tar.jpg"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "private, no-store"
    assert "sandbox" in headers["Content-Security-Policy"]


def test_the_unversioned_address_is_the_same_api(stack: Stack, alice: Client) -> None:
    body = alice.upload(file(gradient()).getvalue()).json()
    assert alice.get(f"/api/images/{body['id']}/").json() == body
