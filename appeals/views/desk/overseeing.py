"""The committee's pages: alarms, the clocks of its place, who is on duty for urgent appeals."""

import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from appeals import chain, inbox, permissions
from appeals import clocks as clock_rules
from appeals.actions import overseeing
from appeals.forms.overseeing import ClockForm, DutyForm, SeeAlarmForm, places_of
from appeals.models import Alarm, Category, ClockSetting, DutyPost
from appeals.reads import Reads
from appeals.views import doors
from appeals.views.desk import entry
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Place, Post
from portal.roles import OVERSEE

ALARM_ROWS, PAST_DUTIES = 25, 10


def alarms(request: HttpRequest) -> HttpResponse:
    """What the committee has to know at once, the unseen first; having seen one is recorded in its case."""
    now = timezone.now()
    post = entry.require_post(request, OVERSEE, now)
    rows = _alarms(post, now)
    if request.method == "POST":
        form = SeeAlarmForm(request.POST)
        alarm = get_object_or_404(rows, pk=form.cleaned_data["alarm"] if form.is_valid() else 0)
        overseeing.see_alarm(alarm.pk, by=post, now=now)
        return redirect("appeals:alarms")
    page = Paginator(rows, ALARM_ROWS).get_page(request.GET.get("page"))
    words = {
        "page": page,
        "shown": [(alarm, inbox.name_of(alarm.appeal)) for alarm in page],
        "is_staff": entry.is_committee_staff(post),
        "unseen": rows.filter(seen_at=None).count(),
    }
    return render(request, "appeals/desk/alarms.html", words)


def _alarms(post: Post, now: datetime.datetime):
    """Alarms of the reader's own committee; those of cases he is barred from do not exist for him."""
    seen = permissions.visible_appeals(post, beijing_day(now))
    rows = Alarm.objects.filter(organisation=post.organisation_id, appeal__in=seen)
    related = ("appeal__filer", "appeal__handling_org", "appeal__handler__person", "seen_by__person")
    return rows.select_related(*related).order_by(F("seen_at").desc(nulls_first=True), "-raised_at", "-pk")


@require_safe
def clocks(request: HttpRequest) -> HttpResponse:
    """The settings ahead, in force and past, over the usual clocks of the chain."""
    now = timezone.now()
    post = entry.require_post(request, OVERSEE, now)
    rows = ClockSetting.objects.select_related("place").order_by("tier", "-from_date", "-pk")
    if post.organisation.parent_id is not None:
        rows = rows.filter(Q(place=post.organisation.place_id) | Q(place=None))
    listed = list(rows)
    shown = [(row, _clock_state(row, listed, beijing_day(now)), _kind(row.category)) for row in listed]
    shown.sort(key=lambda one: ("ahead", "holds", "past").index(one[1]))
    usual = [
        (words, take, answer, chain.REPLY_DAYS)
        for tier, words in chain.TIERS
        for take, answer in [chain.DEFAULT_DAYS[tier]]
    ]
    return render(
        request,
        "appeals/desk/clocks.html",
        {"shown": shown, "usual": usual, "is_staff": entry.is_committee_staff(post)},
    )


def _clock_state(row: ClockSetting, rows: list[ClockSetting], today: datetime.date) -> str:
    """One of: ahead, holds, past. Of several for the same place, kind and tier the newest that has begun holds."""
    if row.from_date > today:
        return "ahead"
    same = [
        other
        for other in rows
        if (other.place_id, other.category, other.tier) == (row.place_id, row.category, row.tier)
        and other.from_date <= today
    ]
    return "holds" if max(same, key=lambda other: (other.from_date, other.pk)) == row else "past"


def _kind(category: str) -> str:
    return str(Category(category).label) if category else pgettext("of appeals", "All kinds")


def set_clock(request: HttpRequest) -> HttpResponse:
    """New clocks from a day on; shown beside what holds until then, before they are set."""
    now = timezone.now()
    post = entry.require_committee(request, OVERSEE, now)
    form = ClockForm(request.POST or None, organisation=post.organisation, day=beijing_day(now), initial=_city(request))
    if "preview" in request.POST and form.is_valid() and _may_set(form, now):
        values = form.cleaned_data
        city = form.place.pk if form.place else None
        before = values["from_date"] - datetime.timedelta(days=1)
        holds = clock_rules.days_at(city, values["category"], values["tier"], before, Reads(now))
        words = {"form": form, "values": values, "place": form.place, "kind": _kind(values["category"]), "holds": holds}
        return render(
            request, "appeals/desk/set_clock_preview.html", {**words, "tier": dict(chain.TIERS)[values["tier"]]}
        )
    if "edit" in request.POST:
        return render(request, "appeals/desk/set_clock.html", {"form": form})

    def do(values: dict[str, Any]) -> str:
        values.pop("where")
        overseeing.set_clock(place=form.place, by=post, now=now, **values)
        return post.organisation.code

    return doors.make_move(
        request, form, verb="appeals.set_clock", subject=post.organisation.code, do=do,
        to=lambda _answer: reverse("appeals:clocks"), template="appeals/desk/set_clock.html", context={},
    )  # fmt: skip


def _city(request: HttpRequest) -> dict[str, str]:
    """The city from whose settings one came."""
    return {"where": request.GET.get("where", "")}


def _may_set(form: ClockForm, now: datetime.datetime) -> bool:
    values = form.cleaned_data
    try:
        overseeing.require_clocks(values["take_days"], values["answer_days"], values["from_date"], now)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


@require_safe
def duty(request: HttpRequest) -> HttpResponse:
    """Who is on duty now, who will be, who was; and the cities in which nobody is."""
    now = timezone.now()
    post = entry.require_post(request, OVERSEE, now)
    places = places_of(post.organisation, beijing_day(now))
    rows = DutyPost.objects.filter(place__in=places).select_related("place", "post__person", "post__organisation")
    running = list(rows.filter(until_at__gt=now).order_by("from_at", "pk"))
    is_open = set(Place.objects.open_on(beijing_day(now)).values_list("pk", flat=True))
    on_duty = {row.place_id for row in running if row.from_at <= now}
    words = {
        "running": [(row, row.from_at <= now) for row in running],
        "past": rows.filter(until_at__lte=now).order_by("-until_at")[:PAST_DUTIES],
        "is_staff": entry.is_committee_staff(post),
        "uncovered": [str(place) for place in places if place.pk in is_open and place.pk not in on_duty],
    }
    return render(request, "appeals/desk/duty.html", words)


def set_duty(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    post = entry.require_committee(request, OVERSEE, now)
    form = DutyForm(request.POST or None, organisation=post.organisation, day=beijing_day(now), initial=_city(request))

    def do(values: dict[str, Any]) -> str:
        from_at, until_at = values["from_at"], values["until_at"]
        overseeing.set_duty(form.post, place=form.place, from_at=from_at, until_at=until_at, by=post, now=now)
        return post.organisation.code

    return doors.make_move(
        request, form, verb="appeals.set_duty", subject=post.organisation.code, do=do,
        to=lambda _answer: reverse("appeals:duty"), template="appeals/desk/set_duty.html", context={},
    )  # fmt: skip
