"""Where a part lies, in every accepted spelling, and what is said about the others."""

from typing import Any, get_args

import pytest

from processing.errors import InvalidPipeline
from processing.gravity import Compass
from processing.limits import Limits
from processing.operation import Size
from processing.operations.crop import Crop
from processing.operations.pad import Pad
from processing.operations.resize import Resize
from processing.pipeline import Pipeline, parse

CROP = {"op": "crop", "width": 10, "height": 10}
COVER = {"op": "resize", "width": 10, "height": 10, "fit": "cover"}
PAD = {"op": "pad", "aspect_ratio": "1:1"}


def parsed(operation: dict[str, Any]) -> Pipeline:
    return parse([operation], Limits())


def refused(operation: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(InvalidPipeline) as error:
        parsed(operation)
    (only,) = error.value.errors
    return only.path, only.detail


@pytest.mark.parametrize(
    ("alias", "word"),
    [
        ("top-left", "northwest"),
        ("top_left", "northwest"),
        ("north_west", "northwest"),
        ("north-west", "northwest"),
        ("nw", "northwest"),
        ("NW", "northwest"),
        ("NorthWest", "northwest"),
        ("n", "north"),
        ("top", "north"),
        ("ne", "northeast"),
        ("top_right", "northeast"),
        ("north-east", "northeast"),
        ("e", "east"),
        ("right", "east"),
        ("se", "southeast"),
        ("South_East", "southeast"),
        ("bottom-right", "southeast"),
        ("s", "south"),
        ("bottom", "south"),
        ("sw", "southwest"),
        ("south-west", "southwest"),
        ("bottom_left", "southwest"),
        ("w", "west"),
        ("Left", "west"),
        ("centre", "center"),
        ("middle", "center"),
        ("CENTER", "center"),
    ],
)
@pytest.mark.parametrize("operation", [CROP, COVER, PAD], ids=lambda one: one["op"])
def test_an_alias_is_the_word_it_stands_for(
    operation: dict[str, Any], alias: str, word: str
) -> None:
    asked = parsed({**operation, "gravity": alias})
    assert asked.canonical()["operations"][0]["gravity"] == word
    assert asked.digest == parsed({**operation, "gravity": word}).digest


@pytest.mark.parametrize(
    ("alias", "word"),
    [
        *((alias, "inside") for alias in ("clip", "max", "limit", "at_max", "at-max", "Inside")),
        *((alias, "cover") for alias in ("crop", "CROP")),
        ("pad", "contain"),
        *((alias, "stretch") for alias in ("force", "scale", "squeeze")),
        *((alias, "outside") for alias in ("min", "mfit")),
    ],
)
def test_so_is_one_of_fit(alias: str, word: str) -> None:
    asked = parsed({**COVER, "fit": alias})
    assert asked.canonical()["operations"][0]["fit"] == word
    assert asked.digest == parsed({**COVER, "fit": word}).digest


def test_the_schema_lists_the_canonical_words_only() -> None:
    compass = list(get_args(Compass))
    looking = [*compass, "smart", "entropy", "attention", "focal"]
    assert Pad.model_json_schema()["properties"]["gravity"]["enum"] == compass
    for model in (Crop, Resize):
        assert model.model_json_schema()["properties"]["gravity"]["enum"] == looking
    fits = ["inside", "cover", "contain", "outside", "stretch"]
    assert Resize.model_json_schema()["properties"]["fit"]["enum"] == fits


@pytest.mark.parametrize("gravity", ["smart", "Entropy", "attention", "focal"])
def test_only_what_cuts_may_choose_a_part(gravity: str) -> None:
    path, detail = refused({**PAD, "gravity": gravity})
    assert path == "operations.0.gravity"
    assert f'"{gravity.lower()}" chooses the part that a crop, or a resize with fit cover' in detail
    assert "one of center, north, " in detail


@pytest.mark.parametrize("gravity", ["smart", "entropy", "attention"])
@pytest.mark.parametrize("fit", ["inside", "contain", "outside", "stretch"])
def test_a_resize_that_cuts_nothing_off_has_nothing_to_choose(gravity: str, fit: str) -> None:
    path, detail = refused({**COVER, "fit": fit, "gravity": gravity})
    assert path == "operations.0.gravity"
    assert f'"{gravity}" chooses the part that fit cover keeps; fit {fit} cuts' in detail
    assert parsed({**COVER, "gravity": gravity})


@pytest.mark.parametrize("operation", [CROP, COVER], ids=lambda one: one["op"])
@pytest.mark.parametrize(
    ("parameters", "path"),
    [
        ({"gravity": "up"}, "gravity"),
        ({"gravity": ["north"]}, "gravity"),
        ({"gravity": "north_"}, "gravity"),
        ({"gravity": "focal", "focal_x": 0.5}, "focal_y"),
        ({"gravity": "focal", "focal_y": 0.5}, "focal_x"),
        ({"gravity": "north", "focal_x": 0.5}, "focal_x"),
        ({"focal_y": 0}, "focal_y"),
        ({"gravity": "focal", "focal_x": 1.01, "focal_y": 0}, "focal_x"),
        ({"gravity": "focal", "focal_x": 0, "focal_y": -0.1}, "focal_y"),
        ({"gravity": "focal", "focal_x": "0", "focal_y": 0}, "focal_x"),
    ],
    ids=str,
)
def test_errors_name_the_field(
    operation: dict[str, Any], parameters: dict[str, Any], path: str
) -> None:
    assert refused({**operation, **parameters})[0] == f"operations.0.{path}"


def test_a_box_has_its_place() -> None:
    assert refused({**CROP, "left": 0, "gravity": "smart"})[0] == "operations.0"


@pytest.mark.parametrize(
    ("focal", "box"),
    [
        # Of 20 x 10 out of 200 x 100.
        ((0.5, 0.5), (90, 45, 110, 55)),
        ((0.3, 0.25), (50, 20, 70, 30)),
        ((0, 0), (0, 0, 20, 10)),
        ((0.04, 0.04), (0, 0, 20, 10)),
        ((1, 1), (180, 90, 200, 100)),
        ((0.96, 0.5), (180, 45, 200, 55)),
        ((0.0501, 0.9), (0, 85, 20, 95)),
        ((0.35, 0.05), (60, 0, 80, 10)),
    ],
    ids=str,
)
def test_focal_is_the_centre_as_far_as_the_edges_allow(
    focal: tuple[float, float], box: tuple[int, ...]
) -> None:
    x, y = focal
    crop = Crop(width=20, height=10, gravity="focal", focal_x=x, focal_y=y)
    assert crop.box(Size(200, 100)) == box


@pytest.mark.parametrize(
    ("size", "focal", "start"),
    [
        ((200, 100), 0.5, 50.0),
        ((200, 100), 0.3, 10.0),
        ((200, 100), 0.1, 0.0),
        ((200, 100), 0.9, 100.0),
        ((201, 100), 0.5, 50.5),
    ],
    ids=str,
)
def test_focal_is_so_for_cover_both_ways(size: tuple[int, int], focal: float, start: float) -> None:
    cover = Resize(width=30, height=30, fit="cover", gravity="focal", focal_x=focal, focal_y=focal)
    assert cover.geometry(Size(*size)).part == (start, 0.0, start + 100, 100.0)
    assert cover.geometry(Size(*size[::-1])).part == (0.0, start, 100.0, start + 100)
