"""Two S3 servers: rclone, which checks every signature, and moto, which knows more of the API."""

import sysconfig
import uuid
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.config import Config
from moto.server import ThreadedMotoServer

from tests.servers.server import Server

ACCESS_KEY, SECRET_KEY = "imagepro-tests", "a-secret-of-the-tests"


class S3Account:
    """One account on an S3 server: `endpoint_url`, `access_key`, `secret_key`."""

    endpoint_url: str
    access_key: str = ACCESS_KEY
    secret_key: str = SECRET_KEY

    def client(self, *, secret_key: str | None = None) -> Any:
        """A boto3 client; with another `secret_key`, one whose signatures are wrong."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=secret_key or self.secret_key,
            region_name="us-east-1",
            config=Config(
                s3={"addressing_style": "path"},
                signature_version="s3v4",
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                connect_timeout=2,
                read_timeout=8,
                retries={"total_max_attempts": 1},
            ),
        )

    def new_bucket(self) -> str:
        """An empty bucket, as its name."""
        name = f"test-{uuid.uuid4().hex}"
        self.client().create_bucket(Bucket=name)
        return name

    def keys(self, bucket: str) -> set[str]:
        """The keys of every object in a bucket."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return {item["Key"] for page in pages for item in page.get("Contents", [])}


class S3(Server, S3Account):
    """`rclone serve s3` over a folder; wrong, missing and expired signatures are refused."""

    name = "s3"

    def __init__(self, given: str = "", access_key: str = "", secret_key: str = "") -> None:
        super().__init__(given)
        self.endpoint_url = given or f"http://127.0.0.1:{self.port}"
        self.access_key = access_key or ACCESS_KEY
        self.secret_key = secret_key or SECRET_KEY

    def command(self) -> list[str]:
        rclone = [str(Path(sysconfig.get_path("scripts")) / "rclone"), "serve", "s3"]
        rclone += [str(self.data), "--addr", f"127.0.0.1:{self.port}", "--config", "/dev/null"]
        return [*rclone, "--auth-key", f"{self.access_key},{self.secret_key}"]

    def ping(self) -> None:
        self.client().list_buckets()


class Moto(S3Account):
    """moto, in a thread of the test process; it does not look at signatures."""

    def __enter__(self) -> Self:
        self._server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.endpoint_url = f"http://{host}:{port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
