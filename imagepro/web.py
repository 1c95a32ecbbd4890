"""How gunicorn runs the web process: https://docs.gunicorn.org/en/stable/settings.html."""

from pathlib import Path
from typing import Any

from django.conf import settings
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from imagepro.postgresql import limit_patience


class OneLineLogger(Logger):  # type: ignore[misc]
    """gunicorn's, with the path as it was sent: decoded, a %0a in it would begin a line."""

    def atoms(
        self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any
    ) -> dict[str, Any]:
        """What access_log_format can name."""
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return atoms | {"U": environ["RAW_URI"].partition("?")[0]}


# A request has an answer soon, whatever the database does.
limit_patience(settings.DATABASE_SECONDS)

_host = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST

bind = f"{_host}:{settings.PORT}"
# One process: what costs processor time is done by workers, and threads share its memory.
worker_class = "imagepro.clients.Worker"
workers = 1
threads = settings.WEB_THREADS
graceful_timeout = 4
# By itself it believes whoever connects from this machine, as a proxy passing on what it was sent;
# which headers of a proxy count is for the settings to say.
forwarded_allow_ips = ""
# A heartbeat on a slow disk would look like a hanging process.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True
# One line a request, without its query: who, what, how it went, bytes, milliseconds.
accesslog = "-"
logger_class = OneLineLogger
access_log_format = '%(t)s %(h)s "%(m)s %(U)s" %(s)s %(B)s B %(M)s ms'


def post_worker_init(worker: Worker) -> None:
    """Say where the service is, once it is there."""
    worker.log.info("ImagePro answers at http://%s/", bind)
