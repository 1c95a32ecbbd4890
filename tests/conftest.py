"""Every test process has settings, a folder and servers of its own."""

import atexit
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django.conf import settings

ROOT = Path(__file__).parent.parent
DATA_DIR = tempfile.mkdtemp(prefix="imagepro-tests-")
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)

# Neither this shell's variables nor a developer's .env change what is tested.
for name in re.findall(r"^#?([A-Z_0-9]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE):
    os.environ.pop(name, None)
os.environ.update(
    DJANGO_SETTINGS_MODULE="imagepro.settings",
    ENV_FILE=os.devnull,
    DATA_DIR=DATA_DIR,
    SECRET_KEY="the-secret-key-of-the-tests-and-of-nothing-else",
    RATE_LIMITS="off",
    IMAGEPRO_PYTHON=sys.executable,
)
django.setup()
# A good hash is slow, and most tests sign somebody in.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

pytest.register_assert_rewrite(
    "tests.client", "tests.oracle", "tests.pictures", "tests.record", "tests.stack"
)
pytest_plugins = ["tests.campaign", "tests.fixtures"]

from tests.servers.postgres import Postgres  # noqa: E402
from tests.servers.rabbitmq import RabbitMQ  # noqa: E402
from tests.servers.s3 import S3  # noqa: E402
from tests.servers.valkey import Valkey  # noqa: E402


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """PostgreSQL, or the one at TEST_DATABASE_URL."""
    with Postgres(os.environ.get("TEST_DATABASE_URL", "")) as server:
        yield server


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[Valkey]:
    """Valkey, or the server at TEST_REDIS_URL."""
    with Valkey(os.environ.get("TEST_REDIS_URL", "")) as server:
        yield server


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3]:
    """An S3 server, or the one at TEST_S3_ENDPOINT_URL with its two keys."""
    with S3(
        os.environ.get("TEST_S3_ENDPOINT_URL", ""),
        os.environ.get("TEST_S3_ACCESS_KEY_ID", ""),
        os.environ.get("TEST_S3_SECRET_ACCESS_KEY", ""),
    ) as server:
        yield server


@pytest.fixture(scope="session")
def rabbitmq_server() -> Iterator[RabbitMQ]:
    """RabbitMQ, or the one at TEST_AMQP_URL; skipped where there is none."""
    with RabbitMQ(os.environ.get("TEST_AMQP_URL", "")) as server:
        yield server
