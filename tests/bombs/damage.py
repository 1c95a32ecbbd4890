"""Recipes 17 and 18: each sample cut at every hundredth of its length, and with bytes changed."""

import random
from collections.abc import Iterator
from functools import partial

from tests.bombs.bomb import Bomb
from tests.bombs.samples import SAMPLES, sample

FLIPS = 150
"""Variants of each sample with changed bytes, unless another number is asked for."""
HEAD = 512
"""Half of the changes are among so many first bytes."""
SEED = 20240717


def bombs(flips: int = FLIPS) -> Iterator[Bomb]:
    for name in SAMPLES:
        for percent in range(100):
            yield Bomb(17, f"{name} cut at {percent} %", partial(cut, name, percent))
        for number in range(flips):
            yield Bomb(18, f"{name} changed #{number}", partial(changed, name, number))


def cut(name: str, percent: int) -> bytes:
    """The first so many hundredths of a sample."""
    whole = sample(name)
    return whole[: len(whole) * percent // 100]


def changed(name: str, number: int) -> bytes:
    """A sample with one to eight bytes changed, the same for each number."""
    chance = random.Random(f"{SEED} {name} {number}")
    data = bytearray(sample(name))
    reach = min(len(data), HEAD) if number % 2 else len(data)
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(reach)] = chance.randrange(256)
    return bytes(data)
