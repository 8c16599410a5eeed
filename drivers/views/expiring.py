"""The lists of what runs out soon and of what has run out."""

import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import cached_property

from drivers import expiring as reads
from drivers.models import Driver
from drivers.register_forms import ExpiringForm
from drivers.views.register import note_names
from portal.actions import spending
from portal.calendar import beijing_day
from portal.permissions import active_post
from portal.registers_out import may_take_out
from portal.spans import SOON, SOON_DAYS
from portal.views import registers

PAGE = 20


class Counted(Paginator):  # type: ignore[type-arg]
    """Pages whose length the days have counted already."""

    def __init__(self, rows: Any, size: int, total: int) -> None:
        super().__init__(rows, size)
        self.total = total

    @cached_property
    def count(self) -> int:  # type: ignore[override]
        return self.total


def expiring(request: HttpRequest) -> HttpResponse:
    """By kind of paper and by day; a day opens its rows."""
    now = timezone.now()
    today, active = beijing_day(now), active_post(request)
    papers = reads.papers_for(active, today)
    post = registers.post_of(request, bool(papers))
    form = ExpiringForm(request.GET)
    wanted = form.wanted
    paper = next((one for one in papers if one.code == wanted.get("paper")), papers[0])
    is_soon = wanted.get("expiry", SOON) == SOON
    rows = reads.running_out(paper, post, today, expiry=wanted.get("expiry", SOON), city=wanted.get("city"))
    days = reads.by_day(paper, rows, newest_first=not is_soon)
    day: datetime.date | None = wanted.get("day")
    total = sum(one.count for one in days if day is None or one.date == day)
    page = Counted(reads.chosen(paper, post, today, wanted), PAGE, total).get_page(request.GET.get("page"))
    if request.GET and not spending.spend(post, len(page.object_list), now=now):
        return registers.over_budget(request)
    drivers = [getattr(record, "driver", record) for record in page]
    note_names((one for one in drivers if isinstance(one, Driver)), "drivers.list", post, now)
    words = {
        "papers": papers,
        "paper": paper,
        "form": form,
        "is_soon": is_soon,
        "days": days[: reads.DAYS_SHOWN],
        "earlier": sum(one.count for one in days[reads.DAYS_SHOWN :]),
        "every": sum(one.count for one in days),
        "day": day,
        "page": page,
        "rows": [reads.shown(paper, record) for record in page],
        "today": today,
        "soon_days": SOON_DAYS,
        "register": f"drivers.expiring_{paper.code}",
        "may_export": may_take_out(post, f"drivers.expiring_{paper.code}", today),
    }
    return render(request, "drivers/expiring.html", words)
