"""Pages anybody may read: what the portal is, how an appeal goes, and the components of the look (demo)."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from portal import front
from portal import kit as samples
from portal.calendar import beijing_day


@login_not_required
def how(request: HttpRequest) -> HttpResponse:
    cards = [card for _room, answer in front.ask("how") for card in answer]
    return render(
        request,
        "portal/how.html",
        {"cards": [render_to_string(card.template, card.context, request) for card in cards]},
    )


@login_not_required
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/about.html")


@login_not_required
def kit(request: HttpRequest) -> HttpResponse:
    """Every component on one page: for those who build pages, in the demonstration only."""
    if not settings.DEMO:
        raise Http404
    return render(request, "portal/kit.html", samples.samples(today=beijing_day(timezone.now())))
