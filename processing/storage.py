"""Where bytes live: keys, open, save, link, delete. The only file that knows there are buckets.

A key such as `originals/5f0c…` is random and never used twice, so nobody can guess one and a
late delete can never hit a newer file.
"""

import os
import random
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO, Literal, TypeVar, cast

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage

from processing.breaker import Breaker
from processing.limits import MEGABYTE

SLOWEST = MEGABYTE
"""Bytes a second: a storage that takes or gives fewer counts as one that does not answer."""
SPARE_SECONDS = 6
"""What an object may take besides."""
RETRY_SECONDS = 0.5
CHUNK = 16 * 1024
_breaker = Breaker(pause=3)

Kind = Literal["originals", "results"]
KINDS: tuple[Kind, ...] = ("originals", "results")
Answer = TypeVar("Answer")


class StorageError(Exception):
    """The storage could not be reached or did not do what it was asked."""


class MissingFile(StorageError):
    """There is no object under that key."""


class InTime:
    """A file that can be read for as long as its length allows; then it raises TimeoutError."""

    def __init__(self, content: IO[bytes], length: int) -> None:
        self._content = content
        self._deadline = time.monotonic() + SPARE_SECONDS + length / SLOWEST

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        if time.monotonic() > self._deadline:
            raise TimeoutError("the storage is too slow")
        return self._content.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._content, name)


