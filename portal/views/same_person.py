"""Two accounts of one person: what waits for a second administrator, and what was decided."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import permissions
from portal import same_person as accounts
from portal.actions import same_person as actions
from portal.models import Post, SamePersonProposal
from portal.post_forms import SamePersonForm
from portal.register_forms import KeyForm
from portal.views.doors import answered_before, make_move
from portal.views.posts import require_administrator

PAGE = 25


@require_safe
def same_person(request: HttpRequest) -> HttpResponse:
    """Proposals, those that wait first."""
    rows = _in_reach(require_administrator(request))
    waiting = rows.filter(decided_at=None).order_by("-proposed_at", "-pk")
    over = Paginator(rows.exclude(decided_at=None).order_by("-decided_at", "-pk"), PAGE)
    words = {"waiting": waiting[:PAGE], "page": over.get_page(request.GET.get("page"))}
    return render(request, "portal/same_person.html", words)


def propose_same_person(request: HttpRequest) -> HttpResponse:
    """Propose it, or with ?undo that a mark be taken away."""
    require_administrator(request)
    is_undo = "undo" in request.GET
    form = SamePersonForm(request.POST or None)

    def do(values: dict[str, Any]) -> str:
        made = actions.propose(
            values["account"],
            same_as=values["same_as"],
            is_undo=is_undo,
            by=request.user,
            now=timezone.now(),  # type: ignore[arg-type]
        )
        messages.success(request, _("Proposed. A second security administrator decides; until then nothing changes."))
        return made.code

    return make_move(
        request, form, verb="portal.propose_same_person", subject=str(is_undo), do=do, to=_back,
        template="portal/propose_same_person.html", context={"is_undo": is_undo},
    )  # fmt: skip


def decide_same_person(request: HttpRequest, code: str) -> HttpResponse:
    """The second administrator's page."""
    office = require_administrator(request)
    if again := answered_before(request, _back):
        return again
    asked = get_object_or_404(_in_reach(office), code=code, decided_at=None)

    def do(_values: dict[str, Any]) -> str:
        actions.decide(asked.pk, is_agreed="no" not in request.POST, by=request.user, now=timezone.now())  # type: ignore[arg-type]
        messages.success(request, _("Decided. Both accounts are told."))
        return code

    words = {"asked": asked, "is_own": accounts.are_one(office.person_id, asked.proposed_by.person_id)}
    subject = f"{code} {'no' in request.POST}"
    return make_move(
        request, KeyForm(request.POST or None), verb="portal.decide_same_person", subject=subject,
        do=do, to=_back, template="portal/decide_same_person.html", context=words,
    )  # fmt: skip


def _in_reach(office: Post) -> QuerySet[SamePersonProposal]:
    """What was proposed by administrators of the line."""
    rows = SamePersonProposal.objects.filter(
        proposed_by__organisation__in=permissions.administered_organisations(office)
    )
    return rows.select_related("account", "same_as", "proposed_by__person", "decided_by__person")


def _back(_code: str) -> str:
    return reverse("portal:same_person")
