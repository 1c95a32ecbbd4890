"""What holds for every operation in the folder, the ones still to come included."""

import json
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from processing.color import to_srgb
from processing.errors import ProcessingError
from processing.limits import Limits
from processing.operation import Operation, Size
from processing.operations import OPERATION, OPERATIONS
from processing.pipeline import Result, parse, run
from tests import pictures

every_operation = pytest.mark.parametrize("model", OPERATIONS.values(), ids=OPERATIONS.keys())
SIZES = [(1, 1), (1, 9), (9, 1), (15, 11), (16, 12)]


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


@every_operation
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("mode", pictures.WORKING_MODES)
def test_it_makes_a_new_picture_of_the_size_it_promised(
    model: type[Operation], mode: str, size: tuple[int, int]
) -> None:
    operation = example(model)
    source = pictures.picture(*[pictures.gradient(*size).convert(mode)] * 2)
    before = source.frames[0].image.tobytes()
    try:
        promised = operation.size_after(Size(*size))
    except ProcessingError:
        # It says beforehand that it cannot: a box outside so small a picture.
        return
    result = operation.apply(source)
    assert result.size == promised
    assert [frame.image.size for frame in result.frames] == [promised, promised]
    assert {frame.image.mode for frame in result.frames} <= set(pictures.WORKING_MODES)
    assert source.frames[0].image.tobytes() == before
    assert result.frames[0].image is not source.frames[0].image or result is source
    assert [frame.duration for frame in result.frames] == [100, 100]


@every_operation
@pytest.mark.parametrize("mode", pictures.MODES)
def test_it_takes_every_mode(model: type[Operation], mode: str) -> None:
    image = to_srgb(pictures.in_mode(mode, 300, 240))
    assert image.mode in pictures.WORKING_MODES
    result = example(model).apply(pictures.picture(image))
    assert result.frames[0].image.mode in pictures.WORKING_MODES


@every_operation
@pytest.mark.parametrize("format", ["gif", "webp", "png", "avif"])
def test_it_keeps_an_animation(model: type[Operation], format: str) -> None:
    limits = Limits()
    frames = [image.resize((240, 320)) for image in pictures.frames()]
    source = pictures.file(
        frames[0], format, save_all=True, append_images=frames[1:], duration=[100, 50, 200]
    )
    (result,) = run(source, [parse([model.example], limits)], limits)
    assert isinstance(result, Result)
    with Image.open(BytesIO(result.data)) as image:
        assert image.format == format.upper()
        assert image.size == (result.width, result.height)
        assert getattr(image, "n_frames", 1) == result.frames == 3
        delays = []
        for number in range(3):
            image.seek(number)
            image.load()
            delays.append(image.info["duration"])
    assert delays == [100, 50, 200]


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
