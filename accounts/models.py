"""Who is asking: the user, the logins its tokens belong to, and its API keys."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models.functions import Upper
from django.utils import timezone

# No "@": a name that reads as somebody's address would be looked up as one. ASCII only, because
# SQLite knows upper and lower case of nothing else, and two names must differ by more than case.
username_validator = RegexValidator(
    r"\A[a-zA-Z0-9_.+-]+\Z", "Use letters a to z, digits and the characters . + - _ only."
)


class UserManager(DjangoUserManager["User"]):
    """Finds a user by name or by address, in any case, wherever Django signs somebody in."""

    use_in_migrations = False

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """The address in lower case."""
        return (email or "").lower()

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user with this name or e-mail address."""
        login = (username or "").lower()
        column = "email" if "@" in login else "username"
        return self.get(**{f"{column}__iexact": login})


class User(AbstractUser):
    """A person or program with pictures; names and addresses differ by more than case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(
        max_length=150,
        unique=True,
        validators=[username_validator],
        help_text="150 characters or fewer: letters a to z, digits and . + - _",
        error_messages={"unique": "This username is taken."},
    )
    email = models.EmailField(
        "e-mail address",
        unique=True,
        error_messages={"unique": "This e-mail address is taken."},
    )

    max_images = models.PositiveIntegerField(
        "pictures at a time",
        null=True,
        blank=True,
        help_text="As many as the install allows everybody when empty; 0 for any number.",
    )
    max_bytes = models.PositiveBigIntegerField(
        "bytes at a time",
        null=True,
        blank=True,
        help_text="Of originals and results. As many as the install allows everybody when empty;"
        " 0 for any number.",
    )

    objects: ClassVar[UserManager] = UserManager()
    _password: str | None

    class Meta(AbstractUser.Meta):
        # Upper, because that is what PostgreSQL looks at for `__iexact`: the look-up has its index.
        constraints = [
            models.UniqueConstraint(
                Upper("username"),
                name="username_any_case",
                violation_error_code="unique",
                violation_error_message="This username is taken.",
            ),
            models.UniqueConstraint(
                Upper("email"),
                name="email_any_case",
                violation_error_code="unique",
                violation_error_message="This e-mail address is taken.",
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new password, by whatever path it comes, revokes the API keys.

        Whoever knew the old one may have made some. (Tokens end by their claim `pwd`.)
        """
        # Django's own sign: None when the same password is only hashed anew, as after an upgrade.
        replaced = self._password is not None
        with transaction.atomic():
            super().save(*args, **kwargs)
            if replaced:
                self.api_keys.all().delete()


class TokenFamilyQuerySet(models.QuerySet["TokenFamily"]):
    """What can be done with many logins."""

    def end(self) -> int:
        """Refuse every token of these logins from now on; how many logins were still open."""
        return self.filter(ended_at=None).update(ended_at=timezone.now())


class TokenFamily(models.Model):
    """One login: every access and refresh token that descends from it ends with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="token_families"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(
        default=timezone.now,
        db_index=True,
        help_text="When the newest refresh token of this login expires.",
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = TokenFamilyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "login"

    def __str__(self) -> str:
        return f"{self.user} since {self.created_at:%Y-%m-%d %H:%M}"


class Scope(models.TextChoices):
    """What an API key may be allowed to do; neither includes the other."""

    READ = "read"
    WRITE = "write"


class ApiKey(models.Model):
    """A credential for a program: acts for its user within its scopes, until it is deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys"
    )
    name = models.CharField(max_length=100, help_text="What it is for, in your own words.")
    prefix = models.CharField(
        max_length=20, unique=True, help_text="How the key begins, to know it by."
    )
    # Of 256 random bits: nobody can try them all, so that a slow hash would protect nothing.
    digest = models.CharField(max_length=64, help_text="SHA-256 of the key.")
    scopes = models.JSONField(help_text="`read`, `write` or both.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Never, when it is empty.")
    last_used_at = models.DateTimeField(
        null=True, blank=True, help_text="To the minute; empty when it has not been used."
    )
    raw = ""
    """The key itself: known only while it is being made."""

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"
