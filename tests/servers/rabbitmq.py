"""A real RabbitMQ, from the system's package, run without its service and as any user."""

import os
from pathlib import Path
from typing import Any

import kombu
import pytest

from tests.servers.server import Server, reserve_port

INSTALLED = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"))

CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{port}
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 50MB
log.console = true
log.console.level = warning
log.file = false
"""


class RabbitMQ(Server):
    """RabbitMQ at `url`, with no plugin and an epmd of its own."""

    name = "rabbitmq"
    stop_seconds = 20

    def __init__(self, given: str = "") -> None:
        if not given and not INSTALLED:
            pytest.skip(
                "RabbitMQ is not installed (Debian: apt-get install rabbitmq-server), "
                "and TEST_AMQP_URL names none"
            )
        super().__init__(given)
        self.url = given or f"amqp://guest:guest@127.0.0.1:{self.port}//"
        if not given:
            # Erlang's port mapper, and the port on which nodes would talk to each other.
            self._mapper, self._mapper_lock = reserve_port()
            self._nodes, self._nodes_lock = reserve_port()

    def prepare(self) -> None:
        super().prepare()
        (self.folder / "plugins").write_text("[].\n")
        (self.folder / "rabbitmq.conf").write_text(CONFIGURATION.format(port=self.port))

    def command(self) -> list[str]:
        # The mapper is started first, as a child: Erlang would leave a daemon behind.
        epmd = f"epmd -address 127.0.0.1 -port {self._mapper}"
        return ["sh", "-c", f'{epmd} & exec "$0"', str(INSTALLED[-1])]

    def popen_options(self) -> dict[str, Any]:
        return {
            "env": {
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "LANG": "C.UTF-8",
                "ERL_EPMD_PORT": str(self._mapper),
                "ERL_EPMD_ADDRESS": "127.0.0.1",
                "RABBITMQ_NODENAME": f"imagepro{self.port}@localhost",
                "RABBITMQ_DIST_PORT": str(self._nodes),
                "RABBITMQ_LOGS": "-",
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +sbwt none",
                **{f"RABBITMQ_{name}": str(path) for name, path in self._places().items()},
            }
        }

    def _places(self) -> dict[str, Path]:
        return {
            "MNESIA_BASE": self.data,
            "LOG_BASE": self.folder,
            "PID_FILE": self.folder / "pid",
            "CONFIG_FILE": self.folder / "rabbitmq.conf",
            "ENABLED_PLUGINS_FILE": self.folder / "plugins",
            "FEATURE_FLAGS_FILE": self.data / "feature-flags",
            # Named so that the system's own files of these names are not read.
            "ADVANCED_CONFIG_FILE": self.folder / "advanced.config",
            "CONF_ENV_FILE": self.folder / "env.conf",
            "GENERATED_CONFIG_DIR": self.folder / "generated",
            "SCHEMA_DIR": self.folder / "schema",
        }

    def ping(self) -> None:
        with kombu.Connection(self.url, connect_timeout=2) as connection:
            connection.ensure_connection(max_retries=1, timeout=2)

    def stop(self) -> None:
        super().stop()
        if not self.given:
            self._mapper_lock.close()
            self._nodes_lock.close()
