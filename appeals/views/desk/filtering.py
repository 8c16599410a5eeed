"""What stands above the desk's list: search, chips, filters, kept filters; and the pages on which they are kept."""

import datetime
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from appeals import chain, grouping
from appeals import inbox as listing
from appeals.actions import filters as actions
from appeals.forms.filters import ColumnsForm, FilterForm, KeepForm
from appeals.inbox import Inbox, Wanted
from appeals.models import Category, ListColumns, SavedFilter, Status
from appeals.views.desk import entry
from platforms.models import Company
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Place, PlaceKind, Post
from portal.roles import HANDLE

Option = tuple[str, Any, bool]
TIERS = [(str(tier), word) for tier, word in chain.TIERS]


def address(wanted: Wanted, name: str = "appeals:inbox", **changes: str) -> str:
    """The list's address with some of what was wanted changed; what it shows by itself is left out."""
    beside = {key: value for key, value in changes.items() if key not in ("show", "page") and value}
    is_explicit = wanted.is_explicit or "show" in changes
    turned = replace(
        wanted, show=changes.get("show", wanted.show), page=changes.get("page", "1"), is_explicit=is_explicit
    )
    asked = {**turned.asked(), **beside}
    return reverse(name) + (f"?{urlencode(asked)}" if asked else "")


def words(
    post: Post,
    wanted: Wanted,
    listed: Inbox,
    kept: list[SavedFilter],
    filters: dict[str, Wanted],
    now: datetime.datetime,
) -> dict[str, Any]:
    """Everything the filter's template shows."""
    day = beijing_day(now)
    return {
        "chips": chips("appeals:inbox", wanted, listed.counts, tuple(listing.CHIPS), listed.most),
        "search": {
            "name": "q",
            "value": wanted.words,
            "label": _("Search appeals"),
            "hint": _("Number, words, company, plate or phone"),
            "without_number": address(replace(wanted, numbers="")),
        },
        "selects": [_kinds(wanted), _orders(wanted)],
        "more": _more(post, wanted, day),
        "kept": [
            {
                "url": f"{reverse('appeals:inbox')}?{one.query}",
                "word": one.name,
                "figure": figure(listed.kept[one.code]),
                "is_current": filters[one.code].query() == wanted.query(),
            }
            for one in kept
        ],
        "query": wanted.query(),
        "clear_url": address(Wanted(sort=wanted.sort), show=wanted.show),
    }


def chips(
    name: str, wanted: Wanted, counts: dict[str, int], shown: tuple[str, ...], most: int = listing.MOST
) -> list[dict[str, Any]]:
    return [
        {
            "url": address(wanted, name, show=chip),
            "chip": chip,
            "word": listing.CHIPS[chip],
            "count": counts[chip],
            "figure": figure(counts[chip], most),
            "is_current": chip == wanted.show,
        }
        for chip in shown
    ]


def figure(count: int, most: int = listing.MOST) -> str:
    """1,000+ for what is counted no further."""
    return f"{most:,}+" if count > most else f"{count:,}"


def _kinds(wanted: Wanted) -> dict[str, Any]:
    kinds = [("", _("Kind: all")), *Category.choices]
    return _select("category", pgettext("column", "Kind"), kinds, wanted.category)


def _orders(wanted: Wanted) -> dict[str, Any]:
    return _select("sort", _("Order"), list(listing.SORTS.items()), wanted.sort)


def _more(post: Post, wanted: Wanted, day: datetime.date) -> list[dict[str, Any]]:
    """What stands behind the fold."""
    all_of = ("", pgettext("filter", "All"))
    return [
        _select("due", pgettext("column", "Due"), [all_of, *listing.DUES.items()], wanted.due),
        _select("state", pgettext("column", "State"), [all_of, *Status.choices], wanted.state),
        _select("holder", pgettext("column", "In hand of"), [all_of, *_holders(post, day)], wanted.holder),
        _select("waits", _("Waits"), [all_of, *listing.WAITS.items()], wanted.waits),
        _select("company", pgettext("column", "Company"), [all_of, *_companies(post)], wanted.company),
        _select("place", pgettext("column", "Place"), [all_of, *_places(post)], wanted.place),
        _select(
            "tier", pgettext("column", "Tier"), [all_of, *((str(t), word) for t, word in chain.TIERS)], wanted.tier
        ),
        *_groups(post, wanted, day),
        _select("urgent", pgettext("filter", "Urgent"), [all_of, ("1", _("Only urgent"))], wanted.urgent),
    ]


