"""Every address x verb x principal, from the URLconf itself: what is new there needs a row here."""

from collections.abc import Iterator

import pytest
import urllib3
from pytest_django import DjangoDbBlocker

from tests.access.endpoints import VERBS, Endpoint, endpoints
from tests.access.expected import PRINCIPALS, ROWS, Kind, Outcome, row_of
from tests.access.world import World
from tests.stack import Stack

SITES = {
    "accounts and pages": [
        one
        for one in endpoints()
        if not one.is_admin and not one.name.startswith(("images:", "default:"))
    ],
    "versioned": [one for one in endpoints() if one.name.startswith("images:")],
    "default version": [one for one in endpoints() if one.name.startswith("default:")],
}
OWNED = [
    one for site in SITES.values() for one in site if row_of(one.name).kind is Kind.OWNED
]  # fmt: skip
VARYING = {"Date", "Expires"}


@pytest.fixture(scope="module")
def made(session_stack: Stack, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock():
        yield World(session_stack)


@pytest.fixture
def world(stack: Stack, made: World) -> World:
    """Its people are made once; the stack is asked for so that the oracle looks over each test."""
    return made


# Who may do what does not hang on the database, and one of them is enough.
one_flavour = pytest.mark.parametrize("session_stack", ["sqlite-files"], indirect=True)


def test_every_address_has_its_row_and_every_row_its_address() -> None:
    found = {one.name.replace("default:", "images:") for one in sum(SITES.values(), [])}
    assert found == set(ROWS)
    for prefix in ("images:", "default:"):
        assert {name for name in ROWS if name.startswith("images:")} == {
            one.name.replace(prefix, "images:") for one in endpoints() if prefix in one.name
        }


def outcome(answer: urllib3.BaseHTTPResponse) -> Outcome:
    """Status and code; an error that is no problem document, as these are, has the code "?"."""
    if answer.status < 400 or not answer.data:
        return answer.status, None
    if not answer.headers["Content-Type"].startswith("application/problem+json"):
        return answer.status, "?"
    said = answer.json()
    return answer.status, said["code"] if said["status"] == answer.status else "?"


def wrong(world: World, endpoint: Endpoint, verb: str, principal: str) -> str:
    """What is wrong with a cell; nothing is said of a good one."""
    row = row_of(endpoint.name)
    expected = row.outcome(verb, principal)
    path = world.path(endpoint)
    answer = world.ask(verb, path, principal, row.bodies.get(verb))
    if answer.status == 204:
        world.renew("image" if "image" in path or "rendition" in path else "key")
    status, code = outcome(answer)
    if status == expected[0] and (expected[1] is None or verb == "HEAD" or code == expected[1]):
        return ""
    return f"{verb} {endpoint.route} as {principal}: {expected}, not {(status, code)}"


@pytest.mark.parametrize("site", SITES)
@one_flavour
def test_every_cell(world: World, site: str) -> None:
    cells = [
        (endpoint, verb, principal)
        for endpoint in SITES[site]
        for verb in VERBS
        for principal in PRINCIPALS
    ]
    complaints = [wrong(world, *cell) for cell in cells]
    assert not any(complaints), "\n".join(filter(None, complaints))


@one_flavour
def test_foreign_and_absent_are_the_same_answer(world: World) -> None:
    for endpoint in OWNED:
        for verb in VERBS:
            body = row_of(endpoint.name).bodies.get(verb)
            for principal in ("other", "staff"):
                foreign = world.ask(verb, world.path(endpoint), principal, body)
                absent = world.ask(verb, world.nowhere(endpoint), principal, body)
                assert seen(foreign) == seen(absent), (verb, endpoint.route, principal)


def seen(answer: urllib3.BaseHTTPResponse) -> tuple[int, bytes, dict[str, str]]:
    """All that a client sees of an answer."""
    headers = {name: value for name, value in answer.headers.items() if name not in VARYING}
    return answer.status, answer.data, headers
