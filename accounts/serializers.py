"""What accounts accept and answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError
from django.utils import timezone
from rest_framework import serializers
from rest_framework.fields import get_error_detail
from rest_framework.validators import UniqueValidator
from rest_framework_simplejwt.serializers import PasswordField as SimplePasswordField

from accounts.models import ApiKey, Scope, User, username_validator
from accounts.services import Login

# Long enough for any passphrase; it bounds the work of comparing one with the user's names.
PASSWORD_LENGTH = 1024


class PasswordField(SimplePasswordField):
    """A password, spaces and all; never answered back."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, max_length=PASSWORD_LENGTH, **kwargs)


class CurrentPasswordField(PasswordField):
    """The present password of the user who asks."""

    default_error_messages = {"password_incorrect": "This is not your password."}

    def to_internal_value(self, data: Any) -> str:
        """The password itself; `password_incorrect` if it is another one."""
        value = super().to_internal_value(data)
        if not self.context["request"].user.check_password(value):
            self.fail("password_incorrect")
        return value


class UserSerializer(serializers.ModelSerializer[User]):
    """A user, as it sees itself."""

    class Meta:
        model = User
        fields = ["id", "username", "email", "first_name", "last_name", "date_joined"]
        read_only_fields = ["id", "date_joined"]
        extra_kwargs = {
            "username": {
                "validators": [
                    username_validator,
                    UniqueValidator(User.objects.all(), "This username is taken.", "iexact"),
                ]
            },
            "email": {
                "validators": [
                    UniqueValidator(User.objects.all(), "This e-mail address is taken.", "iexact")
                ]
            },
        }

    def validate_email(self, value: str) -> str:
        """Addresses are kept in lower case."""
        return User.objects.normalize_email(value)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Around the write: a name taken since it was checked gets the answer of the check."""
        try:
            yield
        except IntegrityError as error:
            self.run_validation(self.initial_data)
            raise serializers.ValidationError(
                "The username or e-mail address has just been taken.", code="unique"
            ) from error


class RegistrationSerializer(UserSerializer):
    """What a new user sends. Anything else in the body is ignored."""

    password = PasswordField()

    class Meta(UserSerializer.Meta):
        fields = ["username", "email", "password"]
        read_only_fields: list[str] = []

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The password, once the names it must not resemble are known to be good."""
        user = User(username=attrs["username"], email=attrs["email"])
        try:
            validate_password(attrs["password"], user)
        except DjangoValidationError as error:
            raise serializers.ValidationError({"password": get_error_detail(error)}) from error
        return attrs


class CredentialsSerializer(serializers.Serializer[User]):
    """A username or e-mail address in any case, and the password."""

    username = serializers.CharField(max_length=254, help_text="Username or e-mail address.")
    password = PasswordField()


class RefreshSerializer(serializers.Serializer[Login]):
    """A refresh token."""

    refresh = serializers.CharField()


class AccountDeletionSerializer(serializers.Serializer[User]):
    """The password, once more."""

    password = CurrentPasswordField()


class PasswordChangeSerializer(serializers.Serializer[User]):
    """The present password and the one to replace it."""

    current_password = CurrentPasswordField()
    new_password = PasswordField()

    def validate_new_password(self, value: str) -> str:
        """Strong enough for this user, by AUTH_PASSWORD_VALIDATORS."""
        validate_password(value, self.context["request"].user)
        return value


class TokenPairSerializer(serializers.Serializer[Login]):
    """A fresh pair of tokens."""

    access = serializers.CharField(read_only=True, help_text="Send as: Authorization: Bearer …")
    refresh = serializers.CharField(read_only=True, help_text="Can be exchanged once.")


class LoginSerializer(TokenPairSerializer):
    """The user and its tokens."""

    user = UserSerializer(read_only=True)


class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    """An API key, without the key itself."""

    scopes = serializers.MultipleChoiceField(
        choices=Scope.choices,
        allow_empty=False,
        help_text="`read`: GET, HEAD, OPTIONS and dry runs. `write`: the rest, and no reading.",
    )

    class Meta:
        model = ApiKey
        fields = ["id", "name", "scopes", "prefix", "created_at", "expires_at", "last_used_at"]
        read_only_fields = ["id", "prefix", "created_at", "last_used_at"]

    def validate_expires_at(self, value: datetime | None) -> datetime | None:
        """A moment to come, or none."""
        if value is not None and value <= timezone.now():
            raise serializers.ValidationError(
                f"A key cannot expire in the past; {value.isoformat()} is over.", code="min_value"
            )
        return value


class NewApiKeySerializer(ApiKeySerializer):
    """A key that has just been made: the only answer in which the key itself stands."""

    key = serializers.CharField(
        source="raw",
        read_only=True,
        help_text="Shown this once. Send as: Authorization: Bearer ipk_…",
    )

    class Meta(ApiKeySerializer.Meta):
        fields = [*ApiKeySerializer.Meta.fields, "key"]
