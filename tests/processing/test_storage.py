"""Keys and bytes, on a folder and on two S3 servers."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from pytest_django import Settings

from imagepro.bucket import bucket_storage
from processing import storage
from tests.servers.s3 import Moto, S3Account

KEY = "originals/" + "a" * 32


def bucket_of(server: S3Account, settings: Settings) -> dict[str, Any]:
    settings.AWS_STORAGE_BUCKET_NAME = server.new_bucket()
    return bucket_storage(
        settings.AWS_STORAGE_BUCKET_NAME,
        endpoint=server.endpoint_url,
        region="us-east-1",
        access_key=server.access_key,
        secret_key=server.secret_key,
    )


@pytest.fixture(params=["folder", "rclone", "moto"])
def kind(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Iterator[str]:
    """Points the service's storage at an empty folder or bucket."""
    storage._client_errors.cache_clear()
    storage._broken_off.cache_clear()
    if request.param == "folder":
        options = {"location": str(tmp_path / "media")}
        backend = {"BACKEND": "processing.storage.DurableFileSystemStorage", "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "default": backend}
        yield request.param
    elif request.param == "rclone":
        backend = bucket_of(request.getfixturevalue("s3_server"), settings)
        settings.STORAGES = {**settings.STORAGES, "default": backend}
        yield request.param
    else:
        with Moto() as server:
            settings.STORAGES = {**settings.STORAGES, "default": bucket_of(server, settings)}
            yield request.param
    storage._client_errors.cache_clear()
    storage._broken_off.cache_clear()


def put(key: str = KEY, content: bytes = b"bytes") -> None:
    storage.save(key, io.BytesIO(content))


def test_what_is_saved_can_be_read_listed_and_dated(kind: str) -> None:
    put()
    with storage.open_file(KEY) as file:
        assert file.read() == b"bytes"
        assert file.seek(0) == 0
    assert list(storage.list_keys("originals")) == [KEY]
    assert abs(datetime.now(UTC) - storage.modified(KEY)) < timedelta(minutes=1)


def test_a_large_file_comes_back_whole(kind: str) -> None:
    content = bytes(range(256)) * 4096 * 20
    put(content=content)
    with storage.open_file(KEY) as file:
        assert file.read() == content


def test_it_saves_from_the_start_of_a_file_that_was_read(kind: str) -> None:
    content = io.BytesIO(b"read already")
    content.read()
    storage.save(KEY, content)
    with storage.open_file(KEY) as file:
        assert file.read() == b"read already"


def test_deleting_is_for_good_and_twice_is_no_error(kind: str) -> None:
    put()
    storage.delete(KEY)
    storage.delete(KEY)
    with pytest.raises(storage.MissingFile):
        storage.open_file(KEY)
    with pytest.raises(storage.MissingFile):
        storage.modified(KEY)
    assert list(storage.list_keys("originals")) == []


def test_an_empty_storage_lists_nothing_and_is_well(kind: str) -> None:
    assert list(storage.list_keys("results")) == []
    storage.check()


def test_keys_are_of_their_kind_and_never_the_same(kind: str) -> None:
    keys = {storage.new_key("results") for _ in range(1000)}
    assert len(keys) == 1000
    assert all(key.startswith("results/") and len(key) == 40 for key in keys)


@pytest.mark.parametrize("kind", ["rclone", "moto"], indirect=True)
def test_a_link_gives_the_bytes_with_the_headers_asked_for(kind: str) -> None:
    put()
    url = storage.link(
        KEY,
        content_type="image/webp",
        disposition='attachment; filename="a.webp"',
        lifetime=timedelta(minutes=5),
    )
    answer = requests.get(url, timeout=10)
    assert (answer.status_code, answer.content) == (200, b"bytes")
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a.webp"'


@pytest.mark.parametrize("kind", ["folder"], indirect=True)
def test_a_folder_that_cannot_be_written_says_so(kind: str, tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file where the folder should be")
    with pytest.raises(storage.StorageError):
        storage.check()
    with pytest.raises(storage.StorageError):
        put()


@pytest.mark.parametrize("kind", ["rclone", "moto"], indirect=True)
def test_a_bucket_that_is_not_there_is_no_missing_file(kind: str, settings: Settings) -> None:
    backend = settings.STORAGES["default"]
    options = backend["OPTIONS"] | {"bucket_name": "no-such-bucket"}
    settings.STORAGES = {**settings.STORAGES, "default": {**backend, "OPTIONS": options}}
    with pytest.raises(storage.StorageError):
        storage.check()
    with pytest.raises(storage.StorageError) as caught:
        put()
    assert not isinstance(caught.value, storage.MissingFile)
