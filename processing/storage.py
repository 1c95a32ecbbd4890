"""Where bytes live: keys, open, save, link, delete. The only file that knows there are buckets.

A key such as `originals/5f0c…` is random and never used twice, so nobody can guess one and a
late delete can never hit a newer file.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any, BinaryIO, Literal, cast

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage

Kind = Literal["originals", "results"]
KINDS: tuple[Kind, ...] = ("originals", "results")


class StorageError(Exception):
    """The storage could not be reached or did not do what it was asked."""


class MissingFile(StorageError):
    """There is no object under that key."""


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
    try:
        with _as_storage_error():
            content.seek(0)
            stored = default_storage.save(key, File(content))
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
    with _as_storage_error():
        return cast(BinaryIO, default_storage.open(key).file)


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
    with _as_storage_error():
        default_storage.delete(key)


def list_keys(kind: Kind) -> Iterator[str]:
    """Every key of that kind which has an object."""
    with _as_storage_error():
        try:
            names = default_storage.listdir(kind)[1]
        except FileNotFoundError:  # no picture yet
            return
    for name in names:
        yield f"{kind}/{name}"


def modified(key: str) -> datetime:
    """When the object was written, by the storage's clock. Raises MissingFile."""
    with _as_storage_error():
        return default_storage.get_modified_time(key)


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
    try:
        yield
    except FileNotFoundError as error:
        raise MissingFile(str(error)) from error
    except OSError as error:
        raise StorageError(f"{type(error).__name__}: {error}") from error
    except Exception as error:
        if isinstance(error, _client_errors()):
            answer = getattr(error, "response", {}).get("ResponseMetadata", {})
            if answer.get("HTTPStatusCode") == HTTPStatus.NOT_FOUND:
                raise MissingFile(str(error)) from error
            raise StorageError(f"{type(error).__name__}: {error}") from error
        raise
