"""How the access token is described in the OpenAPI schema."""

from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme


class AccessTokenScheme(SimpleJWTScheme):  # type: ignore[no-untyped-call]
    """A bearer token, known by the class that checks it; drf-spectacular finds this by itself."""

    target_class = "accounts.authentication.AccessTokenAuthentication"
    name = "access"
