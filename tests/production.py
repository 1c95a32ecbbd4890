"""An environment with which PRODUCTION=on starts."""

PUBLIC = "https://images.example.com"
ENVIRONMENT = {
    "PRODUCTION": "on",
    "SECRET_KEY": "tHx0vJq7Rz2mK9bWcY4sD1fG8hL5nP3uE6aQ0iOxVtBkMjZwCy",
    "PUBLIC_BASE_URL": PUBLIC,
    "BEHIND_TLS_PROXY": "on",
}
