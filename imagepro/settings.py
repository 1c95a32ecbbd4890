"""Every setting of the service; the only module that reads the environment.

Each variable stands in .env.example, in this order, with what it means; a test keeps the two equal.
Django settings: https://docs.djangoproject.com/en/5.2/ref/settings/
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ

from processing.limits import Limits

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")

# --- Where things are ------------------------------------------------------------------------

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data")))


def own_secret_key(folder: Path) -> str:
    """The key this install made for itself on its first start, readable by its user only."""
    path = folder / "secret-key"
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".secret-key-{secrets.token_hex(8)}"
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(64))
    try:
        # A hard link either appears whole or not at all, so of two first starts one wins.
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text()


SECRET_KEY = env.str("SECRET_KEY", default="") or own_secret_key(DATA_DIR)
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL = env.str("PUBLIC_URL", default="").rstrip("/")
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", default=False) else None
)
BROWSABLE_API = env.bool("BROWSABLE_API", default=True)

# --- Django ----------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "accounts",
    "images",
    "processing",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "imagepro.urls"
WSGI_APPLICATION = "imagepro.wsgi.application"
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Files are served from the apps themselves, so that no collectstatic step stands before a start.
WHITENOISE_USE_FINDERS = True

# --- Accounts --------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.UsernameOrEmailBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "rest_framework:login"
LOGIN_REDIRECT_URL = "home"
SIMPLE_JWT: dict[str, Any] = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=env.int("ACCESS_TOKEN_MINUTES", default=15)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=env.int("REFRESH_TOKEN_DAYS", default=14)),
    "ALGORITHM": "HS256",
    # A key of its own: whoever learns one of the two cannot forge with the other.
    "SIGNING_KEY": env.str("JWT_SIGNING_KEY", default="")
    or hmac.new(SECRET_KEY.encode(), b"imagepro.jwt", hashlib.sha256).hexdigest(),
    "ISSUER": "imagepro",
    "AUDIENCE": "imagepro",
}

# --- Rows ------------------------------------------------------------------------------------

DATABASES = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'imagepro.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Several processes write: take the write lock at once instead of failing half-way.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)

# --- Files -----------------------------------------------------------------------------------

AWS_STORAGE_BUCKET_NAME = env.str("AWS_STORAGE_BUCKET_NAME", default="")
PRESIGNED_DOWNLOADS = env.bool("PRESIGNED_DOWNLOADS", default=False)


def picture_storage() -> dict[str, Any]:
    """The folder under DATA_DIR, or the bucket when one is named."""
    if not AWS_STORAGE_BUCKET_NAME:
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(DATA_DIR / "media"), "file_permissions_mode": 0o600},
        }
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": AWS_STORAGE_BUCKET_NAME,
            "endpoint_url": env.str("AWS_S3_ENDPOINT_URL", default="") or None,
            "region_name": env.str("AWS_S3_REGION_NAME", default="us-east-1"),
            "access_key": env.str("AWS_ACCESS_KEY_ID", default="") or None,
            "secret_key": env.str("AWS_SECRET_ACCESS_KEY", default="") or None,
            "file_overwrite": True,
            "default_acl": None,
        },
    }


STORAGES = {
    "default": picture_storage(),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# --- Messages --------------------------------------------------------------------------------

REDIS_URL = env.str("REDIS_URL", default=f"unix://{DATA_DIR / 'valkey.sock'}")
# Celery spells the same unix socket in its own way.
_broker = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="") or _broker

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
