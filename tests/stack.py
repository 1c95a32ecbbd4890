"""The service as it runs: web and worker processes over real servers."""

import itertools
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import environ
import requests
from celery import Celery
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts.models import User
from accounts.services import log_in
from images.models import Image, Rendition, StoredFile, WorkerHeartbeat
from tests.client import Client
from tests.record import Record, records
from tests.servers.postgres import Postgres
from tests.servers.s3 import S3
from tests.servers.server import Server

ROOT = Path(__file__).parent.parent
# Stacks on one broker must not hear each other's messages.
numbers = itertools.count()


def eventually(true: Callable[[], Any], seconds: float = 60, what: str = "") -> Any:
    """Wait until the question is answered with something true, and return that."""
    deadline = time.monotonic() + seconds
    while not (answer := true()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what or true}"
        time.sleep(0.05)
    return answer


class Process(Server):
    """`./run web`, `./run worker` or `./run beat`."""

    def __init__(self, name: str, environment: dict[str, str]) -> None:
        self.name = name  # type: ignore[misc]
        super().__init__()
        self.environment = environment | ({"PORT": str(self.port)} if name == "web" else {})
        self.base = f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        return [str(ROOT / "run"), self.name]

    def popen_options(self) -> dict[str, Any]:
        return {"env": os.environ | self.environment}

    def ping(self) -> None:
        if self.name == "web":
            requests.get(f"{self.base}/health/live/", timeout=2).raise_for_status()

    def log(self) -> str:
        """What it has said; nothing once it was stopped."""
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""


@cache
def template(postgres: Postgres | None) -> str:
    """A migrated database that nobody uses, as its URL; migrations take long, copies do not."""
    path = settings.DATA_DIR / "template.sqlite3"
    url = postgres.new_database() if postgres else f"sqlite:///{path}"
    command = [str(ROOT / "run"), "manage", "migrate", "-v0"]
    subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, check=True)
    return url


@cache
def hashed(password: str) -> str:
    """What the service stores of a password; once for all who have the same."""
    hasher = PBKDF2PasswordHasher()
    return hasher.encode(password, hasher.salt())


@contextmanager
def standing_in(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Have everything in this thread use this connection."""
    usual = connections["default"]
    connections["default"] = connection
    try:
        yield
    finally:
        connections["default"] = usual


class Stack:
    """A web and a worker process, and windows onto their users, rows and objects.

    `environment` names the servers they use. Beat runs only where a test starts it.
    """

    def __init__(self, folder: Path, environment: dict[str, str], s3: S3 | None = None) -> None:
        self.environment = {
            "DATA_DIR": str(folder),
            "SECRET_KEY": "the-secret-key-of-the-tests-and-of-nothing-else",
            "WORKER_CONCURRENCY": "2",
            "RATE_LIMITS": "off",
            **environment,
        }
        self.alias = f"stack-{next(numbers)}"
        self.folder = folder
        self.s3 = s3
        self.bucket = environment.get("AWS_STORAGE_BUCKET_NAME", "")
        self.web = Process("web", self.environment)
        self.worker = Process("worker", self.environment)
        self.processes = [self.web, self.worker]
        self.record = records[self.web.base] = Record()

    @contextmanager
    def up(self) -> Iterator["Stack"]:
        """Run, then end everything."""
        with self.web, self.worker, self.rows():
            yield self

    @contextmanager
    def web_alone(self) -> Iterator["Stack"]:
        """Run without a worker, then end everything."""
        self.worker._port_lock.close()
        with self.web, self.rows():
            yield self

    def beat(self) -> Process:
        """The scheduler, to be used as a context manager."""
        process = Process("beat", self.environment)
        self.processes.append(process)
        return process

    def user(self) -> Client:
        """A fresh user, signed in; not through the door, where hashing its password takes long."""
        client = Client(self.web.base)
        name, email = client.username, f"{client.username}@example.com"
        with standing_in(connections[self.alias]):
            user = User.objects.create(username=name, email=email, password=hashed(client.password))
            login = log_in(user)
            # The test may kill the database next.
            connections[self.alias].close()
        client.token, client.refresh_token = str(login.access), str(login.refresh)
        self.record.secrets |= {client.token, client.refresh_token, client.password}
        return client

    def task(self, name: str, *arguments: str, queue: str = "maintenance") -> None:
        """Have the worker do a task: by itself one of maintenance, as beat would."""
        broker = self.environment.get("CELERY_BROKER_URL") or self.environment["REDIS_URL"]
        with Celery(broker=broker) as app:
            app.send_task(f"processing.tasks.{name}", arguments, queue=queue, ignore_result=True)

    @contextmanager
    def rows(self) -> Iterator[None]:
        """Point Django's models in this process at the stack's database."""
        ours = dict(connections.settings["default"])
        theirs = environ.Env.db_url_config(self.environment["DATABASE_URL"])
        kept = {"ENGINE": ours["ENGINE"], "OPTIONS": ours["OPTIONS"]}
        fresh = theirs if theirs["ENGINE"] != kept["ENGINE"] else theirs | kept
        connections.settings[self.alias] = ours | {"OPTIONS": {}, "HOST": "", "PORT": ""} | fresh
        try:
            yield
        finally:
            connections[self.alias].close()
            del connections[self.alias], connections.settings[self.alias]

    @property
    def connection(self) -> BaseDatabaseWrapper:
        """The one to its database."""
        return connections[self.alias]

    @property
    def users(self) -> Any:
        """User rows."""
        return User.objects.using(self.alias)

    @property
    def images(self) -> Any:
        """Image rows."""
        return Image.objects.using(self.alias)

    @property
    def renditions(self) -> Any:
        """Rendition rows."""
        return Rendition.objects.using(self.alias)

    @property
    def files(self) -> Any:
        """Rows of the storage's ledger."""
        return StoredFile.objects.using(self.alias)

    @property
    def heartbeats(self) -> Any:
        """Signs of life of workers."""
        return WorkerHeartbeat.objects.using(self.alias)

    def objects(self) -> set[str]:
        """The keys of everything in the storage."""
        if self.s3:
            return self.s3.keys(self.bucket)
        media = self.folder / "media"
        return {str(p.relative_to(media)) for p in media.rglob("*") if p.is_file()}

    def read_object(self, key: str) -> bytes:
        """The bytes in the storage."""
        if self.s3:
            found: bytes = self.s3.client().get_object(Bucket=self.bucket, Key=key)["Body"].read()
            return found
        return (self.folder / "media" / key).read_bytes()

    def put_object(self, key: str, content: bytes) -> None:
        """Store bytes behind the service's back."""
        if self.s3:
            self.s3.client().put_object(Bucket=self.bucket, Key=key, Body=content)
            return
        path = self.folder / "media" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def age_object(self, key: str, by: timedelta) -> None:
        """Make an object look that much older."""
        folder = self.s3.data / self.bucket if self.s3 else self.folder / "media"
        moment = time.time() - by.total_seconds()
        os.utime(folder / key, (moment, moment))
