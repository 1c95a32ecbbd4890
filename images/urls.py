"""Addresses under /api/v1/, and under /api/ for the default version."""

from rest_framework.routers import DefaultRouter

from images.engine_views import OperationViewSet, PlanViewSet
from images.views import ImageViewSet, RenditionViewSet, UsageViewSet

app_name = "images"
router = DefaultRouter(use_regex_path=False)
router.include_format_suffixes = False
router.register("images", ImageViewSet, "image")
router.register("renditions", RenditionViewSet, "rendition")
router.register("operations", OperationViewSet, "operation")
router.register("plan", PlanViewSet, "plan")
router.register("usage", UsageViewSet, "usage")
urlpatterns = router.urls
