"""Registering, logging in and out, and one's own account.

A refusal is a 401 with `WWW-Authenticate: Bearer` and one of these codes: `not_authenticated` (no
token), `bad_authorization_header`, `token_expired` (refresh it), `token_not_valid` (log in again),
`user_inactive` (ask the operator), `invalid_credentials` (wrong name or password),
`api_key_not_valid`, `api_key_expired`.

API keys are for the API, not for what lies here: 403 `api_key_refused`, but for reading `me/`.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import QuerySet
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework_simplejwt.exceptions import TokenError

from accounts import services
from accounts.authentication import AccessTokenAuthentication, refusal
from accounts.keys import TooManyKeysError
from accounts.models import ApiKey, User
from accounts.permissions import READS
from accounts.serializers import (
    AccountDeletionSerializer,
    ApiKeySerializer,
    CredentialsSerializer,
    LoginSerializer,
    NewApiKeySerializer,
    PasswordChangeSerializer,
    RefreshSerializer,
    RegistrationSerializer,
    TokenPairSerializer,
    UserSerializer,
)
from accounts.throttles import AccountLimit, LoginLimit, RefreshLimit, RegisterLimit


def caller(request: Request) -> User:
    """The user who asks, in a view that IsAuthenticated guards."""
    return cast(User, request.user)


@method_decorator(never_cache, name="dispatch")
class AccountView(GenericAPIView[Any]):
    """What all views here share: answers are not to be stored, and a refused token is a 401."""

    key_scopes: ClassVar[Mapping[str, str]] = {}

    def validated(self, request: Request) -> dict[str, Any]:
        """The body, checked by the view's serializer; raises a 400."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def handle_exception(self, exc: Exception) -> Response:
        """Answer a TokenError of the services like one of the authentication."""
        return super().handle_exception(refusal(exc) if isinstance(exc, TokenError) else exc)


class OpenView(AccountView):
    """For those who have no access token, or one that has expired: the header is not looked at."""

    authentication_classes = []
    permission_classes = [AllowAny]

    def get_authenticate_header(self, request: Request) -> str:
        """What a 401 asks for; without it DRF would turn the 401 into a 403."""
        return AccessTokenAuthentication().authenticate_header(request)


class RegisterView(OpenView):
    """Create an account and log in."""

    serializer_class = RegistrationSerializer
    throttle_classes = [RegisterLimit]

    @extend_schema(operation_id="register", responses={201: LoginSerializer})
    def post(self, request: Request) -> Response:
        """Create an account and log in; username and e-mail address must be free in any case."""
        serializer = RegistrationSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with serializer.writing():
            login = services.register(**serializer.validated_data)
        return Response(LoginSerializer(login).data, status.HTTP_201_CREATED)


class LoginView(OpenView):
    """Log in."""

    serializer_class = CredentialsSerializer
    throttle_classes = [LoginLimit]

    @extend_schema(operation_id="login", responses=LoginSerializer)
    def post(self, request: Request) -> Response:
        """Log in with a username or an e-mail address, in any case, and the password.

        Unknown, wrong and disabled answer alike: 401 `invalid_credentials`.
        """
        user = authenticate(request._request, **self.validated(request))
        if not isinstance(user, User):
            raise AuthenticationFailed("Wrong username or password.", "invalid_credentials")
        return Response(LoginSerializer(services.log_in(user)).data)


class RefreshView(OpenView):
    """Exchange a refresh token for a new pair."""

    serializer_class = RefreshSerializer
    throttle_classes = [RefreshLimit]

    @extend_schema(operation_id="refresh", responses=TokenPairSerializer)
    def post(self, request: Request) -> Response:
        """Exchange a refresh token for a new pair, once.

        Sending a token that has been exchanged before ends the whole login it belongs to.
        """
        login = services.refresh(self.validated(request)["refresh"])
        return Response(TokenPairSerializer(login).data)


class LogoutView(OpenView):
    """Log out."""

    serializer_class = RefreshSerializer

    @extend_schema(operation_id="logout", responses={204: None})
    def post(self, request: Request) -> Response:
        """End the login a refresh token belongs to, its access tokens included, at once."""
        services.log_out(self.validated(request)["refresh"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(AccountView):
    """One's own account."""

    serializer_class = UserSerializer
    key_scopes = READS

    def get_throttles(self) -> list[BaseThrottle]:
        """Looking is free."""
        return [] if self.request.method in SAFE_METHODS else [AccountLimit()]

    @extend_schema(operation_id="me")
    def get(self, request: Request) -> Response:
        """The account the access token or API key belongs to."""
        return Response(UserSerializer(caller(request)).data)

    @extend_schema(operation_id="update_me")
    def patch(self, request: Request) -> Response:
        """Change username, e-mail address, first or last name."""
        with transaction.atomic():
            # Saving writes every column, so from the row as it is now: a password or a ban
            # set since this request began must not be undone.
            user = services.lock(caller(request).pk)
            serializer = UserSerializer(user, data=request.data, partial=True)
            serializer.is_valid(raise_exception=True)
            with serializer.writing(), transaction.atomic():
                serializer.save()
        return Response(serializer.data)

    @extend_schema(operation_id="delete_me", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Delete the account with everything in it. The body is `{"password": "…"}`."""
        context = self.get_serializer_context()
        AccountDeletionSerializer(data=request.data, context=context).is_valid(raise_exception=True)
        services.delete_account(caller(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordView(AccountView):
    """Change the password."""

    serializer_class = PasswordChangeSerializer
    throttle_classes = [AccountLimit]

    @extend_schema(operation_id="change_password", responses=TokenPairSerializer)
    def post(self, request: Request) -> Response:
        """Change the password; every token and API key ends, and a new pair is answered."""
        login = services.change_password(caller(request), self.validated(request)["new_password"])
        return Response(TokenPairSerializer(login).data)


class TooManyKeys(APIException):
    """The user has to delete a key first."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "too_many_api_keys"


class KeyView(RetrieveModelMixin, AccountView):
    """One of one's own API keys."""

    serializer_class = ApiKeySerializer
    queryset = ApiKey.objects.all()

    def get_queryset(self) -> QuerySet[ApiKey]:
        """One's own; foreign and absent ids answer the same 404."""
        return super().get_queryset().filter(user=self.request.user.pk)

    @extend_schema(operation_id="api_key")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """An API key, without the key itself."""
        return self.retrieve(request, *args, **kwargs)

    @extend_schema(operation_id="revoke_api_key", responses={204: None})
    def delete(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Revoke an API key: it is refused from now on."""
        self.get_object().delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class KeysView(ListModelMixin, AccountView):
    """API keys, for programs that act for you."""

    serializer_class = ApiKeySerializer
    queryset = ApiKey.objects.all()

    def get_queryset(self) -> QuerySet[ApiKey]:
        """One's own."""
        return super().get_queryset().filter(user=self.request.user.pk)

    @extend_schema(operation_id="api_keys")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Your API keys, newest first, without the keys themselves."""
        return self.list(request, *args, **kwargs)

    @extend_schema(operation_id="create_api_key", responses={201: NewApiKeySerializer})
    def post(self, request: Request) -> Response:
        """Make an API key. The answer is the only place where the key itself is ever shown.

        A new password revokes all keys.
        """
        try:
            key = services.create_key(caller(request), **self.validated(request))
        except TooManyKeysError as error:
            raise TooManyKeys(str(error)) from error
        return Response(NewApiKeySerializer(key).data, status.HTTP_201_CREATED)
