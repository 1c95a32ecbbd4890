"""An account is deleted or disabled while its jobs run: nothing is served, nothing stays behind."""

import pytest

from tests.campaign import Tally
from tests.pictures import file, gradient
from tests.stack import Stack, eventually

PICTURE = file(gradient(1500, 1200)).getvalue()
SLOW = [{"op": "blur", "sigma": 30}]


@pytest.mark.fault("F19", "account deleted or disabled under its jobs", long=50)
@pytest.mark.timeout(180)
@pytest.mark.parametrize("way", ["deleted", "disabled"])
def test_gone(way: str, stack: Stack, rounds: int, tally: Tally) -> None:
    for _ in range(rounds):
        alice = stack.user()
        images = [alice.upload(PICTURE, SLOW, wait=None).json() for _ in range(3)]
        eventually(stack.renditions.filter(status="processing").exists, 30, "the work has begun")
        if way == "deleted":
            answer = alice.delete("/accounts/me/", json={"password": alice.password})
            assert answer.status_code == 204, answer.text
        else:
            stack.users.filter(username=alice.username).update(is_active=False)
        for image in images:
            for name in ("url", "original_url", "download_url"):
                assert alice.get(image[name]).status_code == 401
        if way == "deleted":
            # Of the objects the oracle will say that none is left without a row.
            ids = [image["id"] for image in images]
            assert not stack.images.filter(pk__in=ids).exists()
            assert not stack.renditions.filter(image__in=ids).exists()
        stack.users.filter(username=alice.username).delete()
        tally.add()
