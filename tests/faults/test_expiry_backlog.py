"""Beat was down for a day: what is over is refused all the same, and gone soon after it is back."""

import shutil
import time
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
WITH_OBJECTS = 50
"""So many have one; to delete what is not there is no error, and as much work."""


def let_expire(stack: Stack, pattern: Image, count: int) -> list[str]:
    """Rows like this one as a day of uploads leaves them, all expired; their keys."""
    keys = [f"originals/{number:032x}" for number in range(count)]
    files = [StoredFile(key=key, adopted_at=Now()) for key in keys]
    stack.files.bulk_create(files, batch_size=500)
    over = from_now(-timedelta(seconds=1))
    names = ("owner_id", "format", "width", "height", "frames", "bytes", "source")
    like_it = {name: getattr(pattern, name) for name in names}
    rows = [Image(original_id=key, expires_at=over, **like_it) for key in keys]
    stack.images.bulk_create(rows, batch_size=500)
    for key in keys[:WITH_OBJECTS]:
        stack.put_object(key, PICTURE)
    return keys


def is_empty(rows: "models.QuerySet[StoredFile]") -> bool:
    return not rows.exists()


@pytest.mark.fault("F11", "10,000 expired while beat was down, one poison, then two beats", long=5)
@pytest.mark.timeout(400)
def test_backlog(stack: Stack, request: pytest.FixtureRequest, rounds: int, tally: Tally) -> None:
    count = 10_000 if request.config.option.long else 400
    alice = stack.user()
    kept = alice.upload(PICTURE).json()
    pattern = stack.images.get(pk=kept["id"])
    for _ in range(rounds):
        keys = let_expire(stack, pattern, count)
        expired = stack.images.filter(original_id__in=keys[:5]).values_list("pk", flat=True)
        for pk in list(expired):
            assert alice.get(f"/api/v1/images/{pk}/original/").status_code in (404, 410)
        poison = keys[WITH_OBJECTS]
        if not stack.s3:
            # A folder with something in it is nothing that can be deleted like a file.
            (stack.folder / "media" / poison).mkdir()
            (stack.folder / "media" / poison / "thorn").touch()
        stack.files.filter(pk__in=keys).update(created_at=from_now(-timedelta(days=1)))
        begun = time.monotonic()
        left = stack.files.filter(pk__in=keys).exclude(pk=poison)
        with stack.beat(), stack.beat():
            eventually(partial(is_empty, left), 300, "all but the poison are deleted")
        tally.add(seconds=time.monotonic() - begun)
        assert not stack.objects().intersection(keys[:WITH_OBJECTS])
        if not stack.s3:
            eventually(stack.files.filter(pk=poison, failures__gt=0).exists)
            shutil.rmtree(stack.folder / "media" / poison)
            stack.files.filter(pk=poison).delete()
    assert alice.get(kept["original_url"]).content == PICTURE
