"""What a driver decides beside the moves of his case: what a company may see, and whether he joins others."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from appeals import grouping, hearings, standing
from appeals.actions import consenting, joining
from appeals.forms.joint import ChoiceForm
from appeals.models import Consent, Detail, GroupMember
from appeals.views.doors import make_move
from appeals.views.driver.cases import own_appeal
from portal.wording import listed


def consent(request: HttpRequest, code: str) -> HttpResponse:
    """May the company see these details? Two buttons, and what was decided before."""
    appeal = own_appeal(request, code)
    now = timezone.now()
    rows = list(appeal.consents.select_related("asked_event", "asked_by__person", "asked_by__organisation")
                .prefetch_related("asked_event__texts").order_by("-asked_at", "-pk"))  # fmt: skip
    ask = next((row for row in rows if row.decided_at is None), None)
    texts = hearings.texts_of(ask.asked_event) if ask else {}
    form = ChoiceForm(request.POST or None)

    def do(values: dict[str, Any]) -> str:
        one = get_object_or_404(appeal.consents, code=values["consent"])
        person = request.user
        if values["choice"] == "back":
            return consenting.withdraw_consent(one.pk, by=person, now=now).code  # type: ignore[arg-type]
        agrees = values["choice"] == "yes"
        return consenting.decide_consent(one.pk, by=person, agrees=agrees, now=now).code  # type: ignore[arg-type]

    def to(code: str) -> str:
        messages.success(request, _("Noted; whoever has the case has been told."))
        return reverse("appeals:detail", args=[code])

    context = {
        "appeal": appeal,
        "title": standing.title_of(appeal),
        "company": appeal.respondent_at_event.short_name if appeal.respondent_at_event else "",
        "ask": ask,
        "shown": [(Detail(name).label, texts.get(name, "")) for name in ask.items] if ask else [],
        "why": texts.get("reason", ""),
        "by": f"{ask.asked_by.person.name} {standing.post_words(ask.asked_by)}" if ask else "",
        "kept": [(items_words(row), decided_words(row), row) for row in rows if row.decided_at],
    }
    return make_move(
        request, form, verb="appeals.consent", subject=appeal.code, do=do, to=to, template="appeals/consent.html",
        context=context,
    )  # fmt: skip


def items_words(row: Consent) -> str:
    return listed([Detail(name).label for name in row.items])


def decided_words(row: Consent) -> str:
    if not row.is_given:
        return _("You said no: the company does not see it.")
    if row.withdrawn_at:
        return _("You took it back: the company does not see it.")
    if row.shown_at:
        return _("You agreed, and the company has seen it.")
    return _("You agreed. The company has not seen it yet.")


VERBS = {
    "join": joining.join,
    "decline": joining.decline,
    "leave": joining.leave,
    "take": joining.take_answer,
    "keep": joining.keep_own,
}


def group(request: HttpRequest, code: str) -> HttpResponse:
    """Join the others or go on alone; an answer to take or to leave; the way out at any time."""
    appeal = own_appeal(request, code)
    now = timezone.now()
    rows = appeal.group_members.select_related("group__company", "group__rule_version__rule", "offered_answer")
    member = rows.order_by("-invited_at", "-pk").first()
    if member is None:
        raise Http404
    form = ChoiceForm(request.POST or None)

    def do(values: dict[str, Any]) -> str:
        verb = VERBS.get(values["choice"])
        if verb is None:
            raise Http404
        return verb(member.pk, by=request.user, now=now).code  # type: ignore[arg-type]

    def to(code: str) -> str:
        messages.success(request, _("Noted; whoever has the case has been told."))
        return reverse("appeals:detail", args=[code])

    offered = member.offered_answer if member.is_taken is None and appeal.is_open else None
    context = {
        "appeal": appeal,
        "title": standing.title_of(appeal),
        "member": member,
        "cause": grouping.cause_of(member.group),
        "is_joined": member.state == GroupMember.State.JOINED,
        "is_invited": member.state == GroupMember.State.INVITED,
        "offered": offered if member.state == GroupMember.State.JOINED else None,
        "texts": joining.offered_texts(appeal) if offered else {},
        "promise": joining.own_promise(offered, now) if offered else None,
    }
    return make_move(
        request, form, verb="appeals.group", subject=appeal.code, do=do, to=to, template="appeals/group.html",
        context=context,
    )  # fmt: skip
