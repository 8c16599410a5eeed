"""What the doors of all registers share: the list, the form of a record, one field shown whole."""

import datetime
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal import history, slices
from portal.actions import spending
from portal.actions.showing import show_field
from portal.calendar import beijing_day
from portal.errors import Refused, Stale
from portal.models import Post, User
from portal.once import once
from portal.permissions import active_post
from portal.register_forms import EndForm, KeyForm, RecordForm, RegisterFilter, ShowForm
from portal.spans import SOON_DAYS
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
    """A page of the list; None once the day's budget is used up.

    Only the bare list's first page is free, to which everybody comes who opens the register: a program that steps
    through filters reads as many names as one that leafs.
    """
    page = slices.take(rows, request.GET.get("after", ""))
    if request.GET and not spending.spend(post, len(page.rows), now=now):
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


def carried_out(
    request: HttpRequest, form: KeyForm, act: Callable[..., object], *, post: Post, verb: str, to: str, heading: str,
    done: str, now: datetime.datetime,
) -> HttpResponse:  # fmt: skip
    """A record's form, and what it stands for: `act`, which is told who does it and when."""

    def do() -> str:
        act(by=post.person, post=post, now=now)
        return to

    answer = sent(request, form, do, verb=verb, to=lambda _way: to, done=done, now=now)
    return answer or form_page(request, form, heading=heading, back=to)


def changed(
    request: HttpRequest, form: RecordForm, change: Callable[..., object], found: Model, **page: Any
) -> HttpResponse:
    """The form by which a record is changed, with a reason, by whoever has seen its newest state."""

    def act(**who: Any) -> None:
        change(found, form.given, seen=form.cleaned_data["revision"], reason=form.cleaned_data["reason"], **who)

    return carried_out(request, form, act, done=_("Changed."), **page)


def ended(
    request: HttpRequest, end: Callable[..., object], found: Model, *, now: datetime.datetime, **page: Any
) -> HttpResponse:
    """The form by which something ends after its last day, with a reason."""
    form = EndForm(request.POST or None, initial={"last_date": beijing_day(now)})

    def act(**who: Any) -> None:
        end(found, last_date=form.cleaned_data["last_date"], reason=form.cleaned_data["reason"], **who)

    return carried_out(request, form, act, done=_("Ended."), now=now, **page)


def form_page(request: HttpRequest, form: KeyForm, *, heading: str, back: str, words: str = "") -> HttpResponse:
    """A record's form alone on its page."""
    return render(
        request,
        "portal/register_form.html",
        {"form": form, "heading": heading, "back": back, "words": words, "yes": _("Save"), "is_wide": _is_wide(form)},
    )


def _is_wide(form: KeyForm) -> bool:
    return isinstance(form, RecordForm)


def days(now: datetime.datetime) -> dict[str, datetime.date]:
    """Today, and the day until which a paper runs out soon."""
    today = beijing_day(now)
    return {"today": today, "soon": today + datetime.timedelta(days=SOON_DAYS)}


def beside(
    subject: Model,
    now: datetime.datetime,
    *,
    kinds: history.Words,
    fields: history.Words,
    form: ShowForm | None = None,
    shown: dict[str, str] | None = None,
    record: Model | None = None,
) -> dict[str, Any]:
    """What the page of a record has besides the record: its history, the days, one field shown whole or the form."""
    words = history.read(subject, now, kinds=kinds, fields=fields, record=record)
    return {**days(now), "history": words, "show_form": form or ShowForm(), "shown": shown or {}}


def shown(
    request: HttpRequest, kinds: Mapping[str, str], row: Any, *, where: str, person: User | None, post: Post, now: Any,
    subject: Any = None,
) -> dict[str, Any]:  # fmt: skip
    """For `beside`: the form with the motive, sent by POST only, and the field in full unless it was refused. `kinds`
    says what each field that may be asked for is; any other is no page."""
    form, field = ShowForm(request.POST), request.POST.get("field", "")
    if field not in kinds:
        raise Http404
    if not form.is_valid():
        return {"form": form}
    who: dict[str, Any] = {"by": post.person, "post": post, "now": now}
    told = {"what": kinds[field], "where": where, "person": person, "reason": form.cleaned_data["reason"]}
    try:
        value = show_field(row, field, subject=subject, **told, **who)
    except Refused as refusal:
        form.add_error("reason", str(refusal))
        return {"form": form}
    return {"form": form, "shown": {"name": field, "value": value}}
