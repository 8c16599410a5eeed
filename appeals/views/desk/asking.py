"""Asking a company: the paraphrase and how the company will see it, the driver's consent, the branch's release."""

import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from appeals import hearings, inbox, permissions, releases
from appeals.actions import consenting, handling, hearing, seeing
from appeals.casefile import CaseFile
from appeals.forms import hearing as forms
from appeals.models import Appeal, Paraphrase
from appeals.sights import OVERSEEING
from appeals.views import doors
from appeals.views.desk import cases, entry
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import CalendarNotice, Post, Role
from portal.roles import HANDLE
from portal.views import errors


def hear_platform(request: HttpRequest, code: str) -> HttpResponse:
    """The paraphrase: written, seen once as the company will read it, then sent or handed to the branch."""
    now = timezone.now()
    post, appeal = entry.seen_case(request, code, now)
    refusal = cases.refusal_of(post, appeal, "hear_platform", now) if request.method != "POST" else None
    if refusal is None and not appeal.respondent_at_event_id:
        refusal = Refused(_("This appeal names no company that could be asked."))
    back = reverse("appeals:case", args=[code])
    if refusal:
        return errors.refused(request, refusal, back=back)
    allowed = hearing.allowed_details(appeal)
    form = forms.AboutForm(request.POST or None, appeal=appeal, allowed=allowed, initial={"seen": appeal.position})
    words = {**_words(post, appeal, now), "form": form, "follows": _follows(post, appeal, now)}
    if "edit" in request.POST:
        return render(request, "appeals/desk/asking.html", words)
    if "preview" in request.POST and form.is_valid() and _may_go(form, appeal, allowed):
        shown = preview(form, appeal, now)
        return render(request, "appeals/desk/asking_preview.html", {**words, "shown": shown})

    def do(values: dict[str, Any]) -> str:
        return handling.hear_platform(
            appeal.pk, by=post, question=values["question"], about=form.about(), now=now, seen=values["seen"]
        ).code

    return doors.make_move(
        request, form, verb="appeals.hear_platform", subject=appeal.code, do=do, back=back,
        to=lambda code: entry.case_or_list(post, code, now), template="appeals/desk/asking.html", context=words,
    )  # fmt: skip


def _may_go(form: forms.AboutForm, appeal: Appeal, allowed: set[str]) -> bool:
    """The rules of a paraphrase are asked before the preview, so that what is shown can be sent."""
    try:
        hearing.require_sendable(appeal, form.cleaned_data["question"], form.about(), [appeal], allowed)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def preview(form: forms.AboutForm, appeal: Appeal, now: datetime.datetime, group_id: int | None = None) -> Any:
    """The question in the company's own fragment, from a paraphrase that is not stored."""
    about = form.about()
    written = Paraphrase(
        appeal=appeal,
        group_id=group_id,
        rule_version=about.rule_version,
        deduction_kind=about.deduction_kind,
        from_date=about.from_date,
        until_date=about.until_date,
        fact_kinds=list(about.fact_kinds),
        items=list(about.items),
    )
    details = hearing.details_of(written)
    return hearings.question_of(written, form.cleaned_data["question"], details, beijing_day(now))


def _words(post: Post, appeal: Appeal, now: datetime.datetime) -> dict[str, Any]:
    return {"case": CaseFile(appeal, post, now), **entry.frame_words(post)}


def _follows(post: Post, appeal: Appeal, now: datetime.datetime) -> str:
    if post.role == Role.CONTACT:
        return _("It waits for the branch to release it. The answer clock goes on meanwhile.")
    day = CaseFile(appeal, post, now).reply_day
    return _("The company has until %(day)s 24:00. The answer clock goes on.") % {"day": day}


def ask_consent(request: HttpRequest, code: str) -> HttpResponse:
    """Which details the company is to see, as the driver will read them."""
    now = timezone.now()
    post, appeal = entry.seen_case(request, code, now)
    if not permissions.may_handle(post, appeal, now):
        raise PermissionDenied
    initial = {"seen": appeal.position, "order_number": appeal.order_number}
    form = forms.ConsentForm(request.POST or None, appeal=appeal, initial=initial)

    def do(values: dict[str, Any]) -> str:
        return consenting.ask_consent(
            appeal.pk, by=post, details=form.details(), reason=values["reason"], now=now, seen=values["seen"]
        ).code

    back = reverse("appeals:case", args=[code])
    return doors.make_move(
        request, form, verb="appeals.ask_consent", subject=appeal.code, do=do, back=back, to=lambda _code: back,
        template="appeals/desk/move.html", context={**_words(post, appeal, now), "follows": form.follows},
    )  # fmt: skip


# -- the branch's release ---------------------------------------------------------------------------------------------


def release_list(request: HttpRequest) -> HttpResponse:
    """What contacts wrote and nobody has released yet."""
    now = timezone.now()
    post = _releaser(request, now)
    rows = releases.for_post(post, now).select_related("appeal__respondent_at_event", "by__person", "event")
    # what waits here is in hand, so its clock is the answer's: one calendar for the whole list
    calendar = CalendarNotice.objects.calendar()
    shown = [
        (inbox.clock_of(written.appeal, now=now, calendar=calendar), written, _question_of(written))
        for written in rows.prefetch_related("event__texts")
    ]
    return render(request, "appeals/desk/release_list.html", {"shown": shown, "today": beijing_day(now)})


def _question_of(written: Paraphrase) -> str:
    return hearings.texts_of(written.event).get("question", "")


def _releaser(request: HttpRequest, now: datetime.datetime) -> Post:
    post = entry.require_post(request, HANDLE, now)
    if post.role not in OVERSEEING:
        raise Http404
    return post


def release(request: HttpRequest, code: str) -> HttpResponse:
    """One question as the company will see it: out, or back to the contact."""
    now = timezone.now()
    post = _releaser(request, now)
    rows = releases.for_post(post, now).select_related(
        "appeal__place__parent", "appeal__filer", "appeal__driver", "appeal__respondent_at_event", "by__person",
        "rule_version__rule", "event",
    )  # fmt: skip
    written = get_object_or_404(rows, code=code)
    seeing.case_shown(written.appeal, post, now=now)
    is_return = "note" in request.POST
    form = forms.ReturnForm(request.POST if is_return else None)
    out = forms.KeyForm(request.POST if request.POST and not is_return else None)
    shown = hearings.question_of(written, _question_of(written), hearing.details_of(written), beijing_day(now))
    to = reverse("appeals:release_list")

    def do(values: dict[str, Any]) -> str:
        if is_return:
            return hearing.send_back(written.pk, by=post, note=values["note"], now=now).code
        return hearing.release(written.pk, by=post, now=now).code

    context = {"written": written, "shown": shown, "return_form": form, "out_form": out,
               "case": CaseFile(written.appeal, post, now), "is_return": is_return}  # fmt: skip
    if request.method == "GET":
        return render(request, "appeals/desk/release.html", {**context, "form": out})
    if "choice" not in request.POST and not is_return:
        return redirect("appeals:release", code)
    return doors.make_move(
        request, form if is_return else out, verb="appeals.release", subject=written.code, do=do, back=to,
        to=lambda _code: to, template="appeals/desk/release.html", context=context,
    )  # fmt: skip
