"""What may be done with an API key: what its scopes and the view allow."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request

from accounts.models import ApiKey, Scope

if TYPE_CHECKING:
    from rest_framework.views import APIView  # It imports this module, by the settings.

READS: Mapping[str, str] = dict.fromkeys(SAFE_METHODS, Scope.READ.value)
WRITES: Mapping[str, str] = dict.fromkeys(("POST", "PUT", "PATCH", "DELETE"), Scope.WRITE.value)
USUAL_SCOPES: Mapping[str, str] = {**READS, **WRITES}


class InScope(IsAuthenticated):
    """Whoever is signed in; with an API key only what its scopes allow.

    A view can say in `key_scopes` which scope each method needs; what is not in there cannot be
    done with a key at all.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Raises a 403 that says what the key lacks."""
        if isinstance(request.auth, ApiKey):
            wanted = getattr(view, "key_scopes", USUAL_SCOPES).get(str(request.method))
            if wanted is None:
                raise PermissionDenied(
                    "This cannot be done with an API key; log in and send an access token.",
                    "api_key_refused",
                )
            if wanted not in request.auth.scopes:
                has = ", ".join(request.auth.scopes)
                raise PermissionDenied(
                    f"This needs an API key with the scope {wanted}; yours has {has}.",
                    "insufficient_scope",
                )
        return super().has_permission(request, view)
