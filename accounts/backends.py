"""Where a name and a password become a user, for the API, the sign-in page and the admin."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models import User
from accounts.throttles import count_password


class LimitedBackend(ModelBackend):
    """Django's, with every attempt counted before the password is looked at."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """The user; None for a wrong name or password. Raises what the limits raise."""
        if request is not None and username is not None:
            count_password(request, username)
        return super().authenticate(request, username, password, **kwargs)
