"""limits: what an install may set."""

import dataclasses

import pytest

from processing.limits import Limits


def test_the_limits_are_those_of_the_documentation() -> None:
    limits = Limits()
    assert limits.max_bytes == 32 * 1024 * 1024
    assert limits.max_pixels == limits.max_output_pixels == 50_000_000
    assert (limits.max_frames, limits.max_output_side) == (300, 8192)
    assert (limits.max_operations, limits.max_renditions, limits.max_seconds) == (20, 20, 60)
    assert limits.formats == ("jpeg", "png", "gif", "webp", "avif")


def test_nothing_changes_them_while_the_service_runs() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Limits().max_pixels = 1  # type: ignore[misc]
