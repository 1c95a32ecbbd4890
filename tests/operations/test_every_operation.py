"""What holds for every operation in the folder, the ones still to come included."""

import json
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from processing.color import to_srgb
from processing.errors import ProcessingError
from processing.operation import Operation, Size
from processing.operations import OPERATION, OPERATIONS
from tests import pictures

every_operation = pytest.mark.parametrize("model", OPERATIONS.values(), ids=OPERATIONS.keys())
SIZES = [Size(1, 1), Size(1, 9), Size(9, 1), Size(15, 11), Size(214, 40)]


def example(model: type[Operation]) -> Operation:
    return OPERATION.validate_python(model.example)


@every_operation
def test_it_says_what_it_is(model: type[Operation]) -> None:
    name = model.model_fields["op"].default
    assert model.__module__ == f"processing.operations.{name}"
    assert model.__doc__
    assert type(example(model)) is model
    assert (Path(__file__).parent / f"test_{name}.py").exists()
    for field, about in model.model_fields.items():
        assert about.description or field == "op", f"{name}.{field} has no description"
    # Limits must reach the schema, where forms and clients read them.
    assert '"ge"' not in json.dumps(model.model_json_schema())


@cache
def working(mode: str, size: Size) -> Image.Image:
    return to_srgb(pictures.in_mode(mode, *size))


@every_operation
@pytest.mark.parametrize("mode", pictures.MODES)
def test_every_mode_and_size_ends_in_a_picture_or_a_clean_error(
    model: type[Operation], mode: str
) -> None:
    operation, done = example(model), 0
    for size in SIZES:
        image = working(mode, size)
        source = pictures.picture(image, image)
        before = image.mode, image.tobytes(), dict(image.info)
        try:
            promised = operation.size_after(size)
            result = operation.apply(source)
        except ProcessingError:
            # A box outside so small a picture, or nothing left of it.
            continue
        done += 1
        assert result.size == promised or not operation.exact, size
        assert 1 <= result.size.width <= promised.width, size
        assert 1 <= result.size.height <= promised.height, size
        assert {frame.image.size for frame in result.frames} == {result.size}, size
        assert {frame.image.mode for frame in result.frames} <= set(pictures.WORKING_MODES), size
        assert [frame.duration for frame in result.frames] == [100, 100], size
        assert result.part is None, size
        assert (image.mode, image.tobytes(), image.info) == before, size
        assert result is source or result.frames[0].image is not image, size
    assert done, "no size was large enough for the example"


@every_operation
def test_commuting_with_scaling_is_true_where_it_is_claimed(model: type[Operation]) -> None:
    operation = example(model)
    if not operation.commutes_with_scaling():
        return
    image = pictures.gradient(64, 48)
    small = pictures.picture(image.resize((32, 24), Image.Resampling.BOX))
    after = operation.apply(pictures.picture(image)).frames[0].image
    scaled = after.resize((after.width // 2, after.height // 2), Image.Resampling.BOX)
    difference = pictures.pixels(operation.apply(small).frames[0].image) - pictures.pixels(scaled)
    assert abs(difference).max() <= 2
