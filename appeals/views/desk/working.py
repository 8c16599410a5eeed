"""The desk at work: a case given to a colleague, many cases at once, who else has one open, how much everybody has."""

import datetime
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from appeals import bulk, chain, inbox, leading, load, presence
from appeals.actions import assigning, handling
from appeals.bulk import Chosen, Outcome
from appeals.forms import working as forms
from appeals.models import Appeal
from appeals.views.desk import cases, entry
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Post
from portal.roles import HANDLE
from portal.views import errors

MANY = {"take": forms.TakeManyForm, "assign": forms.AssignManyForm, "ask": forms.AskManyForm}


def assign(request: HttpRequest, code: str) -> HttpResponse:
    """Give one case to a colleague."""
    now = timezone.now()
    post, appeal = entry.seen_case(request, code, now)
    leading.require_leader(post, appeal, now)
    refusal = _assign_refusal(appeal, now) if request.method != "POST" else None
    if refusal:
        return errors.refused(request, refusal, back=reverse("appeals:case", args=[code]))
    form = forms.AssignForm(
        request.POST or None, initial={"seen": appeal.position}, colleagues=_colleagues([appeal], post, now)
    )
    step = cases.Step(forms.AssignForm, assigning.assign)
    return cases.make(request, form, step, post, appeal, "assign", now, template="appeals/desk/move.html")


def _assign_refusal(appeal: Appeal, now: datetime.datetime) -> Refused | None:
    reason = chain.why_not("assign", appeal.status, appeal.tier)
    leg = appeal.legs.select_related("designated__person").order_by("-number").first()
    if reason is not None or leg is None:
        return Refused(str(reason or ""))
    try:
        leading.require_free(appeal, leg, beijing_day(now))
    except Refused as refusal:
        return refusal
    return None


def _colleagues(appeals: list[Appeal], post: Post, now: datetime.datetime) -> list[Post]:
    """Everybody to whom one of these cases can be given; for each case the action asks again."""
    found: dict[int, Post] = {}
    for appeal in appeals:
        leg = appeal.legs.select_related("designated").order_by("-number").first()
        if leg and leading.may_assign(post, appeal, now):
            found |= {one.pk: one for one in leading.colleagues(appeal, leg, post, now)}
    return sorted(found.values(), key=lambda one: (one.person.name, one.pk))


@require_POST
def bulk_move(request: HttpRequest) -> HttpResponse:
    """One move for the ticked cases: what is still asked for first, then what became of each of them."""
    now = timezone.now()
    post = entry.require_post(request, HANDLE, now)
    verb, ticked = request.POST.get("verb", ""), request.POST.getlist("case")
    chosen = bulk.chosen_of(ticked[: bulk.MOST], post, now)
    if not chosen:
        return errors.refused(request, Refused(_("No case is ticked.")), back=_list_address(request))
    if verb not in bulk.VERBS:
        raise Http404
    form = _many_form(request, verb, chosen, post, now)
    if len(ticked) > bulk.MOST:
        words = _("At most %(most)d at once: %(ticked)d are ticked. Untick some, or go page by page.")
        form.add_error(None, words % {"most": bulk.MOST, "ticked": len(ticked)})
    elif _is_sent(request, verb) and form.is_valid():
        values = {name: str(value) for name, value in form.cleaned_data.items() if name not in ("key", "verb")}
        outcomes = bulk.each(
            chosen, verb, by=post, key=form.cleaned_data["key"], body=values, now=now, do=_do(verb, post, values, now)
        )
        return _done(request, verb, outcomes, values, post, now)
    words_of_page = {
        "form": form,
        "chosen": chosen,
        "verb": verb,
        "list_url": _list_address(request),
        "list_query": request.POST.get("list", ""),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "appeals/desk/bulk.html", words_of_page, status=status)


def _many_form(
    request: HttpRequest, verb: str, chosen: list[Chosen], post: Post, now: datetime.datetime
) -> forms.ManyForm:
    more: dict[str, Any] = {}
    if verb == "assign":
        more["colleagues"] = _colleagues([one.appeal for one in chosen], post, now)
    is_sent = _is_sent(request, verb) or len(request.POST.getlist("case")) > bulk.MOST
    return MANY[verb](request.POST if is_sent else None, initial={"verb": verb}, **more)


def _is_sent(request: HttpRequest, verb: str) -> bool:
    """Taking asks for nothing more; the other moves first show their page."""
    return verb == "take" or "go" in request.POST


def _do(verb: str, post: Post, values: dict[str, str], now: datetime.datetime) -> bulk.Do:
    action = {"take": handling.take, "assign": assigning.assign, "ask": handling.ask}[verb]
    return lambda appeal_id, seen: action(appeal_id, by=post, now=now, seen=seen, **values)  # type: ignore[operator]


def _done(
    request: HttpRequest, verb: str, outcomes: list[Outcome], values: dict[str, str], post: Post, now: datetime.datetime
) -> HttpResponse:
    """What became of each; those that can be tried again stand below with what was typed."""
    done = [one for one in outcomes if one.state == bulk.DONE]
    left = [one for one in outcomes if one.state != bulk.DONE]
    again = bulk.again(outcomes, verb, post, now) if left else []
    more = {"colleagues": _colleagues([one.appeal for one in again], post, now)} if verb == "assign" else {}
    words = {
        "verb": verb,
        "done": done,
        "left": left,
        "again": again,
        "form": MANY[verb](initial={"verb": verb, **values}, **more),
        "kept": values.get("question", ""),
        "heading": _summary(verb, len(done), len(left)),
        "list_url": _list_address(request),
        "list_query": request.POST.get("list", ""),
    }
    return render(request, "appeals/desk/bulk_done.html", words)


def _summary(verb: str, done: int, left: int) -> str:
    made = {
        "take": ngettext("%(n)d case taken", "%(n)d cases taken", done),
        "assign": ngettext("%(n)d case given on", "%(n)d cases given on", done),
        "ask": ngettext("%(n)d driver asked", "%(n)d drivers asked", done),
    }[verb] % {"n": done}
    if not left:
        return made
    return made + _(", ") + ngettext("%(n)d not", "%(n)d not", left) % {"n": left}


def _list_address(request: HttpRequest) -> str:
    """The list as it was: the form carries its filter."""
    wanted = inbox.Wanted.of(QueryDict(request.POST.get("list", "")).dict())
    query = urlencode(wanted.asked())
    return reverse("appeals:inbox") + (f"?{query}" if query else "")


@require_safe
def others(request: HttpRequest, code: str) -> HttpResponse:
    """Who else has the case open: asked for by its page every 20 seconds, and a sign of life of the one who asks."""
    now = timezone.now()
    post, appeal = entry.seen_case(request, code, now)
    doing = request.GET.get("doing", presence.LOOKS)
    words = presence.words(appeal, post, doing, now)
    if words["others_mark"] == request.GET.get("was", ""):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return render(request, "appeals/desk/_others.html", {**words, "appeal": appeal})


@require_safe
def hands(request: HttpRequest) -> HttpResponse:
    """How much everybody at this desk has in hand."""
    now = timezone.now()
    post = entry.require_post(request, HANDLE, now)
    if not leading.leads_at(post, post.organisation, beijing_day(now)):
        raise Http404
    return render(request, "appeals/desk/hands.html", {"post": post, "load": load.of(post, now)})
