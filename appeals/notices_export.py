"""Who is told of lists taken out, and of whoever went through a day's budget of records."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from appeals import exports
from appeals.models import Export
from portal import events
from portal.calendar import beijing_day
from portal.models import Event, OrganisationKind, Post, Role
from portal.telling import Telling, on


def _export_of(event: Event) -> Export:
    related = Export.objects.select_related("post__person", "post__organisation", "decided_by__person")
    return related.get(code=events.code_of(event.subject))


@on("appeals.export_asked")
def second_person(event: Event) -> Iterator[Telling]:
    """Those of whom one has to agree; a short list needs nobody."""
    if not event.facts["needs_second"]:
        return
    export = _export_of(event)
    sentence = _("{name}, {organisation}, asks to take out {rows} rows: agree or not within a day.")
    text = format_lazy(
        sentence,
        name=export.post.person.name,
        organisation=export.post.organisation.short_name,
        rows=event.facts["rows"],
    )
    for post in exports.seconds_for(export, beijing_day(event.at)):
        yield Telling(post.person, text, reverse("appeals:export", args=[export.code]))


@on("appeals.exported", "appeals.export_refused")
def asker(event: Event) -> Iterator[Telling]:
    """Whoever asked, once somebody else has decided; of his own short list he knows."""
    export = _export_of(event)
    if export.decided_by is None:
        return
    sentence = _("{name} agreed: the list with {rows} rows is ready for a day.")
    if event.kind == "appeals.export_refused":
        sentence = _("{name} did not agree to the list with {rows} rows.")
    text = format_lazy(sentence, name=export.decided_by.person.name, rows=event.facts["rows"])
    yield Telling(export.post.person, text, reverse("appeals:export", args=[export.code]))


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
