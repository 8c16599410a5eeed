"""The register of permits."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from platforms import permissions
from platforms import register_words as words_of
from platforms.actions import permits as actions
from platforms.models import Company, Permit
from platforms.register_forms import PermitFilter, PermitForm, initial_of
from platforms.views import keeping
from portal.calendar import beijing_day
from portal.permissions import active_post
from portal.registers_out import may_take_out
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
        **registers.days(now),
        "may_export": may_take_out(post, "platforms.permits", today),
    }
    return render(request, "platforms/permits.html", words)


def permit(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    found = _seen(request, code)
    words = registers.beside(found, now, kinds=words_of.KINDS, fields=words_of.PERMIT)
    words |= {"permit": found, "may_keep": keeping.is_kept(request, found.state, now, found.city)}
    return render(request, "platforms/permit.html", words)


def new_permit(request: HttpRequest, code: str) -> HttpResponse:
    """A permit of one company enters the register."""
    now = timezone.now()
    post = keeping.keeper(request, now)
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
    post = keeping.keeper(request, now, found.city)
    form = PermitForm(request.POST or None, row=found, initial=initial_of(PermitForm, found))
    return registers.changed(
        request, form, actions.change_permit, found, post=post, verb="platforms.change_permit", to=_to(code),
        heading=found.number, now=now,
    )  # fmt: skip


def end_permit(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    found = _seen(request, code)
    return registers.ended(
        request, actions.end_permit, found, post=keeping.keeper(request, now, found.city),
        verb="platforms.end_permit", to=_to(code), heading=_("Permit %(number)s ends") % {"number": found.number},
        now=now,
    )  # fmt: skip


def _to(code: str) -> str:
    return reverse("platforms:permit", args=[code])


def _seen(request: HttpRequest, code: str) -> Permit:
    rows = Permit.objects.visible_to(active_post(request), beijing_day(timezone.now())).listed()
    return get_object_or_404(rows, code=code)
