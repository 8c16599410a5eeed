"""The register of vehicles: its list, and the forms that keep it. Who drives one stands in room drivers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from platforms import permissions
from platforms.actions import vehicles as actions
from platforms.models import Vehicle
from platforms.register_forms import VehicleFilter, VehicleForm, initial_of
from platforms.views import keeping
from portal.calendar import beijing_day
from portal.permissions import active_post
from portal.registers_out import may_take_out
from portal.views import registers


def vehicles(request: HttpRequest) -> HttpResponse:
    """The vehicles registered where the office is."""
    now = timezone.now()
    today, active = beijing_day(now), active_post(request)
    post = registers.post_of(request, permissions.register_places(active, today) is not None)
    form = VehicleFilter(request.POST or request.GET, place=post.organisation.place)
    if answer := registers.asked(request, form):
        return answer
    rows = Vehicle.objects.visible_to(post, today).fitting(form.wanted, today).listed()
    page = registers.page_of(request, rows, post, now)
    if page is None:
        return registers.over_budget(request)
    words = {
        "page": page,
        "form": form,
        **registers.days(now),
        "may_export": may_take_out(post, "platforms.vehicles", today),
        "may_keep": permissions.may_keep(request.user, post, now),  # type: ignore[arg-type]
    }
    return render(request, "platforms/vehicles.html", words)


def new_vehicle(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    post = keeping.keeper(request, now)
    form = VehicleForm(request.POST or None)

    def do() -> str:
        given = form.given
        return actions.register_vehicle(given.pop("plate"), given, by=post.person, post=post, now=now).code

    done = registers.sent(
        request, form, do, verb="platforms.register_vehicle", to=_to, done=_("The vehicle is registered."), now=now
    )
    return done or registers.form_page(
        request, form, heading=_("Register a vehicle"), back=reverse("platforms:vehicles")
    )


def change_vehicle(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    found = _seen(request, code)
    post = keeping.keeper(request, now, found.city)
    form = VehicleForm(request.POST or None, row=found, initial=initial_of(VehicleForm, found))
    return registers.changed(
        request, form, actions.change_vehicle, found, post=post, verb="platforms.change_vehicle", to=_to(code),
        heading=found.masked_plate, now=now,
    )  # fmt: skip


def end_vehicle(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    found = _seen(request, code)
    return registers.ended(
        request, actions.end_vehicle, found, post=keeping.keeper(request, now, found.city),
        verb="platforms.end_vehicle", to=_to(code),
        heading=_("Vehicle %(plate)s leaves the register") % {"plate": found.masked_plate}, now=now,
    )  # fmt: skip


def _to(code: str) -> str:
    # the page of a vehicle shows who drives it, too: it is a room higher
    return reverse("drivers:vehicle", args=[code]) if code else reverse("platforms:vehicles")


def _seen(request: HttpRequest, code: str) -> Vehicle:
    rows = Vehicle.objects.visible_to(active_post(request), beijing_day(timezone.now())).listed()
    return get_object_or_404(rows, code=code)
