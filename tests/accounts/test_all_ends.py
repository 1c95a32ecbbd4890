"""Password change, ban and deletion, over HTTP: every credential is refused by the next request."""

from collections.abc import Callable

import pytest

from tests.client import Client
from tests.pictures import file, gradient
from tests.stack import Stack, eventually

Ending = Callable[[Stack, Client], None]


def new_password(stack: Stack, alice: Client) -> None:
    body = {"current_password": alice.password, "new_password": "battery-staple-correct"}
    assert alice.post("/accounts/password/", json=body).status_code == 200


def ban(stack: Stack, alice: Client) -> None:
    stack.users.filter(username=alice.username).update(is_active=False)


def deletion(stack: Stack, alice: Client) -> None:
    answer = alice.delete("/accounts/me/", json={"password": alice.password})
    assert answer.status_code == 204


def api_key(alice: Client) -> str:
    body = {"name": "import", "scopes": ["read", "write"]}
    key: str = alice.post("/accounts/keys/", json=body).json()["key"]
    return key


@pytest.mark.parametrize("end", [new_password, ban, deletion])
def test_access_token_refresh_token_and_api_key_end_at_once(stack: Stack, end: Ending) -> None:
    alice = stack.user()
    credentials = {"access token": alice.token, "API key": api_key(alice)}
    body = {"username": alice.username, "password": alice.password}
    other_login = alice.post("/accounts/login/", json=body).json()
    credentials["access token of another login"] = other_login["access"]

    def statuses() -> dict[str, int]:
        headers = {name: {"Authorization": f"Bearer {one}"} for name, one in credentials.items()}
        return {
            name: alice.get("/api/v1/images/", headers=each).status_code
            for name, each in headers.items()
        }

    assert statuses() == dict.fromkeys(credentials, 200)
    end(stack, alice)
    assert statuses() == dict.fromkeys(credentials, 401)
    for refresh in (alice.refresh_token, other_login["refresh"]):
        answer = alice.post("/accounts/refresh/", json={"refresh": refresh})
        assert answer.status_code == 401, answer.text


def test_a_deleted_account_leaves_no_object_done_or_at_work(stack: Stack) -> None:
    alice, bob = stack.user(), stack.user()
    picture = file(gradient()).getvalue()
    bobs = bob.upload(picture, [{"op": "flip"}], keep=True).json()
    before = stack.objects()
    done = alice.upload(picture, [{"op": "flip"}], keep=True).json()
    assert done["status"] == "completed"
    slow = [{"op": "blur", "sigma": sigma} for sigma in (90, 95, 100)]
    large = file(gradient(2000, 1500)).getvalue()
    at_work = [alice.upload(large, [one], wait=None).json() for one in slow]
    assert len(stack.objects() - before) >= 5
    deletion(stack, alice)
    for one in (done, *at_work):
        assert bob.get(one["url"]).status_code == 404

    def only_bobs() -> bool:
        # As beat has it done; what a job finishes meanwhile, it finds the row gone and deletes.
        stack.task("delete_expired")
        return stack.objects() <= before

    eventually(only_bobs, 60, "every object of the account is gone")
    assert bob.get(bobs["url"] + "download/").status_code == 200
