"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who is asking."""

    name = "accounts"

    def ready(self) -> None:
        """Make the schema extension known."""
        import accounts.schema  # noqa: F401
