"""The register of permits."""

import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from platforms import permissions
from platforms import register_words as words_of
from platforms.actions import permits as actions
from platforms.models import Company, Permit, RegisterState
from platforms.register_forms import PermitFilter, PermitForm, initial_of
from portal import history
from portal.calendar import beijing_day
from portal.models import Place, Post
from portal.permissions import active_post
from portal.register_forms import EndForm
from portal.registers_out import may_take_out
from portal.spans import SOON_DAYS
from portal.views import registers


def permits(request: HttpRequest) -> HttpResponse:
    """Permits of all companies, each post those of its city."""
    now = timezone.now()
    today, active = beijing_day(now), active_post(request)
    post = registers.post_of(request, permissions.may_see_companies(active, today))
    form = PermitFilter(request.POST or request.GET)
    if answer := registers.asked(request, form):
        return answer
    rows = Permit.objects.visible_to(post, today).fitting(form.wanted, today).listed()
    page = registers.page_of(request, rows, post, now)
    if page is None:
        return registers.over_budget(request)
    words = {
        "page": page,
        "form": form,
        "today": today,
        "soon": today + datetime.timedelta(days=SOON_DAYS),
        "may_export": may_take_out(post, "platforms.permits", today),
    }
    return render(request, "platforms/permits.html", words)


def permit(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    found, today = _seen(request, code), beijing_day(now)
    may_keep = permissions.may_keep(request.user, active_post(request), now, found.city)  # type: ignore[arg-type]
    words = {
        "permit": found,
        "today": today,
        "soon": today + datetime.timedelta(days=SOON_DAYS),
        "may_keep": may_keep and found.state != RegisterState.ENDED,
        "history": history.read(found, now, kinds=words_of.KINDS, fields=words_of.PERMIT),
    }
    return render(request, "platforms/permit.html", words)


def new_permit(request: HttpRequest, code: str) -> HttpResponse:
    """A permit of one company enters the register."""
    now = timezone.now()
    post = _keeper(request, now)
    rows = Company.objects.visible_to(post, beijing_day(now)).select_related("organisation")
    company = get_object_or_404(rows, organisation__code=code)
    form = PermitForm(request.POST or None)

    def do() -> str:
        return actions.enter_permit(company, form.given, by=post.person, post=post, now=now).code

    done = registers.sent(
        request, form, do, verb="platforms.enter_permit", to=_to, done=_("The permit is entered."), now=now
    )
    back = reverse("platforms:company", args=[code])
    heading = _("A permit of %(company)s") % {"company": company}
    return done or registers.form_page(request, form, heading=heading, back=back)


def change_permit(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    found = _seen(request, code)
    post = _keeper(request, now, found.city)
    form = PermitForm(request.POST or None, row=found, initial=initial_of(PermitForm, found))

    def do() -> str:
        seen, reason = form.cleaned_data["revision"], form.cleaned_data["reason"]
        actions.change_permit(found, form.given, seen=seen, reason=reason, by=post.person, post=post, now=now)
        return code

    done = registers.sent(
        request, form, do, verb="platforms.change_permit", to=lambda _code: _to(code), done=_("Changed."), now=now
    )
    return done or registers.form_page(request, form, heading=found.number, back=_to(code))


def end_permit(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    found = _seen(request, code)
    post = _keeper(request, now, found.city)
    form = EndForm(request.POST or None, initial={"last_date": beijing_day(now)})

    def do() -> str:
        last, reason = form.cleaned_data["last_date"], form.cleaned_data["reason"]
        actions.end_permit(found, last_date=last, reason=reason, by=post.person, post=post, now=now)
        return code

    done = registers.sent(
        request, form, do, verb="platforms.end_permit", to=lambda _code: _to(code), done=_("Ended."), now=now
    )
    heading = _("Permit %(number)s ends") % {"number": found.number}
    return done or registers.form_page(request, form, heading=heading, back=_to(code))


def _to(code: str) -> str:
    return reverse("platforms:permit", args=[code])


def _seen(request: HttpRequest, code: str) -> Permit:
    rows = Permit.objects.visible_to(active_post(request), beijing_day(timezone.now())).listed()
    return get_object_or_404(rows, code=code)


def _keeper(request: HttpRequest, now: datetime.datetime, place: Place | None = None) -> Post:
    post = active_post(request)
    return registers.post_of(request, permissions.may_keep(request.user, post, now, place))  # type: ignore[arg-type]
