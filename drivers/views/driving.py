"""Who drives what for whom: the page of a vehicle, and the forms of what a driver drives, for whom, on what paper."""

import datetime
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from drivers.actions import driving as actions
from drivers.actions import register
from drivers.models import Contract, ContractKind, Driver, Driving
from drivers.register_forms import DrivingForm, EngagementForm, LeaseForm
from drivers.views.register import note_names
from platforms import register_words as words_of
from platforms.models import Vehicle
from platforms.permissions import may_keep, register_places
from platforms.views import keeping
from portal.actions import spending
from portal.actions.readings import Shown, note_all
from portal.calendar import beijing_day
from portal.models import Post
from portal.permissions import active_post
from portal.privacy import Kind
from portal.register_forms import KeyForm
from portal.views import registers

SHOWN = {"plate": Kind.PLATE, "owner_name": Kind.RECORD, "licence": Kind.RECORD, "vin": Kind.RECORD}
Do = Callable[[Driver, Any, dict[str, Any]], object]


def vehicle(request: HttpRequest, code: str) -> HttpResponse:
    """One vehicle: its papers, its owner, who drives it for whom, who leases it."""
    now = timezone.now()
    found, post = _seen(request, code, now)
    if not spending.spend(post, 1, now=now):
        return registers.over_budget(request)
    return _page(request, found, post, now)


def _page(request: HttpRequest, found: Vehicle, post: Post, now: datetime.datetime, **one: Any) -> HttpResponse:
    drivings = list(Driving.objects.filter(vehicle=found).listed())
    leases = list(Contract.objects.filter(vehicle=found).select_related("driver", "company"))
    people = [row.driver for row in (*drivings, *leases)]
    known = Driver.objects.readable_by(post, beijing_day(now)).filter(pk__in=[one.pk for one in people])
    readable = set(known.values_list("pk", flat=True))
    note_names((one for one in people if one.pk in readable), f"drivers.vehicle:{found.code}", post, now)
    words = registers.beside(found, now, kinds=words_of.KINDS, fields=words_of.VEHICLE, **one)
    words |= {
        "vehicle": found,
        "drivings": drivings,
        "leases": leases,
        "readable": readable,
        "may_keep": keeping.is_kept(request, found.state, now, found.city),
    }
    return render(request, "drivers/vehicle.html", words)


@require_POST
@never_cache
def show_vehicle_field(request: HttpRequest, code: str) -> HttpResponse:
    """One masked field in full, for a motive; whoever drives the car now is told, but not of its owner's name."""
    now = timezone.now()
    found, post = _seen(request, code, now)
    drivings = Driving.objects.on_day(beijing_day(now)).filter(vehicle=found).select_related("driver__person")
    where = f"drivers.vehicle:{code}"
    one = registers.shown(request, SHOWN, found, where=where, person=None, post=post, now=now)
    field = one.get("shown", {}).get("name", "owner_name")
    if field != "owner_name":
        seen = [Shown(driving.driver.person_id, SHOWN[field], where) for driving in drivings]
        note_all(seen, by=post.person, post=post, now=now)
    return _page(request, found, post, now, **one)


def start_driving(request: HttpRequest, code: str) -> HttpResponse:
    """He begins to drive a vehicle for a platform."""

    def do(driver: Driver, given: Any, who: dict[str, Any]) -> object:
        company = given["company"]
        return actions.start_driving(
            driver, vehicle=given["vehicle"], company=company, from_date=given["from_date"], **who
        )

    return _entered(request, code, DrivingForm, do, verb="drivers.start_driving", heading=_("What %(name)s drives"))


def enter_lease(request: HttpRequest, code: str) -> HttpResponse:
    """He leases a vehicle from a leasing company."""

    def do(driver: Driver, given: Any, who: dict[str, Any]) -> object:
        return register.enter_contract(
            driver, company=given["company"], kind=ContractKind.LEASE, vehicle=given["vehicle"],
            from_date=given["from_date"], until_date=given["until_date"], **who,
        )  # fmt: skip

    return _entered(request, code, LeaseForm, do, verb="drivers.enter_lease", heading=_("A lease of %(name)s"))


def start_engagement(request: HttpRequest, code: str) -> HttpResponse:
    """He begins to drive for a platform, on a paper or without one."""

    def do(driver: Driver, given: Any, who: dict[str, Any]) -> object:
        company, from_date = given["company"], given["from_date"]
        if given["contract"]:
            register.enter_contract(
                driver, company=company, kind=given["contract"], from_date=from_date, until_date=given["until_date"],
                **who,
            )  # fmt: skip
        return register.start_engagement(driver, company=company, from_date=from_date, **who)

    heading = _("For whom %(name)s drives")
    return _entered(request, code, EngagementForm, do, verb="drivers.start_engagement", heading=heading)


def _entered(request: HttpRequest, code: str, shape: type[KeyForm], do: Do, *, verb: str, heading: str) -> HttpResponse:
    now = timezone.now()
    driver, post = _kept(request, code, now)
    form = shape(request.POST or None, initial={"from_date": beijing_day(now)})
    return registers.carried_out(
        request, form, lambda **who: do(driver, form.cleaned_data, who), post=post, verb=verb,
        to=reverse("drivers:driver", args=[code]), heading=heading % {"name": driver.masked_name}, done=_("Entered."),
        now=now,
    )  # fmt: skip


def end_driving(request: HttpRequest, code: str) -> HttpResponse:
    """He no longer drives this vehicle for that company."""
    now = timezone.now()
    found = get_object_or_404(Driving.objects.select_related("driver", "vehicle", "company"), code=code)
    driver, post = _kept(request, found.driver.code, now)
    names = {"plate": found.vehicle.masked_plate, "company": found.company.short_name}
    return registers.ended(
        request, actions.end_driving, found, post=post, verb="drivers.end_driving",
        to=reverse("drivers:driver", args=[driver.code]), heading=_("%(plate)s for %(company)s ends") % names, now=now,
    )  # fmt: skip


def end_engagement(request: HttpRequest, code: str, company: str) -> HttpResponse:
    """He no longer drives for that company."""
    now = timezone.now()
    driver, post = _kept(request, code, now)
    found = driver.engagements.filter(company__code=company).listed().first()
    if found is None:
        raise Http404
    names = {"name": driver.masked_name, "company": found.company.short_name}
    return registers.ended(
        request, register.end_engagement, found, post=post, verb="drivers.end_engagement",
        to=reverse("drivers:driver", args=[code]), heading=_("%(name)s stops driving for %(company)s") % names, now=now,
    )  # fmt: skip


def _seen(request: HttpRequest, code: str, now: datetime.datetime) -> tuple[Vehicle, Post]:
    active, today = active_post(request), beijing_day(now)
    post = registers.post_of(request, register_places(active, today) is not None)
    return get_object_or_404(Vehicle.objects.visible_to(post, today).listed(), code=code), post


def _kept(request: HttpRequest, code: str, now: datetime.datetime) -> tuple[Driver, Post]:
    active, today = active_post(request), beijing_day(now)
    rows = Driver.objects.readable_by(active, today).select_related("place__parent")
    driver = get_object_or_404(rows, code=code)
    return driver, registers.post_of(request, may_keep(request.user, active, now, driver.place))  # type: ignore[arg-type]
