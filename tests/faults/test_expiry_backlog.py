"""Beat was down for a day: what is over is refused all the same, and gone soon after it is back."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import pytest
from django.db import models
from django.db.models.functions import Now

from images.models import Image, StoredFile, from_now
from tests.campaign import Tally
from tests.pictures import file, gradient
from tests.stack import Stack, eventually

PICTURE = file(gradient()).getvalue()
DAY = timedelta(days=1)
WITH_OBJECTS = 50
"""So many have one; to delete what is not there is no error, and as much work."""


def let_expire(stack: Stack, pattern: Image, count: int) -> list[str]:
    """Rows like this one as a day of uploads leaves them, all expired; their keys."""
    keys = [f"originals/{number:032x}" for number in range(count)]
    files = [StoredFile(key=key, created_at=from_now(-DAY), adopted_at=Now()) for key in keys]
    stack.files.bulk_create(files, batch_size=500)
    over = from_now(-timedelta(seconds=1))
    names = ("owner_id", "format", "width", "height", "frames", "bytes", "source")
    like_it = {name: getattr(pattern, name) for name in names}
    rows = [Image(original_id=key, expires_at=over, **like_it) for key in keys]
    stack.images.bulk_create(rows, batch_size=500)
    for key in keys[:WITH_OBJECTS]:
        stack.put_object(key, PICTURE)
    return keys


@contextmanager
def poison(stack: Stack, key: str) -> Iterator[None]:
    """An object that cannot be deleted, until the end; only a folder can have one."""
    if stack.s3:
        yield
        return
    # The system refuses to delete a folder with something in it.
    folder = stack.folder / "media" / key
    (folder / "full").mkdir(parents=True)
    yield
    tried = stack.files.filter(pk=key, failures__gt=0)
    eventually(tried.exists, 60, "the deletion has failed")
    shutil.rmtree(folder)


def none(rows: "models.QuerySet[StoredFile]") -> bool:
    return not rows.exists()


@pytest.mark.fault("F11", "10,000 expired while beat was down, one poison, then two beats", long=5)
@pytest.mark.timeout(600)
def test_backlog(stack: Stack, request: pytest.FixtureRequest, rounds: int, tally: Tally) -> None:
    count = 10_000 if request.config.option.long else 300
    alice = stack.user()
    kept = alice.upload(PICTURE).json()
    pattern = stack.images.get(pk=kept["id"])
    for _ in range(rounds):
        keys = let_expire(stack, pattern, count)
        bad = keys[WITH_OBJECTS]
        for image in stack.images.filter(original_id__in=keys[:3]):
            for name in ("", "original/", "download/"):
                assert alice.get(f"/api/v1/images/{image.pk}/{name}").status_code in (404, 410)
        with poison(stack, bad):
            begun = time.monotonic()
            with stack.beat(), stack.beat():
                left = stack.files.filter(pk__in=keys).exclude(pk=bad)
                eventually(partial(none, left), 300, "all but the poison are deleted")
            tally.add(seconds=time.monotonic() - begun)
            assert not stack.objects().intersection(keys[:WITH_OBJECTS])
        stack.task("delete_expired")
        eventually(partial(none, stack.files.filter(pk=bad)), 60, "the poison is deleted too")
        assert not stack.images.filter(original_id__in=keys).exists()
    assert alice.get(kept["original_url"]).content == PICTURE
