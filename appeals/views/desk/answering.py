"""The answer: written from its parts or a template, seen once as the driver will read it, then sent."""

import datetime
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from appeals import chain, evidence_list, libraries, standing
from appeals.actions import handling, using
from appeals.forms.answering import AnswerForm, first_words
from appeals.models import Answer, AnswerTemplateVersion, Appeal
from appeals.views import files
from appeals.views.desk import cases, entry
from portal.calendar import beijing_day, calendar_days
from portal.errors import Refused
from portal.models import CalendarNotice, Post
from portal.views import errors

ANSWER = cases.Step(AnswerForm, handling.answer)


def answer(request: HttpRequest, code: str) -> HttpResponse:
    """The form; with `preview` the driver's page of it; with `fill` the blanks go into the words, to be worked on."""
    now = timezone.now()
    post, appeal = entry.seen_case(request, code, now)
    refusal = cases.refusal_of(post, appeal, "answer", now) if request.method != "POST" else None
    if refusal:
        return errors.refused(request, refusal, back=reverse("appeals:case", args=[code]))
    form = _form(request, post, appeal, now)
    meant_for = f"answer:{appeal.code}"
    files.take(request, form, meant_for=meant_for)
    if "edit" in request.POST or ("fill" in request.POST and not _blank_errors(form)):
        form = _again(form, now)
        files.show(request, form, meant_for=meant_for)
        return render(request, "appeals/desk/answer.html", _words(post, appeal, form, now))
    files.show(request, form, meant_for=meant_for)
    if "preview" in request.POST and form.is_valid() and _may_promise(form, now):
        return render(request, "appeals/desk/answer_preview.html", _preview(post, appeal, form, now))
    if "fill" in request.POST or "preview" in request.POST:
        return render(request, "appeals/desk/answer.html", _words(post, appeal, form, now), status=422)
    context = _words(post, appeal, form, now)
    response = cases.make(
        request, form, ANSWER, post, appeal, "answer", now, template="appeals/desk/answer.html", context=context
    )
    if response.status_code == HTTPStatus.FOUND:
        files.drop(request, meant_for=meant_for)
    return response


def _form(request: HttpRequest, post: Post, appeal: Appeal, now: datetime.datetime) -> AnswerForm:
    """What was sent, or the form as a chosen template fills it; without one the parts are empty."""
    today = beijing_day(now)
    name = request.POST.get("template", "") or request.GET.get("template", "")
    version = libraries.version_named(post, name, today) if name else None
    initial = {"seen": appeal.position, **first_words(version, _day_of(version, now))}
    return AnswerForm(request.POST or None, initial=initial, version=version, today=today)


def _day_of(version: AnswerTemplateVersion | None, now: datetime.datetime) -> datetime.date | None:
    if version is None or version.carry_out_days is None:
        return None
    return CalendarNotice.objects.calendar().due(now, version.carry_out_days).due_date


def _blank_errors(form: AnswerForm) -> bool:
    """Whether one of the template's blanks was left empty or holds what it cannot be; the rest is not asked yet."""
    return any(name in form.errors for name in form.blanks)


def _again(form: AnswerForm, now: datetime.datetime) -> AnswerForm:
    """The same values with the blanks filled in, not yet judged."""
    if not form.is_bound:
        return form
    form.full_clean()
    return AnswerForm(initial=form.written, version=form.version, today=beijing_day(now))


def _may_promise(form: AnswerForm, now: datetime.datetime) -> bool:
    """The rules of a promise are asked before the preview, so that what is shown can be sent."""
    values = form.cleaned_data
    try:
        using.require_filled(values["reasons"], values["remedy"])
        handling.require_promise(values["finding"], values["remedy"], values["carry_out_date"], now)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _words(post: Post, appeal: Appeal, form: AnswerForm, now: datetime.datetime) -> dict[str, Any]:
    """The form with what may be chosen above it: the best template of the kind first."""
    used = form.version.template_id if form.version else None
    here = reverse("appeals:answer", args=[appeal.code])
    offered = [
        {
            "template": template,
            "version": template.versions.all()[0],
            "url": f"{here}?{urlencode({'template': template.code})}",
            "is_current": template.pk == used,
            "is_own": template.organisation_id == post.organisation_id,
        }
        for template in libraries.offered(post, appeal, beijing_day(now))
    ]
    return {**cases.words_of(post, appeal, form, now), "templates": offered, "here": here}


def _preview(post: Post, appeal: Appeal, form: AnswerForm, now: datetime.datetime) -> dict[str, Any]:
    """The answer in the driver's own fragment, from an answer that is not stored."""
    values = form.cleaned_data
    given = Answer(finding=values["finding"], at=now, by=post, carry_out_date=values["carry_out_date"])
    tone, promise = standing.promise_words(given, now)
    shown = {
        "given": given,
        "by": standing.post_words(post),
        "name": post.person.name,
        "reasons": values["reasons"],
        "remedy": values["remedy"],
        "promise": promise,
        "tone": tone,
    }
    until = calendar_days(now, chain.WINDOW_DAYS).due_date
    ready = AnswerForm(form.written, version=form.version, today=beijing_day(now))
    return {
        **cases.words_of(post, appeal, ready, now),
        "answer": shown,
        "files": evidence_list.for_sender(values["evidence"].files),
        "go_on_until": until,
    }
