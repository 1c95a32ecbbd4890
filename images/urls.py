"""Addresses under /api/v1/, and under /api/ for the default version."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import APIRootView, DefaultRouter

from images.addresses import public
from images.engine_views import OperationViewSet, PlanViewSet
from images.views import ImageViewSet, RenditionViewSet, UsageViewSet

app_name = "images"


class APIRoot(APIRootView):
    """What there is; shown as the start of the browsable API."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Addresses by name."""
        answer = super().get(request, *args, **kwargs)
        return Response({name: public(url, request) for name, url in answer.data.items()})


router = DefaultRouter(use_regex_path=False)
router.APIRootView = APIRoot
router.include_format_suffixes = False
router.register("images", ImageViewSet, "image")
router.register("renditions", RenditionViewSet, "rendition")
router.register("operations", OperationViewSet, "operation")
router.register("plan", PlanViewSet, "plan")
router.register("usage", UsageViewSet, "usage")
urlpatterns = router.urls
