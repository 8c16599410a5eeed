"""What every request passes: its reference number, the clock of its session, and the post it is made in."""

import re
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from portal import session_clock, sign_in
from portal.calendar import beijing_day
from portal.models import Post
from portal.session_clock import Clock, End
from portal.views import errors

GetResponse = Callable[[HttpRequest], HttpResponse]

# sent by what a page asks for by itself, every few seconds
BACKGROUND = "X-Background"

# what a form carries beside the writer's own words
_NOT_WORDS = re.compile(r"(?i)csrf|^key$|code|token|phone|licence|next|credential")


class ReferenceMiddleware:
    """`request.reference`, as 7F3A-22: short enough to be read out on the telephone, and found again in the log."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))
        if not re.fullmatch(r"[0-9A-Za-z-]{8,64}", request_id):
            request_id = secrets.token_hex(16)
            structlog.contextvars.bind_contextvars(request_id=request_id)
        letters = request_id.replace("-", "").upper()
        request.reference = f"{letters[:4]}-{letters[4:6]}"  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class AddressMiddleware:
    """An address with a NUL in it leads nowhere: no database keeps one, so nothing can have that name."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = [request.path_info, *(word for name, words in request.GET.lists() for word in (name, *words))]
        return errors.not_found(request) if any("\0" in word for word in asked) else self.get_response(request)


class LanguageMiddleware:
    """Chinese, unless somebody chose otherwise on this device: what a browser was installed with says little here."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class SessionClockMiddleware:
    """Sessions end when idle and at an absolute limit, and nothing a signed-in person saw stays in a cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and BACKGROUND in request.headers:
            return self._in_background(request)
        was_signed_in = request.user.is_authenticated
        over = self._keep_time(request) if was_signed_in else None
        if over is not None and request.method == "POST" and not request.path.startswith("/api/"):
            response = self._return_words(request, over)
        else:
            response = self._whole_page(request, self.get_response(request))
        if was_signed_in or request.user.is_authenticated or request.session.get("challenge"):
            response["Cache-Control"] = "no-store, private"
        return response

    def _in_background(self, request: HttpRequest) -> HttpResponse:
        """A page asks by itself, nobody is there: that neither keeps a session alive nor ends it, so that what is being
        written is given back by the form's own request."""
        now = timezone.now()
        clock = Clock.load(request.session.get(session_clock.KEY))
        limits = sign_in.post_limits() if sign_in.POST in request.session else None
        if clock is None or clock.ended(sign_in.own_limits(clock), now) or (limits and clock.post_ended(limits, now)):
            response = HttpResponse(status=204)
        else:
            response = self.get_response(request)
        response["Cache-Control"] = "no-store, private"
        return response

    def _keep_time(self, request: HttpRequest) -> End | None:
        """End what is over; else note that he was here. Returns why the session or its post ended."""
        now = timezone.now()
        session = request.session
        clock = Clock.load(session.get(session_clock.KEY)) or Clock.start(now, is_long=False)
        has_post = sign_in.POST in session
        over = clock.ended(sign_in.own_limits(clock), now)
        post_over = clock.post_ended(sign_in.post_limits(), now) if has_post else None
        if over or (post_over and not (clock.is_long and session.get(sign_in.LIGHT_POST))):
            auth.logout(request)
            session["ended"] = (over or post_over).value  # type: ignore[union-attr]
            return over or post_over
        if post_over:
            # a contact on his own phone: the post is laid down, he stays signed in as himself
            session[sign_in.LAID_DOWN] = session[sign_in.POST]
            sign_in.lay_down(request)
        limits = sign_in.post_limits() if has_post else sign_in.own_limits(clock)
        if session_clock.KEY not in session or clock.needs_touch(limits, now):
            session[session_clock.KEY] = clock.touched(now, sign_in.post_limits()).stored()
        return post_over

    @staticmethod
    def _whole_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """A fragment that is asked for after the session ended: the page as a whole goes to the sign-in, and back."""
        sign_in_url = reverse(settings.LOGIN_URL)
        is_fragment = request.headers.get("HX-Request") == "true"
        if not (is_fragment and response.status_code == 302 and response["Location"].startswith(sign_in_url)):
            return response
        shown = urlsplit(request.headers.get("HX-Current-URL", "")).path or "/"
        return HttpResponse(status=204, headers={"HX-Redirect": f"{sign_in_url}?{urlencode({'next': shown})}"})

    @staticmethod
    def _return_words(request: HttpRequest, over: End) -> HttpResponse:
        """The form came too late and is not carried out; what he had written is given back to be copied."""
        words = [
            value
            for name, values in request.POST.lists()
            if not _NOT_WORDS.search(name)
            for value in values
            if " " in value or len(value) > 12
        ]
        response = render(request, "portal/ended.html", {"over": over.value, "words": words}, status=403)
        if request.headers.get("HX-Request") == "true":
            # htmx shows no 403; 409 it draws in place of the page
            response.status_code = 409
            response["HX-Retarget"], response["HX-Reselect"], response["HX-Reswap"] = "#main", "#main", "outerHTML"
        return response


class ActivePostMiddleware:
    """`request.post`: the one post a person acts in, looked up anew each time, so that a leaver is out at once."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.post = self._post(request) if request.user.is_authenticated else None  # type: ignore[attr-defined]
        return self.get_response(request)

    @staticmethod
    def _post(request: HttpRequest) -> Post | None:
        code = request.session.get(sign_in.POST)
        if not code:
            return None
        live = Post.objects.filter(person_id=request.user.pk).live(beijing_day(timezone.now()))
        post = live.select_related("organisation__place", "person").filter(code=code).first()
        if post is None:
            sign_in.lay_down(request)
            messages.warning(request, _("Your post has ended. You are here as yourself now."))
            return None
        if sign_in.lacks_factor(request, post):
            sign_in.lay_down(request)
            return None
        return post
