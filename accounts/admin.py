"""Users, their logins and API keys in the admin."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest  # noqa: TID251 - an admin is a view

from accounts.models import ApiKey, TokenFamily, User

# The stubs know these as generic, Django does not.
if TYPE_CHECKING:
    UserAdminBase = DjangoUserAdmin[User]
    TokenFamilyAdminBase = admin.ModelAdmin[TokenFamily]
    ApiKeyAdminBase = admin.ModelAdmin[ApiKey]
else:
    UserAdminBase = DjangoUserAdmin
    TokenFamilyAdminBase = ApiKeyAdminBase = admin.ModelAdmin


@admin.register(User)
class UserAdmin(UserAdminBase):
    """Django's own, with the e-mail address asked for from the start, and the quota."""

    fieldsets = (
        *(DjangoUserAdmin.fieldsets or ()),
        ("Quota", {"fields": ("max_images", "max_bytes")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "email", "usable_password", "password1", "password2"),
            },
        ),
    )


@admin.register(TokenFamily)
class TokenFamilyAdmin(TokenFamilyAdminBase):
    """Logins: to be looked at, and to be ended."""

    list_display = ("user", "created_at", "expires_at", "ended_at")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email")
    date_hierarchy = "created_at"
    actions = ("end",)

    @admin.action(description="End these logins", permissions=["change"])
    def end(self, request: HttpRequest, queryset: QuerySet[TokenFamily]) -> None:
        """Refuse every token of the logins chosen from now on."""
        ended = TokenFamily.objects.filter(pk__in=queryset).end()
        self.message_user(request, f"{ended} logins ended.")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """A login is made by logging in."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: TokenFamily | None = None) -> bool:
        """Needed for the action; a single login has nothing to edit."""
        return obj is None and super().has_change_permission(request)


@admin.register(ApiKey)
class ApiKeyAdmin(ApiKeyAdminBase):
    """API keys: to be looked at, and to be revoked by deleting them."""

    list_display = (
        "prefix",
        "name",
        "user",
        "scopes",
        "created_at",
        "expires_at",
        "last_used_at",
    )
    list_select_related = ("user",)
    search_fields = ("prefix", "name", "user__username", "user__email")
    date_hierarchy = "created_at"
    # Not even the digest: it is of no use to a person.
    exclude = ("digest",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """The key itself is shown to its user only."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:  # noqa: ARG002
        """A key is what its user has made of it."""
        return False
