"""The start page: it follows the active post, and is the public front page for whoever is not signed in."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache

from portal import front, names, permissions, roles
from portal.calendar import beijing, beijing_day
from portal.context import address
from portal.models import Role

# the roles that have a start page of their own; the others start at their room (portal.roles.START_URLS)
PAGES = {
    Role.CONTACT: "portal/start_contact.html",
    Role.CUSTODIAN: "portal/start_custodian.html",
    Role.VOLUNTEER: "portal/start_volunteer.html",
    Role.LIAISON: "portal/start_liaison.html",
    Role.SYSTEM_ADMIN: "portal/start_system.html",
    Role.SECURITY_ADMIN: "portal/start_security.html",
    Role.AUDIT_ADMIN: "portal/start_audit.html",
}
# cards up to this order stand above the button that files an appeal
FIRST = 20


@never_cache
@login_not_required
def start(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return render(request, "portal/front.html")
    post = permissions.active_post(request)
    if post is None:
        return render(request, "portal/start_driver.html", _words(request))
    room = address(roles.START_URLS.get(Role(post.role), ""))
    if room:
        return redirect(room)
    return render(request, PAGES.get(Role(post.role), "portal/start_staff.html"), _words(request))


def board(request: HttpRequest) -> HttpResponse:
    """The department's start page: figures as the cube rounds them, and the health of the clocks."""
    if not permissions.has_permission(permissions.active_post(request), roles.READ_FIGURES):
        raise Http404
    return render(request, "portal/start_department.html", _words(request))


def _words(request: HttpRequest) -> dict[str, object]:
    post, now = permissions.active_post(request), timezone.now()
    cards = front.cards(request.user, post)  # type: ignore[arg-type]
    drawn = [(card.order, render_to_string(card.template, card.context, request)) for card in cards]
    return {
        "post": post,
        "first_cards": [html for order, html in drawn if order <= FIRST],
        "cards": [html for order, html in drawn if order > FIRST],
        "family_name": names.family_name(request.user.name),  # type: ignore[union-attr]
        "part_of_day": names.part_of_day(beijing(now).hour),
        "today": beijing_day(now),
    }
