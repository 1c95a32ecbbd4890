"""watermark: another image laid on a picture."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from processing.errors import ProcessingError
from processing.limits import Limits
from processing.pipeline import Result, parse, run
from tests import pictures

LIMITS = Limits()
LOGO = "8f14e45f-ceea-467f-a0e6-1c8b8f2d3c4a"
OTHER = "11111111-2222-4333-8444-555555555555"


def outcomes(source: BytesIO, logos: dict[str, BytesIO], *asked: Any) -> list[Any]:
    """What becomes of pipelines where just these images are known."""

    def open_image(image_id: str) -> BytesIO:
        if image_id not in logos:
            raise ProcessingError("unknown_image", f"no {image_id}")
        return BytesIO(logos[image_id].getvalue())

    return list(run(source, [parse(value, LIMITS) for value in asked], LIMITS, open_image))


def laid(source: BytesIO, logo: BytesIO, **parameters: Any) -> Image.Image:
    """The picture, losslessly, with the logo on it."""
    step = {"op": "watermark", "image": LOGO, "opacity": 1, **parameters}
    asked = {"operations": [step], "output": {"format": "png"}}
    (made,) = outcomes(source, {LOGO: logo}, asked)
    assert isinstance(made, Result), made.detail
    image = Image.open(BytesIO(made.data))
    image.load()
    return image


def red(width: int = 20, height: int = 10) -> BytesIO:
    return pictures.file(Image.new("RGB", (width, height), pictures.RED), "png")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_southeast_is_that_of_the_displayed_picture(orientation: int) -> None:
    source = pictures.photographed(Image.new("RGB", (100, 60)), orientation)
    made = laid(source, red(), scale=0.4)
    assert made.size == (100, 60)
    assert made.getbbox() == (60, 40, 100, 60)
    assert (
        pictures.pixels(made.crop((60, 40, 100, 60))).reshape(-1, 3).tolist() == [[255, 0, 0]] * 800
    )
