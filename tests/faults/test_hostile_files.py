"""Thousands of hostile files: each is refused, or comes to an end; nothing dies of them."""

import logging
from itertools import islice

import pytest

from tests.bombs.every import attempts, every, some
from tests.bombs.siege import Siege, report
from tests.bombs.watch import Watch
from tests.campaign import Tally
from tests.faults.conftest import MakeFragile
from tests.stack import eventually

logger = logging.getLogger(__name__)
SHORT = 300
"""Files in the short form; of the requests it makes one of so many."""
ONE_OF = 4
CHILD_MB = 1024


@pytest.mark.fault("F20", "hostile files", long=20)
@pytest.mark.timeout(300)
def test_hostile_files(fragile: MakeFragile, rounds: int, tally: Tally) -> None:
    stack = fragile("sqlite-files")
    siege = Siege(stack)
    eventually(stack.heartbeats.exists, what="a worker's sign of life")
    with Watch(stack) as watch:
        siege.send(some(SHORT) if rounds == 1 else every())
    figures = report(siege.outcome, watch)
    tally.add(sum(siege.outcome.answers.values()))
    for name, figure in figures.items():
        tally.figure(name, figure)
    logger.info("%s %s %s", siege.outcome.statuses(), siege.outcome.ends, figures)
    assert not siege.outcome.wrong, "\n".join(siege.outcome.wrong)
    assert watch.unwell == []
    assert figures["deaths"] == 0
    assert not stack.images.filter(deaths__gt=0).exists()
    assert figures["child MB"] <= CHILD_MB
    assert watch.leaks() == []
    if rounds > 1:
        assert figures["refusal p99 s"] <= 2
        assert figures["health p99 s"] <= 0.2


@pytest.mark.fault("F20", "hostile requests", long=4)
@pytest.mark.timeout(300)
def test_hostile_requests(fragile: MakeFragile, rounds: int, tally: Tally) -> None:
    stack = fragile("sqlite-files")
    siege = Siege(stack)
    eventually(stack.heartbeats.exists, what="a worker's sign of life")
    with Watch(stack) as watch:
        siege.at_once(siege.attempt, islice(attempts(), 0, None, ONE_OF if rounds == 1 else 1))
    tally.add(sum(siege.outcome.answers.values()))
    logger.info("%s %s", siege.outcome.statuses(), report(siege.outcome, watch))
    assert not siege.outcome.wrong, "\n".join(siege.outcome.wrong)
    assert watch.unwell == []
    assert watch.leaks() == []