def _groups(post: Post, wanted: Wanted, day: datetime.date) -> list[dict[str, Any]]:
    """For whoever keeps groups: the cases that might become one."""
    if not grouping.may_keep_groups(post, day) and not wanted.group:
        return []
    options = [("", pgettext("filter", "All")), (listing.CANDIDATES, _("Might become a group"))]
    return [_select("group", _("Groups"), options, wanted.group)]


def _select(name: str, label: str, options: list[tuple[str, Any]], value: str) -> dict[str, Any]:
    """An address may name what is in no list, such as a colleague who left: it stands there as asked."""
    known = {option for option, _word in options}
    shown: list[Option] = [(option, word, option == value) for option, word in options]
    if value not in known:
        shown.append((value, _("As in the address"), True))
    return {"name": name, "label": label, "options": shown}


def _holders(post: Post, day: datetime.date) -> list[tuple[str, str]]:
    colleagues = Post.objects.live(day).filter(organisation=post.organisation_id).exclude(pk=post.pk)
    named = colleagues.order_by("role", "pk").values_list("code", "person__name")
    return [(listing.NOBODY, _("Nobody yet")), (listing.ME, _("Me")), *named]


def _companies(post: Post) -> list[tuple[str, str]]:
    """Companies that work in the post's city; all of them for the province."""
    rows = Company.objects.filter(organisation__merged_into=None)
    if post.organisation.place.kind != PlaceKind.PROVINCE:
        rows = rows.filter(cities=post.organisation.place.city)
    return list(rows.order_by("organisation__short_name").values_list("organisation__code", "organisation__short_name"))


def _places(post: Post) -> list[tuple[str, Place]]:
    """Districts of the post's city; cities for the province."""
    rows = Place.objects.filter(parent=post.organisation.place.city)
    return [(place.code, place) for place in rows]


def _own(post: Post, code: str) -> SavedFilter:
    return get_object_or_404(SavedFilter, post=post, code=code)


@require_http_methods(["GET", "HEAD", "POST"])
def filters(request: HttpRequest) -> HttpResponse:
    """One's kept filters, and a form that keeps the one the list has now (?query=)."""
    now = timezone.now()
    post = entry.require_post(request, HANDLE, now)
    form = KeepForm(request.POST or None, initial={"query": request.GET.get("query", "")})
    if form.is_valid():
        wanted = Wanted.of(QueryDict(form.cleaned_data["query"]).dict())
        name, is_default = form.cleaned_data["name"], form.cleaned_data["is_default"]
        try:
            kept = actions.keep(post, name=name, wanted=wanted, is_default=is_default, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(f"{reverse('appeals:inbox')}?{kept.query}")
    query = str(form["query"].value() or "")
    context = {"form": form, "query": query, "kept": SavedFilter.objects.filter(post=post)}
    return render(request, "appeals/desk/filters.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def kept_filter(request: HttpRequest, code: str) -> HttpResponse:
    """Rename a kept filter, let it open first, or delete it."""
    post = entry.require_post(request, HANDLE, timezone.now())
    kept = _own(post, code)
    if request.method == "POST" and "delete" in request.POST:
        actions.drop(kept.pk, by=post)
        return redirect("appeals:filters")
    form = FilterForm(request.POST or None, initial={"name": kept.name, "is_default": kept.is_default})
    if form.is_valid():
        try:
            actions.change(kept.pk, by=post, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("appeals:filters")
    context = {"form": form, "kept": kept}
    return render(request, "appeals/desk/filter.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest) -> HttpResponse:
    """Which columns one wants to see."""
    post = entry.require_post(request, HANDLE, timezone.now())
    kept = ListColumns.objects.filter(person=post.person_id).values_list("columns", flat=True).first()
    form = ColumnsForm(request.POST if request.method == "POST" else None)
    if kept is not None:
        form.fields["columns"].initial = kept
    if form.is_valid():
        actions.choose_columns(post.person, columns=form.cleaned_data["columns"])
        return redirect("appeals:inbox")
    status = 422 if form.errors else 200
    return render(request, "appeals/desk/columns.html", {"form": form}, status=status)
