"""The inbox, and the same list on a contact's phone."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from appeals import inbox as listing
from appeals import permissions
from appeals.casefile import CaseFile
from appeals.forms.answering import NoteForm
from appeals.forms.desk import RevealForm, TakeForm
from appeals.inbox import Inbox, Wanted
from appeals.models import Category
from appeals.views.desk import entry
from portal.calendar import beijing_day
from portal.models import Post
from portal.roles import HANDLE

PHONE_CHIPS = (listing.TODO, listing.DRIVER, listing.ANSWERED, listing.ALL)
# a phone has no room for the whole of it
SHORT = {listing.ANSWERED: pgettext_lazy("desk list", "Answered")}


@require_GET
@vary_on_headers("HX-Request")
def inbox(request: HttpRequest) -> HttpResponse:
    """The table, and beside it the case that is open (?open=). Without scripts a row leads to the case's own page."""
    now = timezone.now()
    post = entry.require_post(request, HANDLE, now)
    wanted = Wanted.of(request.GET.dict())
    listed = listing.read(post, wanted, now)
    request.desk_counts = {"appeals:inbox": listed.desk[listing.TODO]}  # type: ignore[attr-defined]
    opened = _opened(request, post, now)
    words = {
        "post": post,
        "inbox": listed,
        "wanted": wanted,
        "empty": listing.empty_words(wanted),
        "chips": _chips("appeals:inbox", wanted, listed.counts, tuple(listing.CHIPS)),
        "selects": _selects(wanted),
        "rows": _rows(listed, wanted, opened, request.GET.get("at", "")),
        "search": _search(wanted),
        "kept": [("show", wanted.show)] if wanted.show != listing.TODO else [],
        "clear_url": _address(Wanted(show=wanted.show)),
        "case": opened,
        "here": _address(wanted, page=wanted.page),
        "close_url": _address(wanted, page=wanted.page, at=opened.appeal.code) if opened else "",
        **case_forms(opened),
    }
    return render(request, "appeals/desk/inbox.html", words)


@require_GET
def contact_inbox(request: HttpRequest) -> HttpResponse:
    """要我办 on the phone, soonest due first."""
    now = timezone.now()
    post = entry.require_post(request, HANDLE, now)
    if not entry.is_on_phone(post):
        return redirect("appeals:inbox")
    wanted = Wanted.of({"show": request.GET.get("show", ""), "page": request.GET.get("page", "1")})
    listed = listing.read(post, wanted, now)
    tabs = _chips("appeals:contact_inbox", wanted, listed.counts, PHONE_CHIPS)
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


def _address(wanted: Wanted, name: str = "appeals:inbox", **changes: str) -> str:
    """The list's address with some of what was wanted changed; what it shows by itself is left out."""
    asked = {"show": wanted.show, "q": wanted.words, "category": wanted.category, "sort": wanted.sort, **changes}
    usual = {"show": listing.TODO, "sort": listing.BY_DUE, "page": "1"}
    kept = {name: value for name, value in asked.items() if value and usual.get(name) != value}
    return reverse(name) + (f"?{urlencode(kept)}" if kept else "")


def _rows(listed: Inbox, wanted: Wanted, opened: CaseFile | None, was_open: str) -> list[dict[str, Any]]:
    """Each row with the address of the list in which it is open."""
    return [
        {
            "row": row,
            "url": _address(wanted, page=wanted.page, open=row.appeal.code),
            "is_open": opened is not None and opened.appeal.pk == row.appeal.pk,
            "was_open": row.appeal.code == was_open,
        }
        for row in listed.rows
    ]


def _search(wanted: Wanted) -> dict[str, Any]:
    return {
        "name": "q",
        "value": wanted.words,
        "label": _("Search appeals"),
        "hint": _("Number, company, words of the title"),
    }


def _chips(name: str, wanted: Wanted, counts: dict[str, int], chips: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {
            "url": _address(wanted, name, show=chip),
            "chip": chip,
            "word": listing.CHIPS[chip],
            "count": counts[chip],
            "is_current": chip == wanted.show,
        }
        for chip in chips
    ]


def _selects(wanted: Wanted) -> list[dict[str, Any]]:
    kinds = [("", _("Kind: all")), *Category.choices]
    return [
        {
            "name": "category",
            "label": pgettext("column", "Kind"),
            "options": [(value, word, value == wanted.category) for value, word in kinds],
        },
        {
            "name": "sort",
            "label": _("Order"),
            "options": [(value, word, value == wanted.sort) for value, word in listing.SORTS.items()],
        },
    ]
