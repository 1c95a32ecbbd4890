"""Every setting of the service; the only module that reads the environment.

Each variable stands in .env.example, in this order, with what it means; a test keeps the two equal.
Django settings: https://docs.djangoproject.com/en/5.2/ref/settings/
"""

import hashlib
import hmac
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from imagepro.framework import *  # noqa: F403 - they are settings, all of them
from imagepro.framework import BASE_DIR, REST_FRAMEWORK
from imagepro.private import own_secret_key, own_socket
from imagepro.production import host_of, origin_of, require
from imagepro.schema import SPECTACULAR_SETTINGS
from imagepro.values import networks, rate_limits
from processing.limits import MEGABYTE, Limits

env = environ.Env()
env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))

# --- Where things are ------------------------------------------------------------------------

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data"))).absolute()
HOST = env.str("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
SECRET_KEY = env.str("SECRET_KEY", default="") or own_secret_key(DATA_DIR)
PRODUCTION = env.bool("PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default="").rstrip("/")
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS_PROXY else None
TRUSTED_PROXIES = networks("TRUSTED_PROXIES", env.list("TRUSTED_PROXIES", default=[]))
BROWSABLE_API = env.bool("BROWSABLE_API", default=not PRODUCTION)

if PUBLIC_BASE_URL:
    _origin = origin_of(PUBLIC_BASE_URL)
    ALLOWED_HOSTS.append(host_of(_origin))
    CSRF_TRUSTED_ORIGINS.append(_origin)
    SPECTACULAR_SETTINGS["SERVERS"] = [{"url": PUBLIC_BASE_URL}]
    SECURE_SSL_HOST = _origin.partition("://")[2]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_BASE_URL.startswith("https://")
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SESSION_COOKIE_SECURE else 0
# Without the proxy's word on how a request came, this would send it round in circles.
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE and BEHIND_TLS_PROXY

# --- Accounts --------------------------------------------------------------------------------

SIMPLE_JWT: dict[str, Any] = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=env.int("ACCESS_TOKEN_MINUTES", default=15)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=env.int("REFRESH_TOKEN_DAYS", default=14)),
    "ALGORITHM": "HS256",
    # Seconds by which the clocks of two web hosts may differ: the one must not find a token that
    # the other has just issued to be from the future.
    "LEEWAY": 30,
    # A key of its own: whoever learns one of the two cannot forge with the other.
    "SIGNING_KEY": env.str("JWT_SIGNING_KEY", default="")
    or hmac.new(SECRET_KEY.encode(), b"imagepro.jwt", hashlib.sha256).hexdigest(),
    "ISSUER": "imagepro",
    "AUDIENCE": "imagepro",
    "USER_ID_CLAIM": "sub",
}
if PRODUCTION:
    require(
        keys={"SECRET_KEY": SECRET_KEY, "JWT_SIGNING_KEY": SIMPLE_JWT["SIGNING_KEY"]},
        debug=DEBUG,
        allowed_hosts=ALLOWED_HOSTS,
        base_url=PUBLIC_BASE_URL,
        behind_tls_proxy=BEHIND_TLS_PROXY,
    )

# --- Rows ------------------------------------------------------------------------------------

DATABASE_URL = env.str("DATABASE_URL", default="") or f"sqlite:///{DATA_DIR / 'imagepro.sqlite3'}"
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Several processes write: take the write lock at once instead of failing half-way.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 2)
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["ENGINE"] = "imagepro.postgresql"
DATABASE_SECONDS = env.float("DATABASE_SECONDS", default=2.5)
"""How long PostgreSQL may take to answer one question of the web process."""
WORKER_DATABASE_SECONDS = 20
"""The same for workers and beat: nobody waits for them, and they ask for more at once."""

# --- Files -----------------------------------------------------------------------------------

FONTS_DIR = env.str("FONTS_DIR", default="")
AWS_STORAGE_BUCKET_NAME = env.str("AWS_STORAGE_BUCKET_NAME", default="")
PRESIGNED_DOWNLOADS = env.bool("PRESIGNED_DOWNLOADS", default=False)
if PRESIGNED_DOWNLOADS and not AWS_STORAGE_BUCKET_NAME:
    raise ImproperlyConfigured(
        "PRESIGNED_DOWNLOADS=on needs a bucket: set AWS_STORAGE_BUCKET_NAME."
    )


def picture_storage() -> dict[str, Any]:
    """The folder under DATA_DIR, or the bucket when one is named."""
    if not AWS_STORAGE_BUCKET_NAME:
        return {
            "BACKEND": "processing.storage.DurableFileSystemStorage",
            "OPTIONS": {"location": str(DATA_DIR / "media"), "file_permissions_mode": 0o600},
        }
    from imagepro.bucket import bucket_storage

    return bucket_storage(
        AWS_STORAGE_BUCKET_NAME,
        endpoint=env.str("AWS_S3_ENDPOINT_URL", default=""),
        region=env.str("AWS_S3_REGION_NAME", default="us-east-1"),
        access_key=env.str("AWS_ACCESS_KEY_ID", default=""),
        secret_key=env.str("AWS_SECRET_ACCESS_KEY", default=""),
    )


