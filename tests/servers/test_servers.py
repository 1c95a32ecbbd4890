"""Each server starts, works, breaks on demand, and leaves nothing behind."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import kombu
import psycopg
import pytest
import redis
import requests
from botocore.exceptions import BotoCoreError, ClientError

from tests.servers.postgres import Postgres
from tests.servers.rabbitmq import RabbitMQ
from tests.servers.s3 import S3, Moto
from tests.servers.server import Server, family, reserve_port
from tests.servers.valkey import Valkey


def processes_of(folder: Path) -> list[str]:
    """The processes that work in a server's folder or name it in their command line."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        # It may end while we look.
        with contextlib.suppress(OSError):
            place = str((process / "cwd").readlink())
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if str(folder) in place + command:
                found.append(f"{command} in {place}")
    return found


def assert_nothing_is_left_when_it_is_stopped(server: Server) -> None:
    """No process and no file."""
    assert server.process
    pids = family(server.process.pid)
    assert processes_of(server.folder)

    server.stop()

    assert not [pid for pid in pids if Path(f"/proc/{pid}/exe").exists()]
    assert processes_of(server.folder) == []
    assert not server.folder.exists()


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    server: Server = request.param()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.mark.parametrize("server", [Postgres], indirect=True)
def test_postgres_keeps_what_was_committed_when_it_is_killed(server: Postgres) -> None:
    url = server.new_database()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE rows AS SELECT 7 AS number")

    server.kill9()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    server.restart()

    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT number FROM rows").fetchall() == [(7,)]


@pytest.mark.parametrize("server", [Valkey], indirect=True)
def test_valkey_restarts_with_its_data_or_without(server: Valkey) -> None:
    with server.client() as client:
        client.set("word", "kept")
        server.kill9()
        server.restart()
        assert client.get("word") == b"kept"
        server.restart(keep_data=False)
        assert client.get("word") is None


@pytest.mark.parametrize("server", [Valkey], indirect=True)
def test_a_frozen_server_accepts_and_does_not_answer_until_it_is_thawed(server: Valkey) -> None:
    with server.client() as client:
        client.set("word", "kept")
        server.freeze()
        with pytest.raises(redis.TimeoutError):
            client.get("word")
        server.thaw()
        assert client.get("word") == b"kept"


@pytest.mark.parametrize("server", [S3], indirect=True)
def test_s3_stores_an_object_and_refuses_wrong_signatures(server: S3) -> None:
    bucket = server.new_bucket()
    client = server.client()
    client.put_object(Bucket=bucket, Key="a/b.png", Body=b"pixels")
    assert server.keys(bucket) == {"a/b.png"}
    link = client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "a/b.png"})
    assert requests.get(link, timeout=5).content == b"pixels"

    assert requests.get(link[:-1] + ("0" if link[-1] != "0" else "1"), timeout=5).status_code == 403
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        server.client(secret_key="not-the-secret").get_object(Bucket=bucket, Key="a/b.png")


@pytest.mark.parametrize("server", [S3], indirect=True)
def test_s3_keeps_its_objects_when_it_is_killed(server: S3) -> None:
    bucket = server.new_bucket()
    server.client().put_object(Bucket=bucket, Key="key", Body=b"pixels")
    server.kill9()
    with pytest.raises(BotoCoreError):
        server.keys(bucket)
    server.restart()
    assert server.keys(bucket) == {"key"}


def test_moto_knows_conditional_writes() -> None:
    with Moto() as server:
        bucket = server.new_bucket()
        put = server.client().put_object
        put(Bucket=bucket, Key="key", Body=b"first", IfNoneMatch="*")
        with pytest.raises(ClientError, match="PreconditionFailed"):
            put(Bucket=bucket, Key="key", Body=b"second", IfNoneMatch="*")


@pytest.mark.parametrize("server", [RabbitMQ], indirect=True)
def test_rabbitmq_keeps_a_message_over_a_restart_and_leaves_nothing_behind(
    server: RabbitMQ,
) -> None:
    with kombu.Connection(server.url) as connection:
        connection.SimpleQueue("bell").put({"ring": 1})
    server.restart()
    with kombu.Connection(server.url) as connection:
        message = connection.SimpleQueue("bell").get(timeout=5)
        assert message.payload == {"ring": 1}
        message.ack()
    assert_nothing_is_left_when_it_is_stopped(server)


@pytest.mark.parametrize("server", [Postgres, Valkey, S3], indirect=True)
def test_a_stopped_server_leaves_no_process_and_no_file(server: Server) -> None:
    assert_nothing_is_left_when_it_is_stopped(server)


@pytest.mark.parametrize(
    "kind", ["postgres.Postgres", "valkey.Valkey", "s3.S3", "rabbitmq.RabbitMQ"]
)
def test_a_server_dies_with_the_test_process(kind: str) -> None:
    module, _, name = kind.partition(".")
    if name == "RabbitMQ":
        RabbitMQ().stop()
    program = f"""
import os, signal
from tests.servers.{module} import {name}
server = {name}()
server.start()
print(server.folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    root = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True)
    folder = Path(run.stdout.strip())
    assert folder.name.startswith("imagepro-"), run.stderr
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and (processes_of(folder) or folder.exists()):
        time.sleep(0.05)
    assert processes_of(folder) == []
    assert not folder.exists()


def test_two_reserved_ports_are_never_the_same() -> None:
    reserved = [reserve_port() for _ in range(50)]
    assert len({port for port, _ in reserved}) == 50
    for _, lock in reserved:
        lock.close()
