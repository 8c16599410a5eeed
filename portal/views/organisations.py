"""Organisations for the administrators of a line: the tree, one of them with its posts and history, and its changes."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import events, permissions, roles
from portal.actions import handing_over
from portal.actions import organisations as actions
from portal.calendar import beijing_day
from portal.models import Event, OrganisationKind, Post
from portal.models.organisations import OrganisationQuerySet
from portal.post_forms import FoundForm, NamesForm
from portal.register_forms import KeyForm
from portal.views.doors import answered_before, make_move

PAGE = 50
HISTORY = 30


@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """The tree in its own order; a search or a kind makes it a list."""
    office, reach = _office(request)
    typed, kind = request.GET.get("q", "").strip()[:60], request.GET.get("kind", "")
    day = beijing_day(timezone.now())
    rows = reach.filter(closed_at__isnull=request.GET.get("state") != "closed", merged_into=None)
    if typed:
        rows = rows.filter(Q(name__icontains=typed) | Q(short_name__icontains=typed))
    if kind in OrganisationKind.values:
        rows = rows.filter(kind=kind)
    page = Paginator(rows.select_related("place", "parent").order_by("path"), PAGE).get_page(request.GET.get("page"))
    live = Post.objects.live(day).filter(organisation__in=[row.pk for row in page])
    held = dict(live.order_by().values_list("organisation").annotate(count=Count("pk")))
    words = {
        "page": page,
        "rows": [(row, min(row.path.count("/") - 1, 4), held.get(row.pk, 0)) for row in page],
        "q": typed,
        "kind": kind,
        "kinds": OrganisationKind.choices,
        "state": request.GET.get("state", ""),
        "is_top": office.organisation.place.kind == "province",
    }
    return render(request, "portal/organisations.html", words)


@require_safe
def organisation(request: HttpRequest, code: str) -> HttpResponse:
    """Posts now and then, leave and deputies, what lies here, and what happened to it."""
    office, reach = _office(request)
    found = get_object_or_404(reach.select_related("parent", "place", "merged_into"), code=code)
    now = timezone.now()
    day = beijing_day(now)
    posts = Post.objects.filter(organisation=found).select_related("person", "deputy__person", "organisation")
    is_over = Q(until_date__lt=day) | Q(person__is_active=False)
    history = Event.objects.filter(subject=events.subject_of(found)).select_related("by", "post")
    words = {
        "found": found,
        "posts": posts.exclude(is_over).order_by("role", "from_date", "pk"),
        "former": posts.filter(is_over).order_by(F("until_date").desc(nulls_last=True), "pk")[:PAGE],
        "work": handing_over.work_of(found, now),
        "below": reach.live().filter(parent=found).order_by("name")[:PAGE],
        "history": history.order_by("-position")[:HISTORY],
        "today": day,
        "appoints": permissions.has_permission(office, roles.ADMINISTER_SECURITY),
        "is_live": found.closed_at is None and found.merged_into_id is None,
    }
    return render(request, "portal/organisation.html", words)


def found_organisation(request: HttpRequest) -> HttpResponse:
    office, reach = _office(request)
    kinds = (OrganisationKind.COMMITTEE, OrganisationKind.DEPARTMENT)
    parents = reach.live().filter(kind__in=kinds).order_by("path")
    first = {"parent": parents.filter(code=request.GET.get("under", "")).first()}
    form = FoundForm(request.POST or None, parents=parents, initial=first)

    def do(values: dict[str, Any]) -> str:
        return actions.found(by=request.user, office=office, now=timezone.now(), **values).code  # type: ignore[arg-type]

    return _move(request, form, "found_organisation", "", do, {})


def rename_organisation(request: HttpRequest, code: str) -> HttpResponse:
    office, reach = _office(request)
    found = get_object_or_404(reach.live(), code=code)
    form = NamesForm(request.POST or None, initial={"name": found.name, "short_name": found.short_name})

    def do(values: dict[str, Any]) -> str:
        return actions.rename(found, by=request.user, office=office, now=timezone.now(), **values).code  # type: ignore[arg-type]

    return _move(request, form, "rename_organisation", code, do, {"found": found})


def close_organisation(request: HttpRequest, code: str) -> HttpResponse:
    """Says what is in the way, with the way to it; closes when nothing is."""
    office, reach = _office(request)
    if again := answered_before(request, _to):
        return again
    found = get_object_or_404(reach.live(), code=code)
    now = timezone.now()
    held = Post.objects.filter(organisation=found).live(beijing_day(now)).select_related("person", "organisation")

    def do(_values: dict[str, Any]) -> str:
        made = actions.close(found, by=request.user, office=office, now=now)  # type: ignore[arg-type]
        messages.success(request, _("Closed. Its history stays."))
        return made.code

    words = {
        "found": found,
        "in_the_way": actions.in_the_way(found, now),
        "posts": held.order_by("role", "pk"),
        "appoints": permissions.has_permission(office, roles.ADMINISTER_SECURITY),
    }
    return _move(request, KeyForm(request.POST or None), "close_organisation", code, do, words)


def _move(request: HttpRequest, form: Any, name: str, subject: str, do: Any, words: dict[str, Any]) -> HttpResponse:
    return make_move(
        request, form, verb=f"portal.{name}", subject=subject, do=do,
        to=_to, template=f"portal/{name}.html", context=words,
    )  # fmt: skip


def _to(code: str) -> str:
    return reverse("portal:organisation", args=[code])


def _office(request: HttpRequest) -> tuple[Post, OrganisationQuerySet]:
    """The administrator's post, and the organisations it keeps."""
    post = permissions.active_post(request)
    rights = (roles.ADMINISTER_SECURITY, roles.ADMINISTER_SYSTEM)
    if post is None or not any(permissions.has_permission(post, right) for right in rights):
        raise Http404
    return post, permissions.kept_organisations(post)
