"""All of the hostile files and requests, and a selection of the files."""

import random
from collections import defaultdict
from collections.abc import Iterator

from tests.bombs import (
    asked,
    bodies,
    damage,
    frames,
    hosts,
    metadata,
    names,
    pixels,
    polyglots,
    structure,
)
from tests.bombs.attempt import Attempt
from tests.bombs.bomb import Bomb

SEED = 20240717


def every(flips: int = damage.FLIPS) -> Iterator[Bomb]:
    """Each hostile file once; `flips` is the number of variants of a sample with changed bytes."""
    for family in (pixels, frames, metadata, polyglots, structure):
        yield from family.bombs()
    yield from damage.bombs(flips)


def attempts() -> Iterator[Attempt]:
    """Each hostile request once."""
    for family in (names, bodies, asked, hosts):
        yield from family.attempts()


def some(count: int) -> list[Bomb]:
    """So many of them, always the same, from each recipe as evenly as there are any."""
    chance = random.Random(SEED)
    recipes = defaultdict(list)
    for bomb in every(flips=20):
        if not bomb.heavy:
            recipes[bomb.recipe].append(bomb)
    for bombs in recipes.values():
        chance.shuffle(bombs)
    chosen: list[Bomb] = []
    while len(chosen) < count:
        chosen += [bombs.pop() for bombs in recipes.values() if bombs]
    return chosen[:count]
