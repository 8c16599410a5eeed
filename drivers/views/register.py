"""The register of drivers: list, record, and the forms that keep it."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from drivers import permissions
from drivers import register_words as words_of
from drivers.actions import changing
from drivers.actions import register as actions
from drivers.models import Contract, Driver
from drivers.register_forms import DriverFilter, DriverForm
from platforms.permissions import may_keep
from platforms.register_forms import initial_of
from platforms.views import keeping
from portal.actions import readings, spending
from portal.calendar import beijing_day
from portal.models import Post
from portal.permissions import active_post
from portal.privacy import Kind
from portal.register_forms import ReturnForm
from portal.registers_out import may_take_out
from portal.views import registers

SHOWN = {"phone": Kind.PHONE, "licence": Kind.LICENCE, "certificate": Kind.LICENCE}


def drivers(request: HttpRequest) -> HttpResponse:
    """The drivers of the post's line, or of the office's place."""
    now = timezone.now()
    today, active = beijing_day(now), active_post(request)
    post = registers.post_of(request, permissions.may_read_drivers(active, today))
    form = DriverFilter(request.POST or request.GET, place=post.organisation.place)
    if answer := registers.asked(request, form):
        return answer
    rows = Driver.objects.readable_by(post, today).fitting(form.wanted, today).select_related("place__parent", "branch")
    page = registers.page_of(request, rows, post, now)
    if page is None:
        return registers.over_budget(request)
    note_names(page.rows, "drivers.list", post, now)
    words = {
        "page": page,
        "form": form,
        **registers.days(now),
        "may_export": may_take_out(post, "drivers.drivers", today),
        "may_keep": may_keep(request.user, post, now),  # type: ignore[arg-type]
    }
    return render(request, "drivers/drivers.html", words)


def driver(request: HttpRequest, code: str) -> HttpResponse:
    """One record, what is personal in it masked. Opening it counts towards the day's budget."""
    now = timezone.now()
    found, post = _seen(request, code, now)
    if not spending.spend(post, 1, now=now):
        return registers.over_budget(request)
    return _page(request, found, post, now)


def _page(request: HttpRequest, found: Driver, post: Post, now: datetime.datetime, **one: Any) -> HttpResponse:
    words = registers.beside(found, now, kinds=words_of.KINDS, fields=words_of.DRIVER, **one)
    words |= {
        "driver": found,
        "drivings": found.drivings.listed(),
        "engagements": found.engagements.listed(),
        "contracts": Contract.objects.of(found, beijing_day(now)),
        "may_keep": keeping.is_kept(request, found.state, now, found.place),
        "may_return": found.ended_date is not None and may_keep(request.user, post, now, found.place),  # type: ignore[arg-type]
    }
    return render(request, "drivers/driver.html", words)


@require_POST
@never_cache
def show_driver_field(request: HttpRequest, code: str) -> HttpResponse:
    """One masked field in full, for a motive that is written down and told to the driver."""
    now = timezone.now()
    found, post = _seen(request, code, now)
    where = f"drivers.record:{code}"
    one = registers.shown(request, SHOWN, found, where=where, person=found.person, post=post, now=now)
    return _page(request, found, post, now, **one)


def new_driver(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    post = keeping.keeper(request, now)
    form = DriverForm(request.POST or None)

    def do() -> str:
        given = form.given
        own = {name: given.pop(name) for name in ("place", "phone", "licence", "since_date")}
        who: dict[str, Any] = {"by": post.person, "post": post, "now": now}
        return actions.register_driver(given.pop("name"), papers=given, **own, **who).code

    done = registers.sent(
        request, form, do, verb="drivers.register_driver", to=_to, done=_("The driver is registered."), now=now
    )
    return done or registers.form_page(request, form, heading=_("Register a driver"), back=_to(""))


def change_driver(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    found, _post = _seen(request, code, now)
    post = keeping.keeper(request, now, found.place)
    form = DriverForm(request.POST or None, row=found, initial=initial_of(DriverForm, found))
    return registers.changed(
        request, form, changing.change_driver, found, post=post, verb="drivers.change_driver", to=_to(code),
        heading=found.name, now=now,
    )  # fmt: skip


def end_driver(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    found, _post = _seen(request, code, now)
    return registers.ended(
        request, changing.end_driver, found, post=keeping.keeper(request, now, found.place),
        verb="drivers.end_driver", to=_to(code), heading=_("%(name)s leaves the register") % {"name": found.name},
        now=now,
    )  # fmt: skip


def return_driver(request: HttpRequest, code: str) -> HttpResponse:
    """He drives again: his old record is restored."""
    now = timezone.now()
    found, _post = _seen(request, code, now)
    post = keeping.keeper(request, now, found.place)
    form = ReturnForm(request.POST or None)

    def act(**who: Any) -> None:
        changing.return_driver(found, reason=form.cleaned_data["reason"], **who)

    return registers.carried_out(
        request, form, act, post=post, verb="drivers.return_driver", to=_to(code),
        heading=_("%(name)s returns to the register") % {"name": found.name}, done=_("The record is restored."),
        now=now,
    )  # fmt: skip


def note_names(drivers: Iterable[Driver], where: str, post: Post, now: datetime.datetime) -> None:
    """Names stand on these pages without a mask: whoever has an account reads who saw his."""
    shown = [readings.Shown(one.person_id, Kind.NAME, where) for one in drivers]
    readings.note_all(shown, by=post.person, post=post, now=now)


def _to(code: str) -> str:
    return reverse("drivers:driver", args=[code]) if code else reverse("drivers:drivers")


def _seen(request: HttpRequest, code: str, now: datetime.datetime) -> tuple[Driver, Post]:
    active, today = active_post(request), beijing_day(now)
    post = registers.post_of(request, permissions.may_read_drivers(active, today))
    rows = Driver.objects.readable_by(post, today).select_related("place__parent", "branch", "person")
    found = get_object_or_404(rows, code=code)
    note_names([found], f"drivers.record:{code}", post, now)
    return found, post
