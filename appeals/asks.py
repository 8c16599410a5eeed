"""What a driver is asked beside the moves of his case: what the company may see, whether he joins others."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from appeals.models import Appeal, Consent, GroupMember


def of_cases(appeals: Iterable[Appeal]) -> dict[int, list[dict[str, Any]]]:
    """By case, the open questions as rows: title, url, icon. Two queries for any number of cases."""
    rows = {appeal.pk: appeal for appeal in appeals}
    found: dict[int, list[dict[str, Any]]] = {key: [] for key in rows}
    for consent in Consent.objects.filter(appeal__in=rows, decided_at=None):
        code = rows[consent.appeal_id].code
        url = reverse("appeals:consent", args=[code])
        found[consent.appeal_id].append({"title": _("May the company see this?"), "url": url, "icon": "shield"})
    for member in GroupMember.objects.filter(appeal__in=rows, state__in=("invited", "joined")):
        words = _words(member, rows[member.appeal_id])
        if words:
            url = reverse("appeals:group", args=[rows[member.appeal_id].code])
            found[member.appeal_id].append({"title": words, "url": url, "icon": "people"})
    return found


def _words(member: GroupMember, appeal: Appeal) -> str:
    if member.state == GroupMember.State.INVITED:
        return _("Others have the same problem: join them?") if appeal.is_open else ""
    if member.offered_answer_id and member.is_taken is None and appeal.is_open:
        return _("There is an answer you can take")
    return ""


def of(appeal: Appeal) -> list[dict[str, Any]]:
    return of_cases([appeal])[appeal.pk]
