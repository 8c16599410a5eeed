"""Companies as offices and liaisons see them, and their register as a system administrator keeps it."""

import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from platforms import permissions
from platforms import register_words as words_of
from platforms.actions import companies as actions
from platforms.models import Company, RegisterState, liaisons_of
from platforms.register_forms import CompanyFilter, CompanyForm, initial_of
from platforms.views import keeping
from portal.calendar import beijing_day
from portal.models import Post
from portal.permissions import active_post
from portal.privacy import Kind
from portal.registers_out import may_take_out
from portal.views import registers

PAGE = 20
SHOWN = {"legal_name": Kind.NAME, "contact_name": Kind.NAME, "contact_phone": Kind.PHONE}


def companies(request: HttpRequest) -> HttpResponse:
    """The companies at work where the post is; a liaison's own. Without such a post there is no such page."""
    now = timezone.now()
    today, post = beijing_day(now), active_post(request)
    registers.post_of(request, permissions.may_see_companies(post, today))
    form = CompanyFilter(request.POST or request.GET)
    if answer := registers.asked(request, form):
        return answer
    rows = Company.objects.visible_to(post, today).fitting(form.wanted).listed(today)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    may_keep = permissions.may_keep(request.user, post, now)  # type: ignore[arg-type]
    may_export = may_take_out(post, "platforms.companies", today)
    words = {"page": page, "post": post, "today": today, "form": form, "may_keep": may_keep, "may_export": may_export}
    return render(request, "platforms/companies.html", words)


def company(request: HttpRequest, code: str) -> HttpResponse:
    """One company: its papers and permits, its published cap, its rules, and who answers for it."""
    return _page(request, _seen(request, code), timezone.now())


def _page(request: HttpRequest, found: Company, now: datetime.datetime, **one: Any) -> HttpResponse:
    today, post = beijing_day(now), active_post(request)
    words = registers.beside(
        found.organisation, now, kinds=words_of.KINDS, fields=words_of.COMPANY, record=found, **one
    )
    words |= {
        "company": found,
        "rules": found.rules.prefetch_related("versions").order_by("title"),
        "liaisons": liaisons_of(found, today),
        "permits": found.permits.visible_to(post, today).select_related("city").order_by("ended_date", "-until_date"),
        "may_keep": found.state != RegisterState.ENDED and _may_keep(request, found, now),
        "may_permit": keeping.is_kept(request, found.state, now),
        "may_read": permissions.register_places(post, today) is not None,
    }
    return render(request, "platforms/company.html", words)


def new_company(request: HttpRequest) -> HttpResponse:
    """A company enters the register."""
    now = timezone.now()
    post = keeping.keeper(request, now)
    form = CompanyForm(request.POST or None, place=post.organisation.place)

    def do() -> str:
        given = form.given
        own = {name: given.pop(name) for name in ("name", "kind", "short_name", "cities", "take_cap_permille")}
        place = post.organisation.place
        made = actions.register_company(
            own.pop("name"), place=place, papers=given, by=post.person, post=post, now=now, **own
        )
        return made.code

    done = registers.sent(
        request, form, do, verb="platforms.register_company", to=_to, done=_("The company is registered."), now=now
    )
    return done or registers.form_page(
        request, form, heading=_("Register a company"), back=reverse("platforms:companies")
    )


def change_company(request: HttpRequest, code: str) -> HttpResponse:
    """What the register says of it changes, with a reason."""
    now = timezone.now()
    found, post = _kept(request, code, now)
    begin = initial_of(CompanyForm, found) | {
        "name": found.organisation.name,
        "short_name": found.organisation.short_name,
        "cities": found.cities.all(),
        "take_cap_percent": found.take_cap_permille // 10 if found.take_cap_permille else None,
    }
    form = CompanyForm(request.POST or None, row=found, place=post.organisation.place, initial=begin)
    return registers.changed(
        request, form, actions.change_company, found, post=post, verb="platforms.change_company", to=_to(code),
        heading=str(found), now=now,
    )  # fmt: skip


def end_company(request: HttpRequest, code: str) -> HttpResponse:
    """It leaves the register."""
    now = timezone.now()
    found, post = _kept(request, code, now)
    return registers.ended(
        request, actions.end_company, found, post=post, verb="platforms.end_company", to=_to(code),
        heading=_("%(name)s leaves the register") % {"name": found}, now=now,
    )  # fmt: skip


@require_POST
@never_cache
def show_company_field(request: HttpRequest, code: str) -> HttpResponse:
    """One masked field in full, for a motive that is written down."""
    now = timezone.now()
    found = _seen(request, code)
    today = beijing_day(now)
    post = registers.post_of(request, permissions.register_places(active_post(request), today) is not None)
    where = f"platforms.company:{code}"
    one = registers.shown(
        request, SHOWN, found, subject=found.organisation, where=where, person=None, post=post, now=now
    )
    return _page(request, found, now, **one)


def _to(code: str) -> str:
    return reverse("platforms:company", args=[code])


def _may_keep(request: HttpRequest, found: Company, now: datetime.datetime) -> bool:
    return permissions.may_keep_company(request.user, active_post(request), found.cities.all(), now)  # type: ignore[arg-type]


def _kept(request: HttpRequest, code: str, now: datetime.datetime) -> tuple[Company, Post]:
    """The company for whoever keeps it; for anybody else there is no such page."""
    found = _seen(request, code)
    return found, registers.post_of(request, _may_keep(request, found, now))


def _seen(request: HttpRequest, code: str) -> Company:
    today = beijing_day(timezone.now())
    rows = Company.objects.visible_to(active_post(request), today).listed(today)
    return get_object_or_404(rows, organisation__code=code)
