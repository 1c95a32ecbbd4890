"""POST /plan/: what would be made, without making it."""

import json
import uuid
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import requests
from django.db.models.functions import Now
from PIL import Image as Pillow

from tests.client import Client
from tests.images.test_bad_input import assert_problem
from tests.pictures import animation, file, gradient, photographed
from tests.stack import Stack

ROOT = Path(__file__).parent.parent.parent
PHOTO = {"width": 4000, "height": 3000, "format": "jpeg"}
WORDY = [{"op": "text", "text": "a" * 1000}] * 2
SMALL = [{"op": "crop", "width": "50%", "height": "100%"}, {"op": "resize", "width": 100}]


def ask(client: Client, **body: Any) -> requests.Response:
    return client.post("/api/v1/plan/", json=body)


def plan(client: Client, **body: Any) -> Any:
    """The one plan of an answer."""
    answer = ask(client, **body)
    assert answer.status_code == 200, answer.text
    (only,) = answer.json()["plans"]
    return only


def test_it_tells_what_would_be_made_of_a_picture_that_need_not_exist(
    stack: Stack, alice: Client
) -> None:
    told = plan(alice, source=PHOTO, operations=SMALL, output={"format": "webp"})
    assert told["steps"] == [
        {"op": "crop", "width": 2000, "height": 3000, "exact": True},
        {"op": "resize", "width": 100, "height": 150, "exact": True},
    ]
    assert told["result"] == {
        "format": "webp",
        "content_type": "image/webp",
        "width": 100,
        "height": 150,
        "frames": 1,
    }
    assert told["pipeline"]["operations"][0]["gravity"] == "center"
    assert told["decode"] == {"width": 4000, "height": 3000}
    assert 4000 * 3000 * 3 < told["memory_bytes"] < 4000 * 3000 * 40
    assert (told["limit"], told["warnings"], told["name"]) == (None, [], "")
    assert stack.images.filter(owner__username=alice.username).count() == 0


def test_a_decode_is_no_larger_than_needed(alice: Client) -> None:
    told = plan(alice, source=PHOTO, operations=[{"op": "resize", "width": 500}])
    assert told["decode"] == {"width": 500, "height": 375}


def test_what_it_says_of_an_own_image_is_what_is_made(alice: Client) -> None:
    picture = photographed(gradient(401, 299), 6)
    body = alice.upload(picture.getvalue(), SMALL, output={"format": "png"}).json()
    told = plan(alice, image=body["id"], operations=SMALL, output={"format": "png"})
    (rendition,) = body["renditions"]
    assert told["pipeline"] == rendition["pipeline"]
    with Pillow.open(BytesIO(alice.get(body["download_url"]).content)) as made:
        assert (told["result"]["width"], told["result"]["height"]) == made.size
        assert told["result"]["format"] == (made.format or "").lower()
    assert len(alice.get(body["url"]).json()["renditions"]) == 1


def test_planning_starts_no_clock(alice: Client) -> None:
    body = alice.upload(file(gradient()).getvalue()).json()
    plan(alice, image=body["id"], operations=[])
    assert alice.get(body["url"]).json()["first_downloaded_at"] is None


SPELLINGS: list[dict[str, Any]] = [
    {"operations": [{"op": "rotate", "angle": 90}, {"op": "convert", "format": "png"}]},
    {"operations": [{"operation_type": "rotate", "parameters": {"angle": 90}}]},
    {"pipeline": [{"op": "rotate", "angle": 90}]},
    {"transformations": {"rotate": 90}},
    {"renditions": [{"operations": [{"op": "rotate", "angle": 90}]}]},
]


def test_it_takes_every_spelling(alice: Client) -> None:
    for spelling in SPELLINGS:
        told = plan(alice, source=PHOTO, **spelling)
        assert told["steps"] == [{"op": "rotate", "width": 3000, "height": 4000, "exact": True}]


def test_paths_are_those_of_the_client(alice: Client) -> None:
    told = plan(alice, source=PHOTO, transformations={"resize": {"width": 9000, "enlarge": True}})
    assert told["limit"]["path"] == "transformations.resize"
    told = plan(alice, source=PHOTO, transformations={"resize": {"width": 5000, "enlarge": True}})
    assert [warning["path"] for warning in told["warnings"]] == ["transformations.resize"]


def test_it_takes_a_form(alice: Client) -> None:
    fields = {"source": '{"width": 80, "height": 60, "format": "JPG"}', "operations": "[]"}
    answer = alice.post("/api/v1/plan/", data=fields)
    assert answer.json()["plans"][0]["result"]["width"] == 80
    page = alice.get("/api/v1/plan/", headers={"Accept": "text/html"})
    assert page.status_code == 405
    assert 'name="operations"' in page.text


