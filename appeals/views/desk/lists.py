"""The inbox, and the same list on a contact's phone."""

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from appeals import exports, grouping, leading, permissions, presence
from appeals import inbox as listing
from appeals.casefile import CaseFile
from appeals.forms.answering import NoteForm
from appeals.forms.desk import KeyForm, RevealForm, TakeForm
from appeals.inbox import Inbox, Wanted
from appeals.inbox.columns import Column, chosen
from appeals.models import ListColumns, SavedFilter
from appeals.searching import is_too_short
from appeals.views.desk import entry, filtering, going_on
from appeals.views.desk.filtering import address as _address
from portal.actions import spending
from portal.calendar import beijing_day
from portal.models import Post
from portal.roles import HANDLE

PHONE_CHIPS = (listing.TODO, listing.DRIVER, listing.ANSWERED, listing.ALL)
# a phone has no room for the whole of it
SHORT = {listing.ANSWERED: pgettext_lazy("desk list", "Answered")}


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def inbox(request: HttpRequest) -> HttpResponse:
    """The table, and beside it the case that is open (?open=). Without scripts a row leads to the case's own page.

    The filter is sent as a body and becomes an address, in which no phone or plate stands.
    """
    now = timezone.now()
    post = entry.require_post(request, HANDLE, now)
    if request.method == "POST":
        return redirect(_address(Wanted.of(request.POST.dict())))
    kept = list(SavedFilter.objects.filter(post=post))
    first = next((one for one in kept if one.is_default), None)
    if first and not request.GET:
        return redirect(f"{reverse('appeals:inbox')}?{first.query}")
    wanted = Wanted.of(request.GET.dict())
    filters = {one.code: Wanted.of(QueryDict(one.query).dict()) for one in kept}
    listed = listing.read(post, wanted, now, kept=filters)
    request.desk_counts = {"appeals:inbox": listed.desk[listing.TODO]}  # type: ignore[attr-defined]
    opened = _opened(request, post, now)
    # leafing on and opening cases is what copies a register; the first page of a filter is what one works from
    records = (len(listed.rows) if listed.page.number > 1 else 0) + (opened is not None)
    if records and not spending.spend(post, records, now=now):
        return entry.over_budget(request, post)
    columns = chosen(ListColumns.objects.filter(person=post.person_id).values_list("columns", flat=True).first())
    words = {
        "post": post,
        "inbox": listed,
        "wanted": wanted,
        "empty": _empty(wanted),
        "most": f"{listed.most:,}",
        "columns": columns,
        "rows": _rows(listed, wanted, opened, request.GET.get("at", ""), columns, beijing_day(now)),
        **filtering.words(post, wanted, listed, kept, filters, now),
        "case": opened,
        "here": _address(wanted, page=wanted.page),
        "close_url": _address(wanted, page=wanted.page, at=opened.appeal.code) if opened else "",
        **_work(post, now),
        **case_forms(opened),
        **(presence.words(opened.appeal, post, presence.LOOKS, now) if opened else {}),
    }
    response = render(request, "appeals/desk/inbox.html", words)
    return going_on.remember(response, opened.appeal.code, _next(listed, wanted, opened)) if opened else response


def _work(post: Post, now: datetime.datetime) -> dict[str, Any]:
    """What can be done with the list as a whole."""
    today = beijing_day(now)
    return {
        "bulk_form": KeyForm(),
        "may_group": grouping.may_keep_groups(post, today),
        "may_assign": leading.leads_at(post, post.organisation, today),
        "may_export": exports.may_export(post, today),
    }


def _next(listed: Inbox, wanted: Wanted, opened: CaseFile) -> str:
    """The list with the case after the open one open, to go on with when that one is done."""
    codes = [row.appeal.code for row in listed.rows]
    here = codes.index(opened.appeal.code) if opened.appeal.code in codes else -1
    after = [*codes[here + 1 :], *codes[: max(here, 0)]]
    return _address(wanted, page=wanted.page, **({"open": after[0]} if after else {}))


@require_safe
def contact_inbox(request: HttpRequest) -> HttpResponse:
    """要我办 on the phone, soonest due first."""
    now = timezone.now()
    post = entry.require_post(request, HANDLE, now)
    if not entry.is_on_phone(post):
        return redirect("appeals:inbox")
    wanted = Wanted.of({"show": request.GET.get("show", ""), "page": request.GET.get("page", "1")})
    listed = listing.read(post, wanted, now)
    tabs = filtering.chips("appeals:contact_inbox", wanted, listed.counts, PHONE_CHIPS)
    words = {
        "inbox": listed,
        "wanted": wanted,
        "empty": listing.empty_words(wanted),
        "tabs": [{**tab, "word": SHORT.get(tab["chip"], tab["word"])} for tab in tabs],
    }
    return render(request, "appeals/desk/contact_inbox.html", words)


def case_forms(case: CaseFile | None) -> dict[str, Any]:
    """The forms that stand on a case itself: one tap each."""
    if case is None:
        return {}
    take_form = TakeForm(initial={"seen": case.appeal.position})
    return {"take_form": take_form, "reveal_form": RevealForm(), "note_form": NoteForm()}


def _opened(request: HttpRequest, post: Post, now: Any) -> CaseFile | None:
    code = request.GET.get("open", "")
    if not code or not permissions.visible_appeals(post, beijing_day(now)).filter(code=code).exists():
        return None
    return CaseFile(entry.seen_case(request, code, now)[1], post, now)


def _rows(
    listed: Inbox,
    wanted: Wanted,
    opened: CaseFile | None,
    was_open: str,
    columns: list[Column],
    today: datetime.date,
) -> list[dict[str, Any]]:
    """Each row with its cells, and the address of the list in which it is open."""
    return [
        {
            "row": row,
            "cells": [(column.text(row, today), column.is_right) for column in columns],
            "url": _address(wanted, page=wanted.page, open=row.appeal.code),
            "is_open": opened is not None and opened.appeal.pk == row.appeal.pk,
            "was_open": row.appeal.code == was_open,
        }
        for row in listed.rows
    ]


def _empty(wanted: Wanted) -> tuple[str, str]:
    """What an empty list says; a single character finds nothing, and that is no news about the cases."""
    if wanted.words and is_too_short(wanted.words):
        return _("No appeal fits"), _("Search takes two characters or more.")
    return listing.empty_words(wanted)
