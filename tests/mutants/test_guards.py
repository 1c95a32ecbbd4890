"""What ./run mutants would remove is still there, and so are the tests that should notice."""

import pytest

from tests.mutants.guards import ROOT, Guard, guards


def test_there_are_enough() -> None:
    assert len(guards()) >= 20


@pytest.mark.parametrize("guard", guards(), ids=lambda guard: guard.name)
def test_a_guard_and_its_test_exist(guard: Guard) -> None:
    text = (ROOT / guard.file).read_text()
    assert guard.removed(text) != text
    file, _, name = guard.test.partition("::")
    assert f"def {name.partition('[')[0]}(" in (ROOT / file).read_text()
