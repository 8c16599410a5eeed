"""What the doors of all registers share: the list, the form of a record, one field shown whole."""

import datetime
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal import slices
from portal.actions import spending
from portal.actions.showing import show_field
from portal.errors import Refused, Stale
from portal.models import Post, User
from portal.once import once
from portal.permissions import active_post
from portal.register_forms import KeyForm, RecordForm, RegisterFilter, ShowForm
from portal.views import errors

Do = Callable[[], str]


def post_of(request: HttpRequest, may: bool) -> Post:
    """The post a register is read in; without such a post there is no such page."""
    post = active_post(request)
    if post is None or not may:
        raise Http404
    return post


def asked(request: HttpRequest, form: RegisterFilter) -> HttpResponse | None:
    """A filter that was sent becomes the address of its list."""
    if request.method != "POST":
        return None
    query = form.address()
    return HttpResponseRedirect(f"{request.path}?{query}" if query else request.path)


def page_of(request: HttpRequest, rows: QuerySet[Any], post: Post, now: datetime.datetime) -> slices.Slice | None:
    """A page of the list; None once the day's budget is used up. The first page of a filter is what one works from."""
    page = slices.take(rows, request.GET.get("after", ""))
    if not page.is_first and not spending.spend(post, len(page.rows), now=now):
        return None
    return page


def over_budget(request: HttpRequest) -> HttpResponse:
    words = {"budget": settings.DESK_RECORDS_A_DAY}
    return render(request, "portal/over_budget.html", words, status=HTTPStatus.TOO_MANY_REQUESTS)


def sent(
    request: HttpRequest, form: KeyForm, do: Do, *, verb: str, to: Callable[[str], str], done: str, now: Any
) -> HttpResponse | None:
    """Carry out a form once: where it went well, the way on; None while the form is to be shown (again).

    Who was slower than somebody else keeps what he typed on the page that says so.
    """
    if request.method != "POST" or not form.is_valid():
        return None
    key = form.cleaned_data["key"]
    try:
        code = once(key, by=request.user, verb=verb, body=form.body(), now=now, do=do)  # type: ignore[arg-type]
    except Stale as stale:
        kept = [(field.label, field.value()) for field in form.visible_fields() if field.name in form.changed_data]
        return errors.refused(request, stale, kept=kept, back=to(""))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    messages.success(request, done)
    return redirect(to(code))


def form_page(request: HttpRequest, form: KeyForm, *, heading: str, back: str, words: str = "") -> HttpResponse:
    """A record's form alone on its page."""
    return render(
        request,
        "portal/register_form.html",
        {"form": form, "heading": heading, "back": back, "words": words, "yes": _("Save"), "is_wide": _is_wide(form)},
    )


def _is_wide(form: KeyForm) -> bool:
    return isinstance(form, RecordForm)


def show_form(request: HttpRequest, allowed: tuple[str, ...]) -> ShowForm:
    """The motive for one field, sent by POST only; any other field is no page."""
    form = ShowForm(request.POST)
    if request.POST.get("field") not in allowed:
        raise Http404
    return form


def shown(
    form: ShowForm, row: Any, *, what: str, where: str, person: User | None, post: Post, now: Any, subject: Any = None
) -> dict[str, str]:
    """The field's name and its value in full; empty, with the reason on the form, where it was refused."""
    field, reason = form.cleaned_data["field"], form.cleaned_data["reason"]
    who: dict[str, Any] = {"by": post.person, "post": post, "now": now}
    try:
        value = show_field(row, field, subject=subject, what=what, where=where, person=person, reason=reason, **who)
    except Refused as refusal:
        form.add_error("reason", str(refusal))
        return {}
    return {"name": field, "value": value}
