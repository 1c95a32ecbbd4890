"""Who is asking: the user, and the logins its tokens belong to."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.core.validators import RegexValidator
from django.db import models
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

    objects: ClassVar[UserManager] = UserManager()

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
