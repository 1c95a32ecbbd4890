"""operation_docs: the reference of operations is written from the code."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from processing.operations import OPERATIONS

PLACES = ("README.md", "docs/reference/operations.md")


@pytest.fixture
def folder(tmp_path: Path, settings: LazySettings) -> Path:
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs/reference").mkdir(parents=True)
    for place in PLACES:
        (tmp_path / place).write_text(
            "above\n<!-- operations:start -->\nstale\n<!-- operations:end -->\nbelow\n"
        )
    return tmp_path


def test_it_writes_between_the_markers(folder: Path) -> None:
    call_command("operation_docs")
    readme, reference = ((folder / place).read_text() for place in PLACES)
    for text in (readme, reference):
        assert text.startswith("above\n<!-- operations:start -->\n")
        assert text.endswith("<!-- operations:end -->\nbelow\n")
        assert "stale" not in text
    assert "| [sepia](docs/reference/operations.md#sepia) | Tone the picture brown, " in readme
    assert readme.count("(docs/reference/operations.md#") == len(OPERATIONS)
    assert "Also accepted: `extract`, `cropbox`, `x` for `left`, `y` for `top`." in reference
    assert '| `width` | 1–65535 or `"25%"` |  | Width of the box in pixels or percent' in reference
    assert "| `fit` | inside · cover · contain · outside · stretch | inside |" in reference


def test_check_fails_until_it_has_been_written(folder: Path) -> None:
    with pytest.raises(CommandError, match=r"README\.md is out of date"):
        call_command("operation_docs", check=True)
    call_command("operation_docs")
    call_command("operation_docs", check=True)


def test_a_file_without_markers_is_named(folder: Path) -> None:
    (folder / PLACES[1]).unlink()
    with pytest.raises(CommandError, match=r"docs/reference/operations\.md should hold"):
        call_command("operation_docs")
