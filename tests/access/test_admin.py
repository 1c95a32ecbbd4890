"""The admin: for staff who sign in there, as far as their permissions go; tokens mean nothing."""

from collections.abc import Iterator

import pytest
import requests
from pytest_django import DjangoDbBlocker

from tests.access.endpoints import VERBS, endpoints
from tests.access.expected import SAFE
from tests.stack import Stack
from tests.test_pages import signed_in

ADMIN = [one for one in endpoints() if one.is_admin]
LISTS = [one.route for one in ADMIN if one.name.endswith("_changelist")]
# Two routes are regular expressions: the page of an app, and whatever is nowhere.
PATHS = [one.route for one in ADMIN if "^" not in one.route and "$" not in one.route]
PATHS = [
    path.replace("<path:object_id>", "1").replace("<path:content_type_id>", "1") for path in PATHS
] + ["/admin/accounts/", "/admin/nowhere/"]

one_flavour = pytest.mark.parametrize("session_stack", ["sqlite-files"], indirect=True)
Session = requests.Session


@pytest.fixture(scope="module")
def people(
    session_stack: Stack, django_db_blocker: DjangoDbBlocker
) -> Iterator[dict[str, Session]]:
    """Visitors without and with a superuser's access token; and some who have signed in."""
    made = {"visitor": Session(), "token": Session()}
    with django_db_blocker.unblock():
        for name in ("somebody", "staff", "superuser"):
            user = session_stack.user()
            row = session_stack.users.filter(username=user.username)
            row.update(is_staff=name != "somebody", is_superuser=name == "superuser")
            made[name] = signed_in(session_stack, "/sign-in/login/", user.username, user.password)
        made["token"].headers["Authorization"] = f"Bearer {user.token}"
        yield made


def ask(stack: Stack, who: Session, verb: str, path: str) -> requests.Response:
    return who.request(verb, stack.web.base + path, timeout=60, allow_redirects=False)


def is_shown_the_door(answer: requests.Response) -> bool:
    """Sent to the form to sign in, or away from it for having nothing to sign out of."""
    to = answer.headers.get("Location", "")
    return answer.status_code == 302 and (to.startswith("/admin/login/?next=") or to == "/admin/")


@one_flavour
def test_nobody_comes_in_without_signing_in_as_staff(
    stack: Stack, people: dict[str, Session]
) -> None:
    for path in PATHS:
        for who in ("visitor", "token", "somebody"):
            answer = ask(stack, people[who], "GET", path)
            if path != "/admin/login/":
                assert is_shown_the_door(answer), (who, path, answer.status_code)
    for path in PATHS:
        for verb in VERBS:
            answer = ask(stack, people["token"], verb, path)
            if verb not in SAFE:
                assert answer.status_code == 403, (verb, path)
            elif path != "/admin/login/":
                assert is_shown_the_door(answer), (verb, path)


@one_flavour
def test_staff_sees_nothing_it_has_no_permission_for(
    stack: Stack, people: dict[str, Session]
) -> None:
    assert ask(stack, people["staff"], "GET", "/admin/").status_code == 200
    for path in LISTS:
        for end in ("", "add/", "1/change/", "1/delete/", "1/history/"):
            answer = ask(stack, people["staff"], "GET", path + end)
            # A row that does not exist leads back to the front page, for everybody alike.
            is_absent = answer.status_code == 302 and answer.headers["Location"] == "/admin/"
            assert answer.status_code == 403 or (end and is_absent), (path, end)


@one_flavour
def test_a_superuser_sees_every_list(stack: Stack, people: dict[str, Session]) -> None:
    assert {"/admin/accounts/apikey/", "/admin/images/image/"} <= set(LISTS)
    for path in LISTS:
        assert ask(stack, people["superuser"], "GET", path).status_code == 200, path
