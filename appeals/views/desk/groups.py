"""Group appeals at the desk: what could be handled as one, the groups and what they come to, the keepers' moves."""

import datetime
from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from appeals import grouping, hearings, inbox, permissions, rollup
from appeals.actions import gathering
from appeals.forms import groups as forms
from appeals.forms.desk import KeyForm
from appeals.forms.hearing import AboutForm
from appeals.models import Appeal, Group, GroupMember
from appeals.views import doors
from appeals.views.desk import asking, entry
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import CalendarNotice, Post
from portal.roles import HANDLE
from portal.views import errors

GROUPS_A_PAGE, CASES_A_PAGE = 20, 25
State = GroupMember.State
RELATED = ("company", "rule_version__rule", "organisation", "made_by__person")


def _keeper(request: HttpRequest, now: datetime.datetime) -> Post:
    post = entry.require_post(request, HANDLE, now)
    if not grouping.may_keep_groups(post, beijing_day(now)):
        raise Http404
    return post


def _group(request: HttpRequest, code: str, now: datetime.datetime) -> tuple[Post, Group]:
    post = _keeper(request, now)
    rows = grouping.visible_groups(post, beijing_day(now)).select_related(*RELATED, "lead__filer", "lead__handling_org")
    return post, get_object_or_404(rows, code=code)


def groups(request: HttpRequest) -> HttpResponse:
    """Suggestions first, then the groups with what they come to."""
    now = timezone.now()
    post = _keeper(request, now)
    rows = grouping.visible_groups(post, beijing_day(now)).select_related(*RELATED).order_by("-made_at", "-pk")
    page = Paginator(rows, GROUPS_A_PAGE).get_page(request.GET.get("page"))
    measured = rollup.measure(list(page), post, now)
    words = {
        "candidates": grouping.candidates(post, now),
        "page": page,
        "shown": [(one, grouping.cause_of(one.group)) for one in measured],
    }
    return render(request, "appeals/desk/groups.html", words)


@require_safe
def groups_hint(request: HttpRequest) -> HttpResponse:
    """The line above the list, asked for once the list stands: counting all recent cases is not what it waits for."""
    now = timezone.now()
    found = grouping.candidates(_keeper(request, now), now)
    return render(request, "appeals/desk/_groups_hint.html", {"first": found[0] if found else None, "n": len(found)})


def make_group(request: HttpRequest, key: str) -> HttpResponse:
    """What making it means, then the group."""
    now = timezone.now()
    post = _keeper(request, now)
    found = grouping.candidate_named(post, key, now)
    if found is None and (request.method != "POST" or not _is_made(post, key, now)):
        raise Http404
    form = KeyForm(request.POST or None)
    return doors.make_move(
        request,
        form,
        verb="appeals.make_group",
        subject=key,
        do=lambda _values: gathering.make_group(key, by=post, now=now).code,
        to=lambda code: reverse("appeals:desk_group", args=[code]),
        template="appeals/desk/make_group.html",
        context={"found": found},
        back=reverse("appeals:groups"),
    )


def _is_made(post: Post, key: str, now: datetime.datetime) -> bool:
    """The suggestion is a group by now: whoever was slower is told so."""
    rows = grouping.visible_groups(post, beijing_day(now)).filter(company__code=key.partition("-")[0])
    return any(grouping.cause_of(one).key == key for one in rows.select_related(*RELATED))


def desk_group(request: HttpRequest, code: str) -> HttpResponse:
    """One group: who joined, the lead, the company's one reply, the figures before and after."""
    now = timezone.now()
    post, group = _group(request, code, now)
    return render(request, "appeals/desk/desk_group.html", _words(request, post, group, now))


def _words(request: HttpRequest, post: Post, group: Group, now: datetime.datetime) -> dict[str, Any]:
    members = grouping.seen_members(group, post, now)
    counts = dict(members.order_by().values_list("state").annotate(n=Count("pk")))
    taken = dict(members.exclude(offered_answer=None).order_by().values_list("is_taken").annotate(n=Count("pk")))
    heard = hearings.of_case(group.lead, now) if group.lead_id else []
    return {
        "group": group,
        "cause": grouping.cause_of(group),
        "measured": rollup.measure([group], post, now)[0],
        "counts": [(state, label, counts.get(state, 0)) for state, label in State.choices],
        "taken": {"yes": taken.get(True, 0), "no": taken.get(False, 0), "open": taken.get(None, 0)},
        "heard": [one for one in heard if one.hearing.group_id == group.pk],
        "lead": _seen_lead(group, post, now),
        "new_ones": grouping.loose_cases(post, grouping.cause_of(group), now).count(),
    }


def _seen_lead(group: Group, post: Post, now: datetime.datetime) -> Appeal | None:
    """The lead case, where the reader may see it."""
    if group.lead_id is None:
        return None
    return permissions.visible_appeals(post, beijing_day(now)).filter(pk=group.lead_id).first()


