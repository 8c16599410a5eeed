"""Doors of the room: a driver's own record, branches with their honest figures, and pairs."""

import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from branches import actions, permissions
from branches.forms import TakeDistrictForm
from branches.models import Pair, Responsibility, branches_with_figures, contact_for, coverage, people_of, with_contact
from drivers.models import Driver
from portal.calendar import beijing_day
from portal.models import Organisation, OrganisationKind, Place, PlaceKind, Role
from portal.permissions import active_post
from portal.permissions_places import readable_places
from portal.views.doors import make_move

BRANCHES_PAGE = 30
DRIVERS_PAGE = 50


def my_record(request: HttpRequest) -> HttpResponse:
    """What the register knows of the person as a driver, masked, and who keeps contact with him."""
    today = beijing_day(timezone.now())
    driver = Driver.objects.listed().of(request.user).first()  # type: ignore[arg-type]
    words = {
        "driver": driver,
        "who": contact_for(driver, today),
        "engagements": driver.engagements.listed() if driver else [],
        "today": today,
    }
    return render(request, "branches/my_record.html", words)


def _branches(request: HttpRequest, today: datetime.date) -> QuerySet[Organisation]:
    live = Responsibility.objects.live(today).select_related("district")
    districts = Prefetch("responsibilities", queryset=live, to_attr="live_responsibilities")
    return branches_with_figures(active_post(request), today).prefetch_related(districts)


def desk(request: HttpRequest) -> HttpResponse:
    """The branches and enterprise organisations in the post's reach, with drivers, contacts and pairs as they are."""
    today, post = beijing_day(timezone.now()), active_post(request)
    if not permissions.may_see_branches(post, today):
        raise Http404
    rows = _branches(request, today)
    kind = request.GET.get("kind", "")
    shown = rows.filter(kind=kind) if kind in (OrganisationKind.BRANCH, OrganisationKind.ENTERPRISE) else rows
    words = {
        "page": Paginator(shown, BRANCHES_PAGE).get_page(request.GET.get("page")),
        "kind": kind,
        "coverage": coverage(rows),
        "post": post,
    }
    return render(request, "branches/desk.html", words)


def branch(request: HttpRequest, code: str) -> HttpResponse:
    """One branch: what it answers for, who is there, and how far that reaches."""
    today, post = beijing_day(timezone.now()), active_post(request)
    if not permissions.may_see_branches(post, today):
        raise Http404
    found = get_object_or_404(_branches(request, today).select_related("parent"), code=code)
    words = {
        "branch": found,
        "people": people_of(found, today),
        "today": today,
        "may_list": Driver.objects.visible_to(post, today).filter(branch=found).exists(),
    }
    return render(request, "branches/branch.html", words)


def branch_drivers(request: HttpRequest, code: str) -> HttpResponse:
    """The drivers a branch answers for, masked, with the contact of the few who have one."""
    today, post = beijing_day(timezone.now()), active_post(request)
    found = get_object_or_404(branches_with_figures(post, today), code=code, kind=OrganisationKind.BRANCH)
    rows = with_contact(Driver.objects.visible_to(post, today).filter(branch=found).listed(), today)
    if not rows.exists():
        raise Http404
    districts = Place.objects.filter(drivers__branch=found).distinct()
    chosen = districts.filter(code=request.GET.get("district", "")).first()
    if chosen:
        rows = rows.filter(place=chosen)
    if request.GET.get("contact") == "none":
        rows = rows.filter(contact_id__isnull=True)
    words = {
        "branch": found,
        "page": Paginator(rows, DRIVERS_PAGE).get_page(request.GET.get("page")),
        "districts": districts,
        "chosen": chosen,
        "without": request.GET.get("contact") == "none",
    }
    return render(request, "branches/branch_drivers.html", words)


def take_district(request: HttpRequest, code: str) -> HttpResponse:
    """A branch of the city takes a district over from a day on; the one before it ends the day before."""
    now = timezone.now()
    today, post = beijing_day(now), active_post(request)
    if not permissions.may_assign_districts(post, today):
        raise Http404
    districts = Place.objects.filter(kind=PlaceKind.DISTRICT, parent__in=readable_places(post, today))
    district = get_object_or_404(districts.select_related("parent"), code=code)
    choices = permissions.branches_for(district, request.user, post, now)  # type: ignore[arg-type]
    form = TakeDistrictForm(request.POST or None, branches=choices, initial={"from_date": today})

    def do(values: dict[str, Any]) -> str:
        actions.make_responsible(district, by=request.user, post=post, now=now, **values)  # type: ignore[arg-type]
        messages.success(request, _("Saved."))
        return district.city.code

    words = {
        "district": district,
        "held": Responsibility.objects.live(today).filter(district=district).select_related("branch").first(),
        "drivers": Driver.objects.filter(place=district).count(),
        "has_branches": choices.exists(),
    }
    return make_move(
        request, form, verb="branches.take_district", subject=code, do=do,
        to=lambda answer: reverse("portal:place", args=[answer]), template="branches/take_district.html",
        context=words,
    )  # fmt: skip


def pairs(request: HttpRequest) -> HttpResponse:
    """Who keeps contact with whom: a contact's own drivers, a branch's or a line's pairs."""
    today, post = beijing_day(timezone.now()), active_post(request)
    if post is None or not permissions.may_see_pairs(post, today):
        raise Http404
    rows = Pair.objects.visible_to(post, today).live(today).listed()
    page = Paginator(rows, DRIVERS_PAGE).get_page(request.GET.get("page"))
    words = {"page": page, "post": post, "is_contact": post.role == Role.CONTACT, "today": today}
    return render(request, "branches/pairs.html", words)
