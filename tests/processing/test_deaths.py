"""Worker children that died: what their parent writes down, and what becomes of the work."""

import os
import resource
import signal
from types import SimpleNamespace

import pytest
from celery.exceptions import WorkerLostError
from celery.worker.request import Request
from django.db import OperationalError, connection
from pytest_django import Settings

from accounts.models import User
from images import planning, services
from images.models import Image, Rendition, worker_name
from processing import child, deaths, pipeline, tasks
from processing.errors import ProcessingError
from processing.parsing import read
from tests.pictures import file, gradient

CHILD = 4711


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("Owner", "owner@example.com", "correct-horse-battery")


def uploaded(owner: User, settings: Settings, *angles: int) -> Image:
    """An image with a rendition for each angle."""
    wishes = [read([{"op": "rotate", "angle": angle}], settings.LIMITS) for angle in angles]
    return services.upload_image(
        owner_id=owner.pk,
        content=file(gradient(8, 8)),
        name="x",
        keep=False,
        wanted=[planning.Wanted(parsed=wish) for wish in wishes],
    )


def claimed(image: Image) -> list[Rendition]:
    return Rendition.objects.claim(image.pk, worker_name(CHILD))


def lose(exit_status: str) -> None:
    """Have the parent hear that its child has ended like this."""
    request = object.__new__(deaths.JobRequest)
    request.worker_pid = CHILD
    error = WorkerLostError(f"Worker exited prematurely: {exit_status} Job: 3.")
    request.on_failure(SimpleNamespace(exception=error))


@pytest.fixture(autouse=True)
def celery_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Celery itself does about a lost child needs a broker."""
    monkeypatch.setattr(Request, "on_failure", lambda *_: None)
    monkeypatch.setattr(Request, "on_timeout", lambda *_: None)


def states(image: Image) -> list[tuple[str, str]]:
    return list(image.renditions.order_by("position").values_list("status", "error_code"))


def test_the_work_goes_on_at_once_and_the_picture_is_blamed(
    owner: User, settings: Settings
) -> None:
    image, other = uploaded(owner, settings, 10, 20), uploaded(owner, settings, 10)
    done, left = claimed(image)
    Rendition.objects.claim(other.pk, worker_name(CHILD + 1))
    done.fail(ProcessingError("unreadable_image", "It is no picture."))
    lose("signal 11 (SIGSEGV)")
    assert states(image) == [("failed", "unreadable_image"), ("processing", "")]
    assert [row.pk for row in claimed(image)] == [left.pk]
    # Work of another child, and what was finished, is nobody's business.
    assert Rendition.objects.claim(other.pk, "x") == []
    assert list(Image.objects.order_by("deaths").values_list("deaths", flat=True)) == [0, 1]


def test_the_second_death_shuts_the_picture_for_all_work(owner: User, settings: Settings) -> None:
    image = uploaded(owner, settings, 10, 20)
    for _ in range(2):
        assert len(claimed(image)) == 2
        lose("signal 9 (SIGKILL)")
    image.refresh_from_db()
    assert image.quarantined_at is not None
    assert states(image) == [("failed", "quarantined")] * 2
    wish = planning.Wanted(parsed=read([{"op": "flip"}], settings.LIMITS))
    services.transform_image(image, [wish])
    assert set(states(image)) == {("failed", "quarantined")}


def test_work_found_on_a_picture_that_is_shut_is_not_begun(
    owner: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = uploaded(owner, settings, 10)
    Image.objects.update(quarantined_at=image.created_at)
    monkeypatch.setattr(tasks, "make", lambda *_: pytest.fail("it was opened"))
    tasks.process_image(str(image.pk))
    assert states(image) == [("failed", "quarantined")]
    # What somebody else had, and left behind, ends without a message.
    Rendition.objects.update(status="pending")
    tasks.reconcile()
    assert states(image) == [("failed", "quarantined")]


@pytest.mark.parametrize("status", ["signal 15 (SIGTERM)", "signal 1 (SIGHUP)"])
def test_a_child_that_was_asked_to_end_says_nothing_of_its_picture(
    owner: User, settings: Settings, status: str
) -> None:
    image = uploaded(owner, settings, 10)
    claimed(image)
    lose(status)
    assert (Image.objects.get().deaths, claimed(image)) == (0, [])


def test_too_long_is_not_tried_again(owner: User, settings: Settings) -> None:
    image = uploaded(owner, settings, 10)
    claimed(image)
    request = object.__new__(deaths.JobRequest)
    request.worker_pid = CHILD
    request.on_timeout(True, 60)
    assert states(image) == [("processing", "")]
    request.on_timeout(False, 70)
    assert (states(image), Image.objects.get().deaths) == ([("failed", "job_timeout")], 1)


def test_the_picture_that_was_open_is_blamed(
    owner: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A watermark is opened for the work on another picture."""
    logo, image = uploaded(owner, settings), uploaded(owner, settings, 10)
    (row,) = claimed(image)
    with tasks.open_image_of(owner.pk, row.lease, str(logo.pk)):
        lose("signal 11 (SIGSEGV)")
    (row,) = claimed(image)
    with tasks.open_image_of(owner.pk, row.lease, str(logo.pk)):
        pass
    lose("signal 11 (SIGSEGV)")
    assert [Image.objects.get(pk=one.pk).deaths for one in (logo, image)] == [1, 1]


def test_a_database_that_is_down_breaks_no_parent(
    owner: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = []

    def refuse(*_: object) -> None:
        raise OperationalError("down")

    monkeypatch.setattr(deaths, "record_death", refuse)
    monkeypatch.setattr(connection, "close", lambda: closed.append(True))
    lose("signal 11 (SIGSEGV)")
    assert closed


def test_no_memory_is_the_end_of_the_work_and_not_of_the_worker(
    owner: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = uploaded(owner, settings, 10)

    def greedy(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(pipeline, "run", greedy)
    tasks.process_image(str(image.pk))
    assert states(image) == [("failed", "out_of_memory")]


def test_the_kernel_ends_what_burns_too_much_processor_time() -> None:
    before = resource.getrlimit(resource.RLIMIT_CPU)
    with child.processor_time(60):
        assert resource.getrlimit(resource.RLIMIT_CPU)[0] < 60 + 10_000
    assert resource.getrlimit(resource.RLIMIT_CPU) == before
    pid = os.fork()
    if not pid:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # pytest-timeout's would not end it
        signal.alarm(60)  # or it would never end
        with child.processor_time(1):
            sum(range(10**12))  # one call that does not come back to Python
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGXCPU
