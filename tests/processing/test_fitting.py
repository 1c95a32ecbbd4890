"""fitting: max_bytes, judged by every file that could have been written."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from pydantic import ValidationError

from processing.encode import prepared
from processing.operation import Picture
from processing.output import Output
from processing.parsing import parse
from tests.processing.fitted import LIMITS, LOSSY, every, failure, moving, result, scene, still


@pytest.mark.parametrize("name", ["scene", "noise", "alpha"])
@pytest.mark.parametrize("format", ["jpeg", "webp"])
@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.6, 0.95])
def test_the_best_quality_that_fits_is_taken(
    format: str, name: str, share: float, written: list[int]
) -> None:
    files = every(name, format)
    written.clear()
    least, usual = len(files[0]), len(files[LOSSY[format] - 1])
    limit = round(least + (usual - least) * share)
    made = result(still(name), format=format, max_bytes=limit)
    assert len(made) <= limit
    quality = max(q for q, data in enumerate(files, 1) if data == made)
    assert quality < LOSSY[format]
    assert len(files[quality]) > limit
    assert len(written) <= 8


def test_an_avif_fits_too(written: list[int]) -> None:
    files = {q: result(still("scene"), format="avif", quality=q) for q in (1, 60)}
    limit = (len(files[1]) + len(files[60])) // 2
    made = result(still("scene"), format="avif", max_bytes=limit)
    assert len(files[1]) < len(made) <= limit
    assert len(written) <= 8


@pytest.mark.parametrize("asked", [{}, {"quality": 30}])
def test_quality_stays_where_it_fits_anyway(asked: dict[str, int], written: list[int]) -> None:
    plain = result(still("scene"), format="jpeg", **asked)
    for limit in (len(plain), 10**12):
        written.clear()
        assert result(still("scene"), format="jpeg", max_bytes=limit, **asked) == plain
        assert len(written) == 1


def test_quality_is_a_ceiling() -> None:
    files = every("scene", "jpeg")
    assert result(still("scene"), format="jpeg", quality=40, max_bytes=10**6) == files[39]
    made = result(still("scene"), format="jpeg", quality=95, max_bytes=len(files[90]))
    assert made in files[88:95]


def test_the_last_byte_counts() -> None:
    files = every("scene", "jpeg")
    assert len(result(still("scene"), format="jpeg", max_bytes=len(files[0]))) == len(files[0])
    made = failure(still("scene"), format="jpeg", max_bytes=len(files[0]) - 1)
    assert (made.code, made.path) == ("max_bytes_unreachable", "output.max_bytes")
    assert f"may have {len(files[0]) - 1} bytes" in made.detail
    assert f"at least {len(files[0])}." in made.detail
    assert "smaller width" in made.detail


@pytest.mark.parametrize(
    "output", [{"format": "png"}, {"format": "gif"}, {"format": "webp", "lossless": True}], ids=str
)
def test_without_quality_it_fits_or_it_does_not(output: dict[str, Any], written: list[int]) -> None:
    plain = result(still("scene"), **output)
    assert result(still("scene"), max_bytes=len(plain), **output) == plain
    written.clear()
    made = failure(still("scene"), max_bytes=len(plain) - 1, **output)
    assert made.code == "max_bytes_unreachable"
    assert f"at least {len(plain)}. There is no quality to lower." in made.detail
    assert len(written) == 1


@pytest.mark.parametrize("format", ["webp", "avif"])
def test_an_animation_fits_with_all_its_frames(format: str, written: list[int]) -> None:
    source = moving([scene(), scene().rotate(90), scene().rotate(180)])
    plain, least = result(source, format=format), result(source, format=format, quality=1)
    written.clear()
    limit = (len(plain) + len(least)) // 2
    made = result(source, format=format, max_bytes=limit)
    assert len(least) < len(made) <= limit
    assert len(written) <= 8
    with Image.open(BytesIO(made)) as image:
        assert getattr(image, "n_frames", 1) == 3


def test_an_animation_without_quality_fits_or_does_not() -> None:
    source = moving([scene(), scene().rotate(90)])
    plain = result(source, format="gif")
    assert result(source, format="gif", max_bytes=len(plain)) == plain
    assert failure(source, format="gif", max_bytes=len(plain) - 1).code == "max_bytes_unreachable"


def test_pixels_are_prepared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def counted(*given: Any) -> Picture:
        calls.append(given)
        return prepared(*given)

    monkeypatch.setattr("processing.fitting.prepared", counted)
    result(still("alpha"), format="jpeg", max_bytes=len(every("alpha", "jpeg")[20]))
    assert len(calls) == 1


# --- Both ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("max_bytes", value) for value in (99, -1, 0, 100.5, "2000", True)),
        *(("target_ssim", value) for value in (0.8999, 1, 1.0, "0.95", float("nan"))),
    ],
)
def test_it_rejects(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Output.model_validate({field: value})


def test_they_are_in_the_canonical_form_only_when_given() -> None:
    plain = parse({"output": {"format": "jpeg"}}, LIMITS)
    assert not plain.canonical()["output"].keys() & {"max_bytes", "target_ssim"}
    for field, value in (("max_bytes", 5000), ("target_ssim", 0.95)):
        asked = parse({"output": {"format": "jpeg", field: value}}, LIMITS)
        assert asked.canonical()["output"][field] == value
        assert asked.digest != plain.digest
        assert parse(asked.canonical(), LIMITS) == parse(asked.canonical(), LIMITS)
        assert parse(asked.canonical(), LIMITS).digest == asked.digest


def test_no_quality_goes_without_saying_under_a_target() -> None:
    free = parse({"output": {"format": "jpeg", "target_ssim": 0.95}}, LIMITS)
    assert "quality" not in free.canonical()["output"]
    capped = parse({"output": {"format": "jpeg", "target_ssim": 0.95, "quality": 80}}, LIMITS)
    assert capped.canonical()["output"]["quality"] == 80
    assert free.digest != capped.digest


@pytest.mark.parametrize("asked", [{"max_bytes": 2500}, {"target_ssim": 0.95}], ids=str)
@pytest.mark.parametrize("format", LOSSY)
def test_the_same_is_asked_and_the_same_comes(format: str, asked: dict[str, Any]) -> None:
    first = result(still("scene"), format=format, **asked)
    assert result(still("scene"), format=format, **asked) == first


def test_who_asks_for_neither_has_one_file_written(written: list[int]) -> None:
    # Not even through this module's door.
    result(still("scene"), format="jpeg")
    assert not written
