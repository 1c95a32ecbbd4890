"""What the worker does without being asked: ring again, and delete what nobody refers to."""

import io
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from django.db import connection, connections
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from images import planning, services
from images.models import FIRST_RING, Image, Rendition, StoredFile, from_now
from processing import deletion, storage, tasks
from processing.parsing import read
from tests.pictures import file, gradient
from tests.stack import Stack, eventually

DAY = timedelta(days=1)


@contextmanager
def somebody_writing(stack: Stack) -> Iterator[None]:
    """Rows written by another process, every few milliseconds."""
    done = Event()

    def write() -> None:
        while not done.wait(0.02):
            stack.heartbeats.update_or_create(host="noise", defaults={"seen_at": from_now(-DAY)})
        connections[stack.alias].close()

    thread = Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        stack.heartbeats.filter(host="noise").delete()


def test_many_unwanted_files_go_in_one_round_while_others_write(stack: Stack) -> None:
    keys = [storage.new_key("results") for _ in range(250)]
    stack.files.bulk_create(stack.files.model(key=key, created_at=from_now(-DAY)) for key in keys)
    with somebody_writing(stack):
        stack.task("delete_expired")
        eventually(lambda: not stack.files.filter(pk__in=keys).exists(), 20, "all are gone")


def uploaded(settings: Settings) -> Image:
    """A picture with five renditions to be made."""
    owner = User.objects.create_user("Owner", "owner@example.com", "correct-horse-battery")
    wanted = [
        planning.Wanted(parsed=read([{"op": "resize", "width": n}], settings.LIMITS))
        for n in range(1, 6)
    ]
    return services.upload_image(
        owner_id=owner.pk, content=file(gradient()), name="x", keep=False, wanted=wanted
    )


def test_the_bell_is_rung_after_the_commit(
    transactional_db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that is told before it would find nothing."""
    in_transaction: list[bool] = []

    def ring(_: uuid.UUID) -> bool:
        in_transaction.append(connection.in_atomic_block)
        return True

    monkeypatch.setattr(services, "ring", ring)
    uploaded(settings)
    assert in_transaction == [False]


def test_the_bell_is_rung_once_for_a_picture(
    transactional_db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many renditions wait: one message is enough for all of them."""
    image = uploaded(settings)
    Rendition.objects.update(ring_at=from_now(-FIRST_RING))
    rung: list[uuid.UUID] = []

    def ring(image_id: uuid.UUID) -> bool:
        rung.append(image_id)
        return True

    monkeypatch.setattr(tasks, "ring", ring)
    tasks.reconcile()
    assert rung == [image.pk]
    assert set(Rendition.objects.values_list("rings", flat=True)) == {1}
    tasks.reconcile()
    assert rung == [image.pk]


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> None:
    """An empty folder to store in."""
    backend = {**settings.STORAGES["default"], "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "default": backend}


def test_a_sweep_asks_for_many_keys_at_a_time_and_goes_on_past_a_bad_one(
    db: None,
    media: None,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    keys = [storage.new_key("originals") for _ in range(40)]
    for key in keys:
        storage.save(key, io.BytesIO(b"forgotten"))
    monkeypatch.setattr(deletion, "UPLOAD_GRACE", timedelta(0))
    delete = storage.delete

    def delete_but_one(key: str) -> None:
        if key == keys[7]:
            raise storage.StorageError("no")
        delete(key)

    monkeypatch.setattr(storage, "delete", delete_but_one)
    with django_assert_max_num_queries(2):
        tasks.sweep_storage()
    assert list(storage.list_keys("originals")) == [keys[7]]


def test_one_object_that_cannot_be_deleted_stops_no_other(
    db: None, media: None, tmp_path: Path
) -> None:
    files = [StoredFile.objects.begin("results") for _ in range(5)]
    for stored in files:
        storage.save(stored.key, io.BytesIO(b"unwanted"))
        assert stored.condemn()
    bad = tmp_path / files[0].key
    bad.unlink()
    (bad / "full").mkdir(
        parents=True
    )  # The system refuses to delete a folder with something in it.
    tasks.delete_expired()
    assert list(StoredFile.objects.values_list("key", "failures")) == [(files[0].key, 1)]
    (bad / "full").rmdir()
    tasks.delete_expired()
    assert not StoredFile.objects.exists()
