"""兑现跟进: what was promised to drivers, by when, and whether it was kept; marked as carried out from here."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from appeals import chain, permissions
from appeals import promises as listing
from appeals.actions import handling
from appeals.casefile import CaseFile
from appeals.forms.answering import KeepForm
from appeals.promises import Promises
from appeals.views import doors
from appeals.views.desk import entry
from portal.errors import Refused
from portal.roles import HANDLE
from portal.views import errors


@require_safe
def promises(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    post = entry.require_post(request, HANDLE, now)
    show = request.GET.get("show", "")
    show = show if show in listing.CHIPS else listing.OPEN
    organisation = request.GET.get("organisation", "")[:16]
    read = listing.read(post, show, organisation, request.GET.get("page", "1"), now)
    words = {
        "promises": read,
        "show": show,
        "organisation": organisation,
        "chips": [
            {"url": _address(chip, organisation), "word": word, "count": read.counts[chip], "is_current": chip == show}
            for chip, word in listing.CHIPS.items()
        ],
        "selects": _selects(read, organisation),
        "kept": [("show", show)] if show != listing.OPEN else [],
        "empty": _empty(show),
        **entry.frame_words(post),
        "back_url": entry.list_of(post),
    }
    return render(request, "appeals/desk/promises.html", words)


def _address(show: str, organisation: str) -> str:
    asked = {"show": "" if show == listing.OPEN else show, "organisation": organisation}
    kept = urlencode({name: value for name, value in asked.items() if value})
    return reverse("appeals:promises") + (f"?{kept}" if kept else "")


def _selects(read: Promises, organisation: str) -> list[dict[str, Any]]:
    """Whose promises; where a line has one organisation only there is nothing to choose."""
    if len(read.organisations) < 2:
        return []
    options = [("", _("All organisations"), not organisation)]
    options += [(str(one["where"]), str(one["whose"]), one["where"] == organisation) for one in read.organisations]
    return [{"name": "organisation", "label": _("Organisation"), "options": options}]


def _empty(show: str) -> tuple[str, str]:
    return {
        listing.OPEN: (_("Nothing is owed"), _("What an answer promises stands here until it is carried out.")),
        listing.LATE: (_("Nothing is late"), ""),
        listing.KEPT: (_("Nothing has been carried out yet"), ""),
    }[show]


def keep(request: HttpRequest, code: str) -> HttpResponse:
    """Marking a promise as carried out, with what was done; then back to the list."""
    now = timezone.now()
    post, appeal = entry.seen_case(request, code, now)
    if not permissions.may_handle(post, appeal, now):
        raise PermissionDenied
    back = reverse("appeals:promises")
    reason = chain.why_not("carry_out", appeal.status, appeal.tier)
    if reason is not None and request.method != "POST":
        return errors.refused(request, Refused(str(reason)), back=back)
    form = KeepForm(request.POST or None, initial={"seen": appeal.position})
    return doors.make_move(
        request,
        form,
        verb="appeals.carry_out",
        subject=code,
        do=lambda values: handling.carry_out(appeal.pk, by=post, now=now, **values).code,
        to=lambda _code: back,
        back=reverse("appeals:case", args=[code]),
        template="appeals/desk/move.html",
        context={"case": CaseFile(appeal, post, now), "follows": form.follows, **entry.frame_words(post)},
    )
