"""`./run serve`: the whole service over one DATA_DIR, in the foreground under one supervisor."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import FrameType

from django.conf import settings
from supervisor.options import ServerOptions
from supervisor.supervisord import go

from imagepro import claim, valkey

CHILDREN = ("web", "worker", "beat", "valkey")


class Foreground(ServerOptions):  # type: ignore[misc] # it has no types
    """supervisord that ends with its terminal, where a daemon would start everything anew."""

    def setsignals(self) -> None:
        """Take SIGHUP for SIGTERM."""
        super().setsignals()

        def hang_up(_: int, frame: FrameType | None) -> None:
            self.signal_receiver.receive(signal.SIGTERM, frame)

        signal.signal(signal.SIGHUP, hang_up)


def become_the_only_one(run_dir: Path) -> int:
    """The lock of this DATA_DIR, with nothing of an earlier run left alive; exits when in use."""
    lock = claim.locked(run_dir / "serve")
    if lock is None:
        sys.exit(f"Another ./run serve uses {settings.DATA_DIR}: end it, or set another DATA_DIR.")
    for name in CHILDREN:
        os.close(claim.taken(run_dir / name))
    return lock


def check_address() -> None:
    """Exit when nobody can listen at HOST and PORT."""
    family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
    try:
        socket.create_server((settings.HOST, settings.PORT), family=family).close()
    except (OSError, OverflowError) as error:
        sys.exit(f"Cannot listen at HOST={settings.HOST} PORT={settings.PORT}: {error}")


def make_output_reopenable() -> None:
    """Put a pipe before a standard output that cannot be opened by name, as a socket of systemd."""
    try:
        os.close(os.open("/dev/stdout", os.O_WRONLY | os.O_APPEND))
    except OSError:
        reader, writer = os.pipe()
        subprocess.Popen(["/bin/cat"], stdin=reader, start_new_session=True)
        os.dup2(writer, 1)
        os.dup2(writer, 2)


def main() -> None:
    """Check, migrate, and run until a signal ends it."""
    os.umask(0o077)  # Pictures, rows and keys are nobody else's business.
    run_dir = settings.DATA_DIR / "run"
    run_dir.mkdir(parents=True, exist_ok=True)
    become_the_only_one(run_dir)
    check_address()
    private = settings.REDIS_URL == settings.PRIVATE_VALKEY
    if private:
        valkey.prepare()
    if subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"]).returncode:
        sys.exit("The database could not be brought up to date; the reason stands above.")
    make_output_reopenable()

    os.environ["RUN_DIR"] = str(run_dir)
    os.environ["PRIVATE_VALKEY"] = str(private).lower()
    os.environ["IMAGEPRO_PYTHON"] = sys.executable
    options = Foreground()
    user = ["--user", "root"] if os.getuid() == 0 else []
    options.realize(["-c", str(Path(__file__).with_name("supervisord.conf")), *user])
    options.first, options.test = True, False
    go(options)


if __name__ == "__main__":
    main()
