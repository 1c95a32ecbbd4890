"""Django's PostgreSQL backend for a process that has no time to wait for ever.

A server that is frozen, behind a silent network or under a lock keeps its connections open: neither
libpq nor TCP reports an error, and `statement_timeout` is up to that very server. Here it is the
client that gives up, which also works through a pooler that takes no options.
"""

from types import SimpleNamespace
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.errors import _WaitTimeout

from imagepro import postgresql
from processing.breaker import Breaker

CANCEL_SECONDS = 0.3
_breaker = Breaker(pause=1)


class Connection(psycopg.Connection[Any]):
    """A connection whose every wait ends."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """The outcome of a question; OperationalError when it does not come in time."""
        try:
            return super().wait(gen, interval, timeout or postgresql.patience)
        except _WaitTimeout as error:
            self._give_up()
            raise psycopg.OperationalError(f"no answer within {postgresql.patience} s") from error

    def _give_up(self) -> None:
        """Free the server of the question, and this process of the connection."""
        if psycopg.capabilities.has_cancel_safe():
            try:
                self.cancel_safe(timeout=CANCEL_SECONDS)
            except psycopg.Error:
                # Not one slow question, but a server that does not listen: it would hold the next
                # connection just as long.
                _breaker.failed()
        self.close()


class DatabaseWrapper(base.DatabaseWrapper):
    """What ENGINE names."""

    # The module, as Django uses it, but for connections of the kind above.
    Database: Any = SimpleNamespace(**vars(psycopg) | {"connect": Connection.connect})

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection; OperationalError at once when the last attempt has just waited in vain."""
        if _breaker.refuses():
            raise psycopg.OperationalError("the server has not answered a moment ago")
        try:
            connection = super().get_new_connection(conn_params)
        except psycopg.errors.ConnectionTimeout:
            _breaker.failed()
            raise
        _breaker.answered()
        return connection
