"""Stacks that may be broken: each with a broker of its own, and beat running.

How a fault registers for `./run faults` is told in tests/campaign.py.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from tests import oracle
from tests.faults.outages import outages, session_outages  # noqa: F401 - they are fixtures
from tests.fixtures import make_stack
from tests.servers.valkey import Valkey
from tests.stack import Stack

MakeFragile = Callable[..., Stack]


@pytest.fixture
def fragile(
    request: pytest.FixtureRequest, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[MakeFragile]:
    """Makes a stack with beat: fragile(flavour, **options). The oracle has the last word."""
    with ExitStack() as cleanup, django_db_blocker.unblock():
        made = []

        def make(flavour: str, **options: Any) -> Stack:
            stack = make_stack(flavour, tmp_path, request, **options)
            cleanup.enter_context(stack.up())
            cleanup.enter_context(stack.beat())
            made.append(stack)
            return stack

        yield make
        for stack in made:
            oracle.check(stack, 60)


@pytest.fixture
def broker() -> Iterator[Valkey]:
    """A Valkey that a test may kill, freeze and empty."""
    with Valkey() as server:
        yield server
