"""Who is told of lists of cases taken out, and of whoever went through a day's budget of records."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from appeals.exports import CASES
from portal import notices_exports
from portal.calendar import beijing_day
from portal.models import Event, OrganisationKind, Post, Role
from portal.telling import Telling, on


@on("appeals.export_asked")
def second_person(event: Event) -> Iterator[Telling]:
    return notices_exports.second_person(CASES, event)


@on("appeals.exported", "appeals.export_refused")
def asker(event: Event) -> Iterator[Telling]:
    return notices_exports.asker(CASES, event)


@on("portal.budget_reached")
def security(event: Event) -> Iterator[Telling]:
    """The security administrators of the line and of the department: an account that copies may not be its holder's."""
    if event.post is None or event.by is None:
        return
    codes = [code for code in event.post.organisation.path.split("/") if code]
    where = Q(organisation__code__in=codes) | Q(organisation__kind=OrganisationKind.DEPARTMENT)
    admins = Post.objects.present(beijing_day(event.at)).filter(where, role=Role.SECURITY_ADMIN)
    text = format_lazy(
        _("{name}, {organisation}, reached the day's budget of {budget} records."),
        name=event.by.name,
        organisation=event.post.organisation.short_name,
        budget=event.facts["budget"],
    )
    for post in admins.select_related("person"):
        yield Telling(post.person, text, reverse("portal:desk_post", args=[event.post.code]))
