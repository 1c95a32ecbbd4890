"""The API over images and renditions. Foreign and absent ids answer the same 404."""

from typing import Any, cast
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.exceptions import AuthenticationFailed, NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.viewsets import GenericViewSet

from accounts.models import User
from accounts.throttles import DeliveryLimit, TransformLimit, UploadLimit
from images import quotas, services
from images.delivery import AnyAccept, Expired, deliver, not_ready
from images.fetching import fetch
from images.idempotency import KEY_PARAMETER, AnswersRepetitions, once_only, respond
from images.models import Image, Rendition, Status
from images.once import Answer
from images.serializers import (
    ImageSerializer,
    ImageUpdateSerializer,
    RenditionSerializer,
    RenditionsSerializer,
    TransformSerializer,
    UploadSerializer,
    UsageSerializer,
)
from images.waiting import WAIT_PARAMETERS, applied, seconds_to_wait

BYTES = {(200, "image/*"): OpenApiTypes.BINARY, 302: None}


class GoneMeanwhile:
    """For views: rows that another request deletes in the middle of this one."""

    def handle_exception(self, exc: Exception) -> Response:
        """Answer as if the picture, or the account, had not been there from the first."""
        if isinstance(exc, get_user_model().DoesNotExist):
            exc = AuthenticationFailed("This account no longer exists.", "token_not_valid")
        elif isinstance(exc, ObjectDoesNotExist):
            exc = NotFound()
        answer: Response = super().handle_exception(exc)  # type: ignore[misc]  # that of APIView
        return answer


