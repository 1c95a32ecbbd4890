"""The Accept header: which formats it names, and that it is part of what is asked for."""

from typing import Any

import pytest

from images.negotiation import shown_formats
from tests.client import Client
from tests.pictures import file, gradient


@pytest.mark.parametrize(
    ("header", "formats"),
    [
        ("", None),
        ("*/*", None),
        ("image/*", None),
        ("application/json, image/*;q=0.8, */*;q=0.5", None),
        ("image/svg+xml", None),
        ("image/webp", ("webp",)),
        ("image/avif,image/webp,image/apng,image/*,*/*;q=0.8", ("avif", "png", "webp")),
        ("application/json, image/jpg", ("jpeg",)),
        ("IMAGE/AVIF ; q=0.1 , image/jpeg;q=1.0", ("avif", "jpeg")),
        ("image/webp;q=0, image/jpeg", ("jpeg",)),
        ("image/webp;q=0.0, */*", ("gif", "jpeg", "png")),
        ("image/webp;q=0, image/webp", None),
        ("image/webp;q=much, ;;,,=", ("webp",)),
        ("image/webp;level=1;q=0, image/gif", ("gif",)),
    ],
)
def test_it_says_what_can_be_shown(header: str, formats: tuple[str, ...] | None) -> None:
    assert shown_formats(header) == formats


def ask(client: Client, header: str, **output: Any) -> dict[str, Any]:
    image = client.upload(file(gradient()).getvalue()).json()
    answer = client.post(
        image["url"] + "transform/",
        json={"renditions": [{"output": {"format": "auto", **output}}]},
        headers={"Prefer": "wait=30", "Accept": f"application/json, {header}"},
    )
    assert answer.status_code == 200, answer.text
    rendition: dict[str, Any] = answer.json()["renditions"][0]
    return rendition


def test_a_header_fills_in_what_the_request_leaves_out(alice: Client) -> None:
    named = ask(alice, "image/jpeg, image/gif")
    assert named["pipeline"]["output"]["accept"] == ["gif", "jpeg"]
    assert named["format"] == "jpeg"
    body = ask(alice, "image/jpeg", accept=["avif"])
    assert body["pipeline"]["output"]["accept"] == ["avif"]
    assert body["format"] == "avif"
    nothing = ask(alice, "image/*")
    assert "accept" not in nothing["pipeline"]["output"]
    assert nothing["format"] == "webp"
