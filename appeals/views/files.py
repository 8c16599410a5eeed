"""Files that come with a form: taken in before its words are looked at, so that none is lost when a word is missing."""

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from appeals import evidence_names
from appeals.actions import evidencing
from appeals.forms.evidence import FILES, SHOWN, Chosen, EvidenceField
from appeals.models import Evidence
from portal.errors import Refused

NAME = "evidence"


def show(request: HttpRequest, form: forms.Form, *, meant_for: str) -> None:
    """Draw what is here already for this form."""
    field = _field(form)
    if field is not None:
        field.take(_chosen(request, meant_for), field.refusals, meant_for=meant_for)


def take(request: HttpRequest, form: forms.Form, *, meant_for: str) -> list[str]:
    """Take in what the form brought and take out what was unticked. Gives the sentences of what was turned away.

    Whatever arrived stays with the form, also when it is sent again or opened on another device.
    """
    field = _field(form)
    if field is None or request.method != "POST":
        return []
    unticked = set(request.POST.getlist(SHOWN)) - set(request.POST.getlist(NAME))
    evidencing.discard(unticked, by=request.user)  # type: ignore[arg-type]
    refusals = _received(request, meant_for)
    chosen = _chosen(request, meant_for)
    if set(request.POST.getlist(NAME)) - set(chosen.codes):
        refusals.append(_("A file was kept for a day without being sent off, and is gone. Choose it again."))
    field.take(chosen, refusals, meant_for=meant_for)
    return refusals


def drop(request: HttpRequest, *, meant_for: str) -> None:
    """The form is done: a file that came a second time with a repeated form goes."""
    evidencing.discard_for(request.user, meant_for=meant_for)  # type: ignore[arg-type]


def _field(form: forms.Form) -> EvidenceField | None:
    field = form.fields.get(NAME)
    return field if isinstance(field, EvidenceField) else None


def _received(request: HttpRequest, meant_for: str) -> list[str]:
    refusals = []
    here = _loose(request, meant_for).count()
    for sent in request.FILES.getlist(FILES):
        name = evidence_names.clean(sent.name or "")
        if here >= evidencing.MOST_AT_ONCE:
            refusals.append(_("%(name)s: at most 10 files at a time; this one was left out.") % {"name": name})
            continue
        try:
            evidencing.receive(
                sent,  # type: ignore[arg-type]
                name=name,
                by=request.user,  # type: ignore[arg-type]
                now=timezone.now(),
                meant_for=meant_for,
            )
            here += 1
        except Refused as refusal:
            refusals.append(_("%(name)s: %(why)s") % {"name": name, "why": refusal})
    return refusals


def _loose(request: HttpRequest, meant_for: str):
    return Evidence.objects.loose().received().filter(owner=request.user, meant_for=meant_for)  # type: ignore[misc]


def _chosen(request: HttpRequest, meant_for: str) -> Chosen:
    """What is here for this form; and of what it ticks, what a case has already, when it is sent a second time."""
    loose = list(_loose(request, meant_for).order_by("received_at", "pk"))
    ticked = request.POST.getlist(NAME)
    given = Evidence.objects.filter(owner=request.user, code__in=ticked).exclude(appeal=None)  # type: ignore[misc]
    return Chosen.of([*loose, *(given if ticked else [])])