class ImageViewSet(
    AnswersRepetitions,
    GoneMeanwhile,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet[Image],
):
    """Pictures you have uploaded, and the work on them."""

    serializer_class = ImageSerializer
    lookup_value_converter = "uuid"
    queryset = Image.objects.all()

    def get_queryset(self) -> QuerySet[Image]:
        """One's own; the list leaves out what has expired."""
        images = Image.objects.owned_by(self.request.user.pk).prefetch_related("renditions")
        return images.alive() if self.action == "list" else images

    def get_object(self) -> Image:
        """The image of the address. Raises 404, or 410 once it has expired."""
        image = super().get_object()
        if image.has_expired():
            raise Expired
        return image

    def get_serializer_class(self) -> Any:
        """The form the browsable API draws is that of what the method takes."""
        forms = {
            "create": UploadSerializer,
            "list": UploadSerializer if self.request.method == "POST" else ImageSerializer,
            "transform": TransformSerializer,
            "partial_update": ImageUpdateSerializer,
        }
        return forms.get(self.action, ImageSerializer)

    def get_throttles(self) -> list[BaseThrottle]:
        """Those of the action; creating is an upload."""
        return [UploadLimit()] if self.action == "create" else super().get_throttles()

    def answer(self, image: Image) -> dict[str, Any]:
        """The image as it is now."""
        return ImageSerializer(
            self.get_queryset().get(pk=image.pk), context=self.get_serializer_context()
        ).data

    def uploaded(self, image: Image) -> Answer:
        """201 with the image once its work is done, 202 before."""
        body = self.answer(image)
        done = body["status"] in (Status.COMPLETED, Status.FAILED)
        code = status.HTTP_201_CREATED if done else status.HTTP_202_ACCEPTED
        return Answer(code, body, body["url"])

    def transformed(self, asked: list[Rendition]) -> Answer:
        """200 with the renditions once all are done, 202 before."""
        now = Rendition.objects.in_bulk([rendition.pk for rendition in asked])
        found = [now[rendition.pk] for rendition in asked if rendition.pk in now]
        body = RenditionsSerializer({"renditions": found}, context=self.get_serializer_context())
        done = all(rendition.is_terminal for rendition in found)
        return Answer(status.HTTP_200_OK if done else status.HTTP_202_ACCEPTED, body.data)

    @extend_schema(
        request=UploadSerializer,
        parameters=[*WAIT_PARAMETERS, KEY_PARAMETER],
        responses={202: ImageSerializer, 201: ImageSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Upload a picture with the work on it: 202 while it is being done, 201 when it is."""
        seconds = seconds_to_wait(request)
        keyed = once_only(request, self.uploaded)
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        # Fetched last of all: what is wrong with the rest of the request costs no fetch.
        with asked["picture"] or fetch(asked["url"]) as picture:
            image = services.upload_image(
                owner_id=cast(UUID, request.user.pk),
                content=picture,
                name=asked["name"],
                keep=asked["keep"],
                wanted=asked["wanted"],
                once=keyed,
            )
        services.wait_until_done(image.renditions.all(), seconds)
        answer = keyed.answer(image, waited=seconds > 0) if keyed else self.uploaded(image)
        return respond(answer, applied(seconds))

    @extend_schema(request=ImageUpdateSerializer, responses=ImageSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change the name, or whether it is kept for good."""
        image = self.get_object()
        form = self.get_serializer(image, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        services.update_image(image, **form.validated_data)
        return Response(self.answer(image))

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete the picture and everything made from it."""
        services.delete_image(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        request=TransformSerializer,
        parameters=[*WAIT_PARAMETERS, KEY_PARAMETER],
        responses={202: RenditionsSerializer, 200: RenditionsSerializer},
    )
    @action(detail=True, methods=["post"], throttle_classes=[TransformLimit])
    def transform(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ask for more renditions; one that exists is answered with, one that failed begun anew."""
        keyed = once_only(request, self.transformed)
        image = self.get_object()
        seconds = seconds_to_wait(request)
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = services.transform_image(image, form.validated_data["wanted"], once=keyed)
        ids = [rendition.pk for rendition in asked]
        services.wait_until_done(Rendition.objects.filter(pk__in=ids), seconds)
        answer = keyed.answer(asked, waited=seconds > 0) if keyed else self.transformed(asked)
        return respond(answer, applied(seconds))

    @extend_schema(responses=RenditionSerializer(many=True))
    @action(detail=True)
    def renditions(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List every rendition of the picture."""
        found = self.get_object().renditions.all()
        page: list[Rendition] | None = self.paginate_queryset(found)  # type: ignore[arg-type]
        form = RenditionSerializer(page, many=True, context=self.get_serializer_context())
        return self.get_paginated_response(form.data)

    @extend_schema(responses=BYTES)
    @action(detail=True, content_negotiation_class=AnyAccept, throttle_classes=[DeliveryLimit])
    def original(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The bytes as they were uploaded; starts no clock."""
        return deliver(request, self.get_object(), starts_clock=False)

    @extend_schema(responses=BYTES)
    @action(detail=True, content_negotiation_class=AnyAccept, throttle_classes=[DeliveryLimit])
    def download(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The first rendition asked for, else the original; the first GET starts the clock."""
        image = self.get_object()
        first = next(iter(image.asked), None)
        if first is not None and first.status != Status.COMPLETED:
            raise not_ready(first)
        return deliver(request, image, first)


class RenditionViewSet(GoneMeanwhile, mixins.RetrieveModelMixin, GenericViewSet[Rendition]):
    """Single renditions of your pictures."""

    serializer_class = RenditionSerializer
    lookup_value_converter = "uuid"
    queryset = Rendition.objects.all()

    def get_queryset(self) -> QuerySet[Rendition]:
        """Those of one's own images."""
        return Rendition.objects.owned_by(self.request.user.pk).select_related("image")

    def get_object(self) -> Rendition:
        """The rendition of the address. Raises 404, or 410 once its image has expired."""
        rendition = super().get_object()
        if rendition.image.has_expired():
            raise Expired
        return rendition

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete one rendition and its bytes; the picture stays."""
        services.delete_rendition(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=BYTES)
    @action(detail=True, content_negotiation_class=AnyAccept, throttle_classes=[DeliveryLimit])
    def download(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The bytes of the result; the first GET starts the expiry clock of its image."""
        rendition = self.get_object()
        if rendition.status != Status.COMPLETED:
            raise not_ready(rendition)
        return deliver(request, rendition.image, rendition)


class UsageViewSet(GenericViewSet[Any]):
    """How much of your quota is used."""

    serializer_class = UsageSerializer
    pagination_class = None

    @extend_schema(operation_id="usage", responses=UsageSerializer)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What you have stored that has not expired, and how much you may have at a time."""
        owner = cast(User, request.user)
        told = {"usage": quotas.used_by(owner.pk), "limits": quotas.limits_of(owner)}
        return Response(UsageSerializer(told).data)