def group_cases(request: HttpRequest, code: str) -> HttpResponse:
    """The rows behind a number: members by state, or the cases of a span of the figures."""
    now = timezone.now()
    post, group = _group(request, code, now)
    state, span, only = (request.GET.get(name, "") for name in ("state", "span", "only"))
    seen = permissions.visible_appeals(post, beijing_day(now))
    if span in ("before", "after"):
        parts = rollup.measure([group], post, now)[0].span(span).parts
        wanted = [row["pk"] for row in parts.get(only, parts[rollup.ALL])]
        rows = seen.filter(pk__in=wanted)
    else:
        state = state if state in State.values else State.JOINED
        rows = seen.filter(group_members__group=group, group_members__state=state)
    rows = rows.select_related("filer", "handling_org", "handler__person", "place").order_by("filed_at", "pk")
    page = Paginator(rows, CASES_A_PAGE).get_page(request.GET.get("page"))
    states = dict(group.members.filter(appeal__in=[one.pk for one in page]).values_list("appeal", "state"))
    calendar = CalendarNotice.objects.calendar()
    words = {
        "group": group,
        "cause": grouping.cause_of(group),
        "page": page,
        "shown": [
            (one, inbox.name_of(one), inbox.clock_of(one, now=now, calendar=calendar), states.get(one.pk, ""))
            for one in page
        ],
        "may_lead": not span and state == State.JOINED,
        "span": span,
        "form": forms.LeadForm(),
        "state_words": "" if span else State(state).label,
    }
    return render(request, "appeals/desk/group_cases.html", words)


def _move(
    request: HttpRequest,
    group: Group,
    form: django_forms.Form,
    verb: str,
    do: Callable[[dict[str, Any]], Any],
    context: dict[str, Any],
    template: str = "appeals/desk/group_move.html",
) -> HttpResponse:
    """One move of the keepers, and back to the group."""
    back = reverse("appeals:desk_group", args=[group.code])

    def make(values: dict[str, Any]) -> str:
        do(values)
        return group.code

    words = {"group": group, "cause": grouping.cause_of(group), **context}
    return doors.make_move(
        request,
        form,
        verb=f"appeals.{verb}",
        subject=group.code,
        do=make,
        to=lambda _code: back,
        back=back,
        template=template,
        context=words,
    )


def choose_lead(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    post, group = _group(request, code, now)
    form = forms.LeadForm(request.POST or None, initial={"case": request.GET.get("case", "")})
    words = {
        "heading": _("Choose the lead case"),
        "button": _("It leads"),
        "follows": _("It is looked into for all. The others keep their handlers and days."),
    }
    return _move(
        request,
        group,
        form,
        "choose_lead",
        lambda values: gathering.choose_lead(group.pk, by=post, case=values["case"], now=now),
        words,
    )


def invite_more(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    post, group = _group(request, code, now)
    words = {
        "heading": _("Ask the new ones"),
        "button": _("Ask them to join"),
        "follows": _("Cases that came after the group was made. Each driver decides for himself."),
    }
    return _move(
        request,
        group,
        KeyForm(request.POST or None),
        "invite_more",
        lambda _values: gathering.invite_more(group.pk, by=post, now=now),
        words,
    )


def mark_change(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    post, group = _group(request, code, now)
    form = forms.ChangeForm(request.POST or None, initial={"changed_date": group.changed_date})
    words = {"heading": _("Note a change"), "button": _("Note it"), "follows": ""}
    return _move(
        request,
        group,
        form,
        "mark_change",
        lambda values: gathering.mark_change(group.pk, by=post, now=now, **forms.kept(values)),
        words,
    )


def offer_answer(request: HttpRequest, code: str) -> HttpResponse:
    """The lead's answer in words for all, to everybody who joined and still waits."""
    now = timezone.now()
    post, group = _group(request, code, now)
    given = group.lead.answers.select_related("event").order_by("-at", "-pk").first() if group.lead else None
    back = reverse("appeals:desk_group", args=[code])
    if given is None or not _seen_lead(group, post, now):
        return errors.refused(request, Refused(_("The lead case has no answer that stands.")), back=back)
    texts = hearings.texts_of(given.event)
    initial = {name: texts.get(name, "") for name in ("reasons", "remedy")}
    words = {
        "heading": _("Offer the lead's answer"),
        "button": _("Offer it to those who joined"),
        "follows": _("Each driver takes it or waits for his own. Who takes it has 15 days of his own to go on."),
        "given": given,
    }
    return _move(
        request,
        group,
        forms.OfferForm(request.POST or None, initial=initial),
        "offer_answer",
        lambda values: gathering.offer_answer(group.pk, by=post, now=now, **forms.kept(values)),
        words,
    )


def ask_company(request: HttpRequest, code: str) -> HttpResponse:
    """One question for all who joined: written, seen as the company reads it, sent."""
    now = timezone.now()
    post, group = _group(request, code, now)
    lead = _seen_lead(group, post, now)
    if lead is None:
        back = reverse("appeals:desk_group", args=[code])
        return errors.refused(request, Refused(_("Choose the lead case first.")), back=back)
    cause = f"rule:{group.rule_version_id}" if group.rule_version_id else f"deduction:{group.deduction_kind}"
    initial = {
        "seen": lead.position,
        "cause": cause,
        "from_date": group.first_date,
        "until_date": min(group.window_end, max(beijing_day(now), group.first_date + 2 * rollup.DAY)),
    }
    form = AboutForm(request.POST or None, appeal=lead, allowed=set(), initial=initial)
    words: dict[str, Any] = {
        "heading": _("Ask the company for all"),
        "button": _("Send to the company"),
        "follows": _("One question, one reply; it stands in the case of everybody who joined."),
    }
    if "edit" in request.POST:
        return render(request, "appeals/desk/group_asking.html", {"group": group, "form": form, **words})
    if "preview" in request.POST and form.is_valid():
        words["preview"] = asking.preview(form, lead, now, group_id=group.pk)

    def do(values: dict[str, Any]) -> Group:
        return gathering.ask_company(group.pk, by=post, question=values["question"], about=form.about(), now=now)

    template = "appeals/desk/group_asking.html"
    if words.get("preview"):
        return render(request, template, {"group": group, "form": form, **words})
    return _move(request, group, form, "ask_company", do, words, template)
