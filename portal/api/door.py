"""What every address of the API shares: who comes in, in which language it answers, and what is kept of it: nothing."""

from typing import Any

from django.utils import translation
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api.authentication import BrowserAuthentication, KeyAuthentication
from portal.api.schema import Described
from portal.api.throttles import PerAddress, PerKey


class OnlyJson(BaseContentNegotiation):
    """There is one form of every answer; what a program says it would like changes nothing."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        sent = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == sent), None)

    def select_renderer(self, _request: Request, renderers: Any, _format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class Door(APIView):
    """A view of the API. `needs_match`: a move for which the program says which state it has read."""

    authentication_classes = [KeyAuthentication, BrowserAuthentication]
    permission_classes = [IsAuthenticated]
    throttle_classes = [PerKey, PerAddress]
    parser_classes = [JSONParser]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = OnlyJson
    metadata_class = None
    schema = Described()
    makes = False
    matches = False
    needs_match = False
    http_method_names = ["get", "post", "head"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # until LanguageMiddleware, further out, puts it back
        translation.activate(translation.get_language_from_request(request._request))
        super().initial(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        done: Response = super().finalize_response(request, response, *args, **kwargs)
        done["Content-Language"] = translation.get_language()
        done["Cache-Control"] = "no-store, private"
        done["Vary"] = "Authorization, Cookie, Accept-Language"
        return done
