"""Images and renditions for operators: to look, find and delete, not to edit."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from images.models import Image, Rendition, StoredFile, WorkerHeartbeat


class ReadOnly(admin.ModelAdmin):
    """Rows are made by the service; here they are only seen and deleted."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds a row by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody edits one either."""
        return False


class Renditions(admin.TabularInline):
    """The work on an image, beneath it."""

    model = Rendition
    fields = (
        "name",
        "status",
        "attempts",
        "worker",
        "format",
        "width",
        "height",
        "bytes",
        "error_code",
    )
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds a row by hand."""
        return False


@admin.register(Image)
class ImageAdmin(ReadOnly):
    """Uploaded pictures. Deleting one here deletes its bytes within a minute."""

    list_display = [
        "id",
        "name",
        "owner",
        "format",
        "width",
        "height",
        "bytes",
        "created_at",
        "expires_at",
        "deaths",
        "quarantined_at",
    ]
    list_filter = [("quarantined_at", admin.EmptyFieldListFilter), "format", "keep"]
    list_select_related = ["owner"]
    search_fields = ["=id", "name", "owner__username"]
    date_hierarchy = "created_at"
    inlines = [Renditions]
    actions = ["release"]

    @admin.action(description="Release from quarantine", permissions=["delete"])
    def release(self, request: HttpRequest, queryset: QuerySet[Image]) -> None:
        """Let workers open these pictures again; what has failed is done when it is asked again."""
        released = Image.objects.filter(pk__in=queryset).quarantined().release()
        self.message_user(request, f"{released} released; failed work is done when asked again.")


@admin.register(Rendition)
class RenditionAdmin(ReadOnly):
    """Work asked for, how far it is and why it failed."""

    list_display = [
        "id",
        "image",
        "name",
        "status",
        "attempts",
        "worker",
        "format",
        "bytes",
        "error_code",
        "created_at",
    ]
    list_filter = ["status", "format", "error_code"]
    list_select_related = ["image"]
    search_fields = ["=id", "=image__id", "digest"]
    date_hierarchy = "created_at"


@admin.register(StoredFile)
class StoredFileAdmin(ReadOnly):
    """The ledger of the storage; rows go by themselves once their objects are gone."""

    list_display = ["key", "created_at", "adopted_at", "condemned_at", "failures"]
    search_fields = ["=key"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A row deleted by hand would leave its object behind."""
        return False


@admin.register(WorkerHeartbeat)
class WorkerHeartbeatAdmin(ReadOnly):
    """When each worker host was last seen."""

    list_display = ["host", "seen_at"]
