"""One case at the desk: all a handler may see, each move a form of its own, the driver's number as a logged look."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from appeals import chain, permissions, presence
from appeals.actions import handling, overseeing
from appeals.casefile import CaseFile
from appeals.forms import desk as forms
from appeals.models import Appeal
from appeals.views import doors
from appeals.views.desk import entry, going_on
from appeals.views.desk.lists import case_forms
from portal.actions import spending
from portal.errors import Refused
from portal.models import Post
from portal.once import once
from portal.views import errors


@dataclass(frozen=True)
class Step:
    """A move's form and its action: the form's fields are the action's arguments."""

    form: type[forms.KeyForm]
    action: Callable[..., Appeal]


STEPS = {
    "take": Step(forms.TakeForm, handling.take),
    "ask": Step(forms.AskForm, handling.ask),
    "escalate": Step(forms.EscalateForm, handling.escalate),
    "return_down": Step(forms.ReturnForm, handling.return_down),
    "transfer": Step(forms.TransferForm, handling.transfer),
    "mark_urgent": Step(forms.UrgentForm, handling.mark_urgent),
    "carry_out": Step(forms.CarryOutForm, handling.carry_out),
    "reopen": Step(forms.ReopenForm, overseeing.reopen),
}


@require_safe
def case(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    post, appeal = entry.seen_case(request, code, now)
    if not spending.spend(post, 1, now=now):
        return entry.over_budget(request, post)
    shown = CaseFile(appeal, post, now)
    template = "appeals/desk/case_phone.html" if entry.is_on_phone(post) else "appeals/desk/case.html"
    there = presence.words(appeal, post, presence.LOOKS, now)
    return render(request, template, {"case": shown, "list_url": entry.list_of(post), **there, **case_forms(shown)})


def move(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """One move of a handler or of the committee: its form, then the action."""
    now = timezone.now()
    post, appeal = entry.seen_case(request, code, now)
    refusal = refusal_of(post, appeal, verb, now) if request.method != "POST" else None
    if refusal:
        return errors.refused(request, refusal, back=reverse("appeals:case", args=[code]))
    form = STEPS[verb].form(request.POST or None, initial={"seen": appeal.position})
    return make(request, form, STEPS[verb], post, appeal, verb, now, template="appeals/desk/move.html")


def make(
    request: HttpRequest,
    form: forms.KeyForm,
    step: Step,
    post: Post,
    appeal: Appeal,
    verb: str,
    now: datetime.datetime,
    *,
    template: str,
    context: dict[str, Any] | None = None,
) -> HttpResponse:
    beside_list = request.htmx.target == "list" and request.htmx.current_url_abs_path  # type: ignore[attr-defined]
    response = doors.make_move(
        request,
        form,
        verb=f"appeals.{verb}",
        subject=appeal.code,
        do=lambda values: step.action(appeal.pk, by=post, now=now, **values).code,
        to=lambda code: beside_list or going_on.after(request, appeal, verb) or entry.case_or_list(post, code, now),
        back=reverse("appeals:case", args=[appeal.code]),
        template=template,
        context=context or words_of(post, appeal, form, now),
    )
    if beside_list and response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
        # the panel has no room for a form that came back
        response["HX-Retarget"] = response["HX-Reselect"] = "#main"
        response["HX-Reswap"] = "outerHTML"
    return response


def refusal_of(post: Post, appeal: Appeal, verb: str, now: datetime.datetime) -> Refused | None:
    """Why this move's page is not shown: not his to make is 403, not possible now is 409 with the sentence."""
    is_his = permissions.may_oversee if verb == "reopen" else permissions.may_handle
    if not is_his(post, appeal, now):
        raise PermissionDenied
    reason = chain.why_not(verb, appeal.status, appeal.tier, was_returned=appeal.was_returned)
    return Refused(str(reason)) if reason is not None else None


def words_of(post: Post, appeal: Appeal, form: forms.KeyForm, now: datetime.datetime) -> dict[str, Any]:
    shown = CaseFile(appeal, post, now)
    doing = presence.ANSWERS if isinstance(form, forms.AnswerForm) else presence.ACTS
    there = presence.words(appeal, post, doing, now)
    return {"case": shown, "form": form, "follows": _follows(form, shown), **there, **entry.frame_words(post)}


def _follows(form: forms.KeyForm, case: CaseFile) -> Any:
    """What comes of the move, with its date where it sets one."""
    if isinstance(form, forms.AskForm):
        return _("The answer clock rests until the driver answers, until %(day)s at the latest.") % {
            "day": case.rest_day
        }
    return getattr(form, "follows", "")


@cache_control(no_store=True, private=True)
def phone(request: HttpRequest, code: str) -> HttpResponse:
    """The driver's number, once, in the answer to a POST: each look is recorded and the driver reads it."""
    now = timezone.now()
    post, appeal = entry.seen_case(request, code, now)
    case_url = reverse("appeals:case", args=[code])
    form = forms.RevealForm(request.POST or None)
    if not form.is_valid():
        return redirect(case_url)
    looked: list[str] = []

    def look() -> str:
        looked.append(handling.reveal_phone(appeal.pk, by=post, now=now))
        return appeal.code

    try:
        once(form.cleaned_data["key"], by=request.user, verb="appeals.phone", body={"subject": code}, now=now, do=look)  # type: ignore[arg-type]
    except Refused as refusal:
        return errors.refused(request, refusal, back=case_url)
    if not looked:
        # the same key again: it was shown then, and a second look is a second entry in the log
        return redirect(case_url)
    words = {"case": CaseFile(appeal, post, now), "number": looked[0], **entry.frame_words(post)}
    return render(request, "appeals/desk/phone.html", words)
