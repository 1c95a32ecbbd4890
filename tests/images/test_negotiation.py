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
        ("image/webp ; Q=0.000 , IMAGE/GIF", ("gif",)),
        ("image/webp;q=0.001, image/gif;q=1", ("gif", "webp")),
        ("image/webp;q=, image/gif;q=nan, image/png;q=-", ("gif", "png", "webp")),
        ("image/bmp;q=0", None),
        ("image/bmp, image/jxl;q=0, image/tiff", ("tiff",)),
        ("image/webp;q=0, image/avif;q=0", ("gif", "jpeg", "png")),
        ("image/jpeg;q=0, image/jpg", None),
        ("image/webpx, ximage/webp, image /gif, webp", None),
        ("image/webp;x=image/gif", ("webp",)),
        ("image/webp, image/webp", ("webp",)),
        ("," * 100_000 + "image/webp" + "," * 100_000, ("webp",)),
        ("image/webp" + ";" * 100_000 + "q=0, image/gif", ("gif",)),
        ("image/webp;q=" + "9" * 100_000, ("webp",)),
        ("x" * 100_000, None),
        ("image/webp\0, \ud800", None),
    ],
    ids=lambda value: str(value)[:60].encode("ascii", "replace").decode(),
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


def test_no_header_is_too_odd_for_an_answer(alice: Client) -> None:
    odd = "image/gif;q=much,;;,,=," + "," * 3000 + ";" * 3000 + ",image/gif;q=" + "9" * 1000
    assert ask(alice, odd)["format"] == "gif"
    too_long = alice.get("/api/v1/images/", headers={"Accept": "," * 100_000})
    assert too_long.status_code == 431
