"""The API's own addresses: who am I, its description for machines and for people, and nowhere."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal import problems
from portal.api import reference
from portal.api.door import Door
from portal.models import ApiToken


class ActorSerializer(serializers.Serializer):
    """In whose name this key or session acts."""

    name = serializers.CharField(allow_blank=True)
    post = serializers.CharField(allow_null=True, help_text=_("Code of the post; null: as himself, a driver."))
    role = serializers.CharField(allow_null=True)
    organisation = serializers.CharField(allow_null=True)
    key = serializers.CharField(allow_null=True, help_text=_("The part by which the key is recognised."))
    expires_at = serializers.DateTimeField(allow_null=True)


class Actor(Door):
    @extend_schema(
        operation_id="me",
        summary=_("Who am I"),
        description=_("The post or person this key acts for, and until when."),
        tags=["common"],
        responses={200: ActorSerializer},
    )
    def get(self, request: Request) -> Response:
        post = request._request.post
        token = request.auth if isinstance(request.auth, ApiToken) else None
        return Response(
            ActorSerializer(
                {
                    "name": request.user.name,
                    "post": post.code if post else None,
                    "role": post.role if post else None,
                    "organisation": post.organisation.name if post else None,
                    "key": token.prefix if token else None,
                    "expires_at": token.expires_at if token else None,
                }
            ).data
        )


class Nowhere(Door):
    """Whatever begins like the API and is none of its addresses: the same answer as for what one may not see."""

    schema = None  # type: ignore[assignment]

    def get(self, _request: Request, **_path: Any) -> Response:
        raise Http404

    post = get


@login_not_required
@require_safe
@cache_control(max_age=300, public=True)
def schema(request: HttpRequest) -> HttpResponse:
    """OpenAPI for machines: public, it names nobody."""
    return HttpResponse(
        OpenApiJsonRenderer().render(_written(request)), content_type="application/vnd.oai.openapi+json"
    )


@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The same to be read by people, in our own frame and without a script."""
    words = {"groups": reference.groups(_written(request)), "problems": problems.KINDS.items()}
    return render(request, "portal/api_docs.html", words)


def _written(_request: HttpRequest) -> dict[str, Any]:
    written: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return written
