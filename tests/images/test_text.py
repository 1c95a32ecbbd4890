"""text, asked for over HTTP, in a font of the operator's own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytest_django import DjangoDbBlocker

from processing import fonts
from tests import oracle
from tests.client import Client
from tests.fixtures import make_stack
from tests.images.test_bad_input import assert_problem
from tests.images.test_first_job import opened
from tests.pictures import file, gradient
from tests.stack import Stack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The operator's fonts: one that works and one that does not."""
    made = tmp_path / "fonts"
    made.mkdir()
    (made / "House Style.ttf").write_bytes(fonts.listed()["DejaVuSans-Bold"].read_bytes())
    (made / "Broken.ttf").write_bytes(b"no font")
    return made


@pytest.fixture
def stack(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    folder: Path,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Stack]:
    made = make_stack("sqlite-files", tmp_path / "data", request, FONTS_DIR=str(folder))
    with made.up(), django_db_blocker.unblock():
        yield made
        oracle.check(made)


def upload(client: Client, wait: int | None = 30, **text: Any) -> Any:
    pipeline = {"operations": [{"op": "text", **text}], "output": {"format": "png"}}
    return client.upload(
        file(gradient(200, 100), "png").getvalue(),
        wait=wait,
        **pipeline,  # type: ignore[arg-type]
    )


def test_own_fonts(stack: Stack, alice: Client, folder: Path) -> None:
    answers = [upload(alice, text="Ada", font=name) for name in ("house style", "DejaVuSans-Bold")]
    made = [
        np.asarray(opened(alice.get(answer.json()["download_url"]).content)) for answer in answers
    ]
    assert (made[0] == made[1]).all()
    assert (made[0] != np.asarray(gradient(200, 100))).any()

    for name in ("House Stile", "../fonts/House Style"):
        answer = upload(alice, text="Ada", font=name)
        assert answer.status_code in (400, 422)
        assert answer.json()["errors"][0]["path"] == "operations.0.font"
    assert_problem(upload(alice, text="Ada", font="Broken"), 422, "unreadable_font")
    assert_problem(upload(alice, text="Ada" * 300), 422, "text_too_large")
    for text in ("a\0b", "a\ud800b"):
        assert_problem(upload(alice, text=text), 400, "invalid_pipeline")

    # A worker without a font that the web process had.
    stack.worker.freeze()
    answer = upload(alice, wait=None, text="Ada", font="House Style")
    assert answer.status_code == 202
    (folder / "House Style.ttf").unlink()
    stack.worker.thaw()
    assert alice.done(answer.json()["url"])["status"] == "failed"
    (rendition,) = alice.get(answer.json()["url"]).json()["renditions"]
    assert rendition["error"]["code"] == "unknown_font"
    assert "House Style" in rendition["error"]["detail"]
