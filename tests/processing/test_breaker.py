"""One waits in vain, and then nobody for a moment but one who tries."""

import time

from processing.breaker import Breaker


def test_it_refuses_after_a_failure_and_lets_one_through_in_each_pause() -> None:
    breaker = Breaker(pause=0.2)
    assert not breaker.refuses()
    breaker.failed()
    assert breaker.refuses()
    time.sleep(0.25)
    assert [breaker.refuses() for _ in range(3)] == [False, True, True]


def test_an_answer_closes_it() -> None:
    breaker = Breaker(pause=60)
    breaker.failed()
    breaker.answered()
    assert not breaker.refuses()
