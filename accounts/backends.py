"""Sign-in by username or by e-mail address."""

from django.contrib.auth.backends import ModelBackend


class UsernameOrEmailBackend(ModelBackend):
    """Django's own check, with the name looked up in both columns."""