class DurableFileSystemStorage(FileSystemStorage):
    """A folder whose files are on the disk, not only in its cache, once saved."""

    def _save(self, name: str, content: "File[bytes]") -> str:
        stored: str = super()._save(name, content)  # type: ignore[misc]  # not in the stubs
        path = Path(self.path(stored))
        for target in (path, path.parent):
            handle = os.open(target, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        return stored


def new_key(kind: Kind) -> str:
    """A fresh key: `results/` and 128 random bits in hex."""
    return f"{kind}/{secrets.token_hex(16)}"


def save(key: str, content: IO[bytes]) -> None:
    """Store the whole of `content` under `key`, which must be new."""

    def put() -> str:
        length = content.seek(0, os.SEEK_END)
        content.seek(0)
        return default_storage.save(key, File(cast(IO[bytes], InTime(content, length))))

    try:
        stored = _asked(put)
    except MissingFile as error:
        raise StorageError(f"There is no place for {key}: {error}") from error
    if stored != key:
        delete(stored)
        raise StorageError(f"The key {key} was taken.")


def open_file(key: str) -> BinaryIO:
    """The bytes under `key`, ready to read; the caller closes them.

    From a bucket they are fetched whole first, so what is read can no longer break off.
    Raises MissingFile when there are none.
    """
    if settings.AWS_STORAGE_BUCKET_NAME:
        return _asked(lambda: _fetched(key))
    return _asked(lambda: cast(BinaryIO, default_storage.open(key).file))


def _fetched(key: str) -> BinaryIO:
    """All of an object, in memory or in a temporary file; its length is checked by the client."""
    found = cast(Any, default_storage).bucket.Object(key).get()
    body = InTime(found["Body"], found["ContentLength"])
    in_memory = settings.STORAGES["default"]["OPTIONS"]["max_memory_size"]
    file = SpooledTemporaryFile(max_size=in_memory)  # noqa: SIM115 - the caller closes it
    try:
        while chunk := body.read(CHUNK):
            file.write(chunk)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return cast(BinaryIO, file)


def link(key: str, *, content_type: str, disposition: str, lifetime: timedelta) -> str:
    """A presigned address from which the bucket itself serves the bytes, for `lifetime`."""
    headers = {
        "ResponseContentType": content_type,
        "ResponseContentDisposition": disposition,
        "ResponseCacheControl": "private, no-store",
    }
    seconds = max(1, int(lifetime.total_seconds()))
    with _as_storage_error():
        # The bucket's storage class takes more than the address of Django's own.
        url = cast(Any, default_storage).url
        return str(url(key, parameters=headers, expire=seconds))


def delete(key: str) -> None:
    """Remove the object; that there is none is no error."""
    _asked(lambda: default_storage.delete(key))


def list_keys(kind: Kind) -> Iterator[str]:
    """Every key of that kind which has an object."""

    def listed() -> list[str]:
        try:
            return default_storage.listdir(kind)[1]
        except FileNotFoundError:  # no picture yet
            return []

    for name in _asked(listed):
        yield f"{kind}/{name}"


def modified(key: str) -> datetime:
    """When the object was written, by the storage's clock. Raises MissingFile."""
    return _asked(lambda: default_storage.get_modified_time(key))


def check() -> None:
    """Raise StorageError unless the bucket answers, or the folder is writable."""
    with _as_storage_error():
        if settings.AWS_STORAGE_BUCKET_NAME:
            # To ask for an object would not do: none is found in a bucket that is not there.
            bucket = cast(Any, default_storage).bucket
            bucket.meta.client.head_bucket(Bucket=bucket.name)
        else:
            folder = Path(default_storage.path(""))
            folder.mkdir(parents=True, exist_ok=True)
            if not os.access(folder, os.W_OK):
                raise StorageError("The media folder is not writable.")


def _asked(question: Callable[[], Answer]) -> Answer:
    """What the storage answers; asked once more, after a moment, when it was busy or broke off.

    Not when it was silent: a request cannot wait for that twice.
    """
    try:
        with _as_storage_error():
            return question()
    except StorageError as error:
        if not _may_pass(error.__cause__):
            raise
    # By chance, so that not all come back at once.
    time.sleep(random.uniform(0, RETRY_SECONDS))  # noqa: S311
    with _as_storage_error():
        return question()


def _may_pass(cause: BaseException | None) -> bool:
    status = _status(_answered(cause))
    busy = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS
    return busy or isinstance(cause, _broken_off())


def _answered(error: BaseException | None) -> dict[str, Any]:
    """What the S3 server said to refuse; empty when it said nothing."""
    return getattr(error, "response", None) or {}


def _status(answer: dict[str, Any]) -> int:
    """The HTTP status of an answer; 0 when there was none."""
    return int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


@cache
def _broken_off() -> tuple[type[Exception], ...]:
    """What the S3 client raises when a connection is closed in the middle."""
    if not settings.AWS_STORAGE_BUCKET_NAME:
        return ()
    from botocore.exceptions import (
        ConnectionClosedError,
        IncompleteReadError,
        ResponseStreamingError,
    )

    return (ConnectionClosedError, IncompleteReadError, ResponseStreamingError)


@cache
def _client_errors() -> tuple[type[Exception], ...]:
    """What the S3 client raises; imported only where there is a bucket, as it is slow to load."""
    if not settings.AWS_STORAGE_BUCKET_NAME:
        return ()
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    return (Boto3Error, BotoCoreError, ClientError)


@contextmanager
def _as_storage_error() -> Iterator[None]:
    if _breaker.refuses():
        raise StorageError("The storage has not answered a moment ago.")
    try:
        yield
    except FileNotFoundError as error:
        raise _missing(error) from error
    except Exception as error:
        # First, as some of them are also OSErrors.
        if isinstance(error, (TimeoutError, *_client_errors())):
            raise _from_client(error) from error
        if isinstance(error, OSError):
            raise StorageError(f"{type(error).__name__}: {error}") from error
        raise
    else:
        _breaker.answered()


def _missing(error: Exception) -> StorageError:
    """A file that is not there; but a folder that is not there, as an unmounted one, has none."""
    folder = settings.STORAGES["default"]["OPTIONS"].get("location")
    if folder and not Path(folder).is_dir():
        return StorageError(f"There is no folder {folder}.")
    return MissingFile(str(error))


def _from_client(error: Exception) -> StorageError:
    """What an error of the S3 client means, or that it was too slow."""
    answer = _answered(error)
    if answer:
        _breaker.answered()
        no_bucket = answer.get("Error", {}).get("Code") == "NoSuchBucket"
        if _status(answer) == HTTPStatus.NOT_FOUND and not no_bucket:
            return MissingFile(str(error))
    elif not isinstance(error, _broken_off()):
        # It came from the way there, after a wait.
        _breaker.failed()
    return StorageError(f"{type(error).__name__}: {error}")
