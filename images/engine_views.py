"""The engine over HTTP without any work being done: what it can do, and what it would do."""

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.permissions import READS, USUAL_SCOPES
from accounts.throttles import TransformLimit
from images import planning
from images.engine_serializers import CatalogueSerializer, PlanSerializer, PlansSerializer
from processing.catalogue import catalogue

CACHE_SECONDS = 300


class OperationViewSet(GenericViewSet[Any]):
    """The operations there are."""

    authentication_classes = []
    permission_classes = [AllowAny]
    pagination_class = None

    @method_decorator(conditional_page)
    @method_decorator(cache_control(public=True, max_age=CACHE_SECONDS))
    def dispatch(self, *args: Any, **kwargs: Any) -> Any:
        """Have the answer kept by caches and compared by its ETag: it is the same for everybody."""
        return super().dispatch(*args, **kwargs)

    @extend_schema(operation_id="operations", responses=CatalogueSerializer)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Every operation with its parameters, what can be said about the output, and the limits.

        Needs no login: it is documentation, and says nothing about anybody.
        """
        return Response(CatalogueSerializer(catalogue(settings.LIMITS)).data)


class PlanViewSet(GenericViewSet[Any]):
    """What pipelines would make of a picture."""

    serializer_class = PlanSerializer
    # It changes nothing, so that an API key for reading is enough.
    key_scopes = {**USUAL_SCOPES, "POST": READS["GET"]}
    throttle_classes = [TransformLimit]

    @extend_schema(operation_id="plan", responses={200: PlansSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Tell what would be made of a picture, without making it.

        A pipeline that a limit forbids is answered with that `limit`; one that cannot be
        understood is refused, as it would be with an upload.
        """
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked, owner_id = form.validated_data, cast(UUID, request.user.pk)
        info = asked.get("source") or planning.source_of(asked["image"], owner_id)
        told = planning.foretell(info, asked["wanted"], owner_id)
        plans = [
            {"name": one.name, **forecast.as_json()}
            for one, forecast in zip(asked["wanted"], told, strict=True)
        ]
        return Response(PlansSerializer({"plans": plans}).data)