STORAGES = {
    "default": picture_storage(),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# --- Limits ----------------------------------------------------------------------------------

LIMITS = Limits(
    max_bytes=env.int("MAX_UPLOAD_BYTES", default=Limits.max_bytes),
    max_pixels=env.int("MAX_PIXELS", default=Limits.max_pixels),
    max_frames=env.int("MAX_FRAMES", default=Limits.max_frames),
    max_output_side=env.int("MAX_OUTPUT_SIDE", default=Limits.max_output_side),
    max_output_pixels=env.int("MAX_OUTPUT_PIXELS", default=Limits.max_output_pixels),
    max_operations=env.int("MAX_OPERATIONS", default=Limits.max_operations),
    max_renditions=env.int("MAX_RENDITIONS", default=Limits.max_renditions),
    max_seconds=env.int("MAX_JOB_SECONDS", default=Limits.max_seconds),
    formats=tuple(env.list("INPUT_FORMATS", default=list(Limits.formats))),
)
MAX_USER_IMAGES = env.int("MAX_USER_IMAGES", default=10_000)
MAX_USER_BYTES = env.int("MAX_USER_BYTES", default=10_240 * MEGABYTE)
"""Both for one user at a time, unless its row says otherwise; results count; 0 is any number."""
RETENTION = timedelta(hours=env.int("RETENTION_HOURS", default=24))
"""How long an image is kept after its upload while nobody downloads it."""
DOWNLOAD_RETENTION = timedelta(minutes=env.int("DOWNLOAD_RETENTION_MINUTES", default=5))
"""How long an image is kept after its first download."""
IDEMPOTENCY_WINDOW = timedelta(hours=env.int("IDEMPOTENCY_HOURS", default=24))
"""How long a request sent again with its Idempotency-Key is answered as before."""
MAX_WAIT_SECONDS = 30
"""The longest `Prefer: wait=N` that is honoured."""
FETCH_URLS = env.bool("FETCH_URLS", default=True)
FETCH_PORTS = tuple(map(int, env.list("FETCH_PORTS", default=["80", "443"])))
FETCH_ALLOW = env.list("FETCH_ALLOW", default=[])
MAX_FETCH_SECONDS = 20
"""How long a picture may take from its URL to here, redirects included."""
WEB_THREADS = env.int("WEB_THREADS", default=8)
WORKER_MEMORY_BYTES = env.int("WORKER_MEMORY_MB", default=2048) * MEGABYTE
"""Address space of one worker child; a job that wants more fails by itself."""
JOB_CPU_SECONDS = env.int("JOB_CPU_SECONDS", default=4 * LIMITS.max_seconds)
"""Processor time of one job, over all its threads; past it the kernel ends the worker child."""

RATE_LIMITS_ON = env.bool("RATE_LIMITS", default=True)
RATE_LIMITS = rate_limits(
    register=env.str("RATE_LIMIT_REGISTER", default="20/hour"),
    login=env.str("RATE_LIMIT_LOGIN", default="60/minute"),
    login_name=env.str("RATE_LIMIT_LOGIN_NAME", default="30/hour"),
    refresh=env.str("RATE_LIMIT_REFRESH", default="120/minute"),
    account=env.str("RATE_LIMIT_ACCOUNT", default="30/hour"),
    upload=env.str("RATE_LIMIT_UPLOAD", default="120/minute"),
    transform=env.str("RATE_LIMIT_TRANSFORM", default="240/minute"),
    delivery=env.str("RATE_LIMIT_DELIVERY", default="1200/minute"),
)

# A body is a file and its form, or the same file in base64 inside JSON.
MAX_BODY_BYTES = LIMITS.max_bytes * 4 // 3 + MEGABYTE
MAX_FORM_BYTES = MEGABYTE
"""A body where no picture is expected."""
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_HANDLERS = [
    "images.uploads.CappedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- Messages --------------------------------------------------------------------------------

PRIVATE_VALKEY = f"unix://{own_socket(DATA_DIR)}"
REDIS_URL = env.str("REDIS_URL", default="") or PRIVATE_VALKEY
# Celery spells the same unix socket in its own way.
_broker = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="") or _broker
_BROKER_SECONDS = 2
# A frozen broker must not hold an upload: the row is the promise, the message only a bell.
CELERY_BROKER_TRANSPORT_OPTIONS = (
    # Half of it, as closing waits once more after a confirmation that does not come.
    {"confirm_publish": True} | dict.fromkeys(("read_timeout", "write_timeout"), 1)
    if CELERY_BROKER_URL.startswith("amqp")
    else {
        "socket_timeout": _BROKER_SECONDS,
        "socket_connect_timeout": _BROKER_SECONDS,
        # Longer than any job, so that none runs twice; reconcile() rings again long before this.
        "visibility_timeout": 10 * LIMITS.max_seconds,
    }
)
CELERY_BROKER_CONNECTION_TIMEOUT = _BROKER_SECONDS
CELERY_WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", default=0) or None
"""Jobs at once in one worker; as many as there are processors when nothing is said."""
CELERY_TASK_SOFT_TIME_LIMIT = LIMITS.max_seconds
# For code that does not come back to Python: the child is killed, and the work has failed.
CELERY_TASK_TIME_LIMIT = LIMITS.max_seconds + 10
LEASE = timedelta(seconds=env.int("LEASE_SECONDS", default=30))
"""How long a worker may be silent before its job is given to another."""
MAX_ATTEMPTS = 3
MAX_DEATHS = 2
"""How many worker children one picture may kill before it is quarantined."""
WORKER_SILENCE = timedelta(seconds=90)
"""How old the last sign of life of a worker may be before /health/ says it is down."""

# --- HTTP ------------------------------------------------------------------------------------

if BROWSABLE_API:
    REST_FRAMEWORK["DEFAULT_RENDERER_CLASSES"].append(
        "rest_framework.renderers.BrowsableAPIRenderer"
    )
    REST_FRAMEWORK["DEFAULT_AUTHENTICATION_CLASSES"].append(
        "rest_framework.authentication.SessionAuthentication"
    )

# --- Logs ------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO").upper()},
}
