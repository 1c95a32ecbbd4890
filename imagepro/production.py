"""What has to be true of a service that strangers can reach; settings.py asks when it starts."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

KEY_LENGTH = 50
KEY_CHARACTERS = 5
"""Different ones; both are what `manage.py check --deploy` asks for."""
KNOWN_KEYS = ("changeme", "change-me", "django-insecure", "secret-key", "your-secret", "example")
"""Parts of keys that stand in documents and tests of this project and of others."""


def origin_of(base_url: str) -> str:
    """`https://host:port` of PUBLIC_BASE_URL. Raises ImproperlyConfigured when it is no address."""
    parts = urlsplit(base_url)
    extra = parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in ("http", "https") or not parts.hostname or extra:
        raise ImproperlyConfigured(
            f"PUBLIC_BASE_URL: expected an address as https://images.example.com, got {base_url!r}."
        )
    return f"{parts.scheme}://{parts.netloc}"


def host_of(origin: str) -> str:
    """The host of an origin, as ALLOWED_HOSTS spells it: without a port, IPv6 in brackets."""
    host = str(urlsplit(origin).hostname)
    return f"[{host}]" if ":" in host else host


def require(
    *,
    keys: Mapping[str, str],
    debug: bool,
    allowed_hosts: Sequence[str],
    base_url: str,
    behind_tls_proxy: bool,
) -> None:
    """Raise ImproperlyConfigured, with everything that is wrong, unless this can go public."""
    wrong = [f"{name} is {fault}" for name, key in keys.items() if (fault := _fault_of(key))]
    if debug:
        wrong.append("DEBUG shows the source code to everybody")
    if "*" in allowed_hosts:
        wrong.append("ALLOWED_HOSTS=* believes any Host header")
    if not base_url:
        wrong.append("PUBLIC_BASE_URL is not set, as https://images.example.com")
    if base_url.startswith("https:") and not behind_tls_proxy:
        wrong.append(
            "PUBLIC_BASE_URL is https, which only a proxy in front can speak (BEHIND_TLS_PROXY=on)"
        )
    if wrong:
        raise ImproperlyConfigured(f"PRODUCTION=on refuses to start: {'; '.join(wrong)}.")


def _fault_of(key: str) -> str:
    """What is wrong with a secret key; empty when nothing is."""
    if any(known in key.lower() for known in KNOWN_KEYS):
        return "one that others know"
    if len(key) < KEY_LENGTH:
        return f"{len(key)} characters long, shorter than {KEY_LENGTH}"
    if len(set(key)) < KEY_CHARACTERS:
        return f"made of fewer than {KEY_CHARACTERS} different characters"
    return ""