def test_several_pipelines_are_several_plans_with_their_names(alice: Client) -> None:
    renditions = [
        {"name": "a", "operations": [{"op": "resize", "width": 9000, "enlarge": True}]},
        {"name": "b", "operations": [{"op": "flip"}], "output": {"format": "gif"}},
    ]
    first, second = ask(alice, source=PHOTO, renditions=renditions).json()["plans"]
    assert (first["name"], second["name"]) == ("a", "b")
    assert first["limit"]["code"] == "output_too_large"
    assert first["limit"]["path"] == "renditions.0.operations.0"
    assert "8192" in first["limit"]["detail"]
    assert first["result"] is first["decode"] is first["memory_bytes"] is None
    assert (second["limit"], second["result"]["format"]) == (None, "gif")
    (warning,) = second["warnings"]
    assert (warning["path"], warning["code"]) == ("renditions.1.output.format", "reduces_colours")


def test_the_request_of_the_documentation_works(alice: Client) -> None:
    page = (ROOT / "docs/how-to/engine.md").read_text()
    told = plan(alice, **json.loads(page.split("```json\n")[1].split("```")[0]))
    assert [warning["code"] for warning in told["warnings"]] == ["flattens_alpha"]
    assert (told["result"]["width"], told["result"]["height"]) == (800, 600)


def test_it_warns_of_what_an_animation_loses(alice: Client) -> None:
    body = alice.upload(animation("gif").getvalue()).json()
    told = plan(alice, image=body["id"], output={"format": "jpeg"})
    codes = {warning["code"]: warning["path"] for warning in told["warnings"]}
    assert codes == {"flattens_alpha": "output.format", "drops_frames": "output.format"}


def test_an_orientation_turns_the_sides(alice: Client) -> None:
    told = plan(alice, source={**PHOTO, "orientation": 6}, operations=[])
    assert (told["result"]["width"], told["result"]["height"]) == (3000, 4000)


def test_a_watermark_that_is_not_there_is_a_limit(alice: Client) -> None:
    operations = [{"op": "flip"}, {"op": "watermark", "image": str(uuid.uuid4())}]
    told = plan(alice, source=PHOTO, operations=operations)
    assert (told["limit"]["code"], told["limit"]["path"]) == (
        "unknown_image",
        "operations.1.image",
    )
    assert told["result"] is None


def test_foreign_absent_and_expired_images_answer_alike(
    stack: Stack, alice: Client, bob: Client
) -> None:
    foreign = bob.upload(file(gradient()).getvalue()).json()["id"]
    expired = alice.upload(file(gradient()).getvalue()).json()["id"]
    stack.images.filter(pk=expired).update(expires_at=Now() - timedelta(seconds=1))
    answers = {}
    for image_id in (foreign, expired, str(uuid.uuid4())):
        answer = ask(alice, image=image_id, operations=[])
        assert_problem(answer, 422, "unknown_image", "image")
        answers[answer.text.replace(image_id, "")] = image_id
    assert len(answers) == 1


REFUSED: dict[str, tuple[dict[str, Any], int, str, str]] = {
    "no picture": ({"operations": []}, 400, "required", "image"),
    "two pictures": (
        {"operations": [], "image": str(uuid.UUID(int=0)), "source": PHOTO},
        400,
        "required",
        "image",
    ),
    "no pipeline": ({"source": PHOTO}, 400, "required", "operations"),
    "no id": ({"operations": [], "image": "x"}, 400, "invalid", "image"),
    "a wrong operation": (
        {"operations": [{"op": "blur", "sigma": 0}], "source": PHOTO},
        400,
        "greater_than_equal",
        "operations.0.sigma",
    ),
    "a source that is none": ({"operations": [], "source": 7}, 400, "wrong_type", "source"),
    "a source of far too much": (
        {"operations": [], "source": {f"w{number}": 1 for number in range(20_001)}},
        400,
        "wrong_type",
        "source",
    ),
    "texts that take long to measure": (
        {"source": PHOTO, "renditions": [{"operations": WORDY}] * 11},
        422,
        "too_much_text",
        "renditions.10.operations.0.text",
    ),
    "half a source": (
        {"operations": [], "source": {"width": 9, "format": "png"}},
        400,
        "missing",
        "source.height",
    ),
    "a source of nothing": (
        {"operations": [], "source": {**PHOTO, "width": 0}},
        400,
        "greater_than_equal",
        "source.width",
    ),
    "more in a source": (
        {"operations": [], "source": {**PHOTO, "colour": 1}},
        400,
        "unknown_parameter",
        "source.colour",
    ),
    "a source too large": (
        {"operations": [], "source": {**PHOTO, "width": 40_000}},
        422,
        "too_many_pixels",
        "source",
    ),
    "too many frames": (
        {"operations": [], "source": {**PHOTO, "format": "gif", "width": 9, "frames": 301}},
        422,
        "too_many_frames",
        "source",
    ),
    "a format that is not accepted": (
        {"operations": [], "source": {**PHOTO, "format": "bmp"}},
        415,
        "unsupported_format",
        "source",
    ),
}


def test_it_refuses_what_makes_no_sense(alice: Client) -> None:
    for body, status, code, path in REFUSED.values():
        assert_problem(ask(alice, **body), status, code, path)


def test_nobody_plans_without_a_token(stack: Stack) -> None:
    assert_problem(ask(Client(stack.web.base), source=PHOTO), 401, "not_authenticated")
