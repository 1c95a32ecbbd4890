"""What tests of the engine share."""

from typing import Any

import pytest

from processing.encode import write


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of every file that is written."""
    sizes = []

    def counted(*arguments: Any) -> bytes:
        data = write(*arguments)
        sizes.append(len(data))
        return data

    monkeypatch.setattr("processing.fitting.write", counted)
    return sizes
