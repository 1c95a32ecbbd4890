"""How django-storages is told to use a bucket; not in the settings, as boto3 is slow to load."""

from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config

from processing.limits import MEGABYTE


def bucket_storage(
    name: str, *, endpoint: str, region: str, access_key: str, secret_key: str
) -> dict[str, Any]:
    """An entry of STORAGES; empty texts leave the choice to boto3.

    https://django-storages.readthedocs.io/en/latest/backends/amazon-S3.html
    """
    client = Config(
        s3={"addressing_style": "path" if endpoint else "auto"},
        signature_version="s3v4",
        # Newer checksum headers are unknown to most S3-compatible servers.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        # What a request waits for a silent server, once; processing/storage.py tries again what
        # fails sooner.
        connect_timeout=2,
        read_timeout=2.5,
        retries={"total_max_attempts": 1, "mode": "standard"},
    )
    options = {
        "bucket_name": name,
        "endpoint_url": endpoint or None,
        "region_name": region or None,
        "access_key": access_key or None,
        "secret_key": secret_key or None,
        "file_overwrite": True,
        "max_memory_size": 8 * MEGABYTE,
        # One PUT each: a multipart upload that breaks off leaves parts nobody lists.
        "transfer_config": TransferConfig(multipart_threshold=1024 * MEGABYTE),
        "client_config": client,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
