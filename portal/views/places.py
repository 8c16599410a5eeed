"""The settings of a city in one place: whether it is switched on, and what every room has set for it."""

import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import front, history, permissions
from portal import permissions_places as reach
from portal.actions import places as actions
from portal.calendar import beijing_day
from portal.models import Event, PlaceOpening, Post
from portal.models.places import PlaceQuerySet
from portal.place_forms import CloseCityForm, OpenCityForm, PlaceFilter
from portal.register_forms import KeyForm
from portal.views.doors import make_move

PAST = 15


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The prefectures with their state; a city's committee has its own."""
    _post, cities, day = _office(request)
    form = PlaceFilter(request.GET)
    typed, state = form.wanted
    if typed:
        cities = cities.filter(
            Q(name__icontains=typed) | Q(name_en__icontains=typed) | Q(letters__iexact=typed) | Q(code=typed)
        )
    cities = cities.prefetch_related(Prefetch("openings", PlaceOpening.objects.order_by("from_date")))
    rows = [(city, _now(list(city.openings.all()), day)) for city in cities.order_by("code")]
    shown = [(city, now) for city, now in rows if not state or now[0] == state]
    return render(request, "portal/places.html", {"rows": shown, "q": typed, "state": state, "states": form.STATES})


@require_safe
def place(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that is set for one city, each with its days, and what happened to it."""
    post, cities, day = _office(request)
    found = get_object_or_404(cities, code=code)
    openings = list(found.openings.order_by("-from_date"))
    cards = front.place_settings(found, post, day)
    told = front.place_events(found)
    which, words = Q(pk__in=[]), {}
    for one in told:
        which |= one.found
        words.update(one.words)
    rows = Event.objects.filter(which).select_related("by", "post__organisation").prefetch_related("texts")
    page = Paginator(rows.order_by("-at", "-pk"), PAST).get_page(request.GET.get("page"))
    shown = {
        "found": found,
        "openings": openings,
        "now": _now(openings[::-1], day),
        "cards": [render_to_string(card.template, {**card.context, "place": found}, request) for card in cards],
        "page": page,
        "entries": history.told(page, timezone.now(), lambda event: words[event.kind](event)),
        "keeps": reach.may_keep_place(request.user, post, found, day),  # type: ignore[arg-type]
    }
    return render(request, "portal/place.html", shown)


def open_city(request: HttpRequest, code: str) -> HttpResponse:
    day = beijing_day(timezone.now())
    form = OpenCityForm(request.POST or None, initial={"from_date": day})
    return _move(request, code, form, "open_city", actions.open_city, _("Saved."))


def close_city(request: HttpRequest, code: str) -> HttpResponse:
    return _move(request, code, CloseCityForm(request.POST or None), "close_city", actions.close_city, _("Saved."))


def keep_city_open(request: HttpRequest, code: str) -> HttpResponse:
    form = KeyForm(request.POST or None)
    return _move(request, code, form, "keep_city_open", actions.keep_city_open, _("Saved."))


def _move(request: HttpRequest, code: str, form: forms.Form, name: str, act: Any, said: str) -> HttpResponse:
    post, cities, day = _office(request)
    found = get_object_or_404(cities, code=code)
    if not reach.may_keep_place(request.user, post, found, day):  # type: ignore[arg-type]
        raise Http404
    now = timezone.now()
    opening = PlaceOpening.objects.current(found, day)

    def do(values: dict[str, Any]) -> str:
        act(found, by=request.user, post=post, now=now, **values)
        messages.success(request, said)
        return found.code

    return make_move(
        request, form, verb=f"portal.{name}", subject=code, do=do,
        to=lambda answer: reverse("portal:place", args=[answer]), template=f"portal/{name}.html",
        context={"found": found, "opening": opening},
    )  # fmt: skip


def _office(request: HttpRequest) -> tuple[Post, PlaceQuerySet, datetime.date]:
    post, day = permissions.active_post(request), beijing_day(timezone.now())
    if post is None or not any(permissions.has_permission(post, one, day) for one in reach.READERS):
        raise Http404
    return post, reach.readable_places(post, day), day


def _now(openings: list[PlaceOpening], day: datetime.date) -> tuple[str, PlaceOpening | None]:
    """on, ahead or off, and the opening that says so."""
    for one in openings:
        if one.until_date is None or one.until_date >= day:
            return ("on" if one.from_date <= day else "ahead"), one
    return "off", openings[-1] if openings else None
