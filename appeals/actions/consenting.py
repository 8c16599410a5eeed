"""The driver decides whether a company may see what would name him or his order."""

import datetime
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from appeals import chain, permissions
from appeals.actions import moving
from appeals.models import Appeal, Consent, Detail, Identity, RespondentKind
from portal.errors import Refused
from portal.models import Post, User


@transaction.atomic
def ask_consent(
    appeal_id: int,
    *,
    by: Post,
    details: Mapping[str, str],
    reason: str,
    now: datetime.datetime,
    seen: int | None = None,
) -> Appeal:
    """Ask the driver whether the company may see these details, each word for word; the clocks go on."""
    appeal = Appeal.objects.for_update(appeal_id)
    permissions.require_handler(by, appeal, now)
    moving.require_newest(appeal, seen)
    if appeal.status != chain.IN_HAND:
        raise Refused(str(chain.NOW_IT_IS[appeal.status]))
    if appeal.respondent_kind != RespondentKind.COMPANY:
        raise Refused(_("This appeal names no company that could be asked."))
    shown = {name: " ".join(text.split()) for name, text in details.items() if text.strip()}
    if not shown:
        raise Refused(_("Say what the company is to see."))
    if Detail.NAME in shown and appeal.identity == Identity.SEALED:
        raise Refused(_("This appeal is sealed: the company is never told the name."))
    if appeal.consents.filter(decided_at=None).exists():
        raise Refused(_("The driver has been asked already and has not said yet."))
    items = [detail.value for detail in Detail if detail in shown]
    event = moving.log(
        appeal,
        "consent_asked",
        by=by.person,
        post=by,
        now=now,
        facts={"items": items},
        words={"reason": reason, **shown},
    )
    Consent.objects.create(appeal=appeal, items=items, asked_event=event, asked_by=by, asked_at=now)
    appeal.save(update_fields=["position", "moved_at"])
    return appeal


def _own(consent_id: int, person: User) -> tuple[Consent, Appeal]:
    appeal = Appeal.objects.for_update(Consent.objects.values_list("appeal_id", flat=True).get(pk=consent_id))
    permissions.require_filer(person, appeal)
    return Consent.objects.get(pk=consent_id), appeal


@transaction.atomic
def decide_consent(consent_id: int, *, by: User, agrees: bool, now: datetime.datetime) -> Appeal:
    """Yes or no, once; a no has no effect on the case."""
    consent, appeal = _own(consent_id, by)
    if consent.decided_at:
        raise Refused(_("You have decided about this already."))
    consent.decided_at, consent.is_given = now, agrees
    consent.save(update_fields=["decided_at", "is_given"])
    verb = "consent_given" if agrees else "consent_refused"
    moving.log(appeal, verb, by=by, now=now, facts={"items": consent.items})
    appeal.save(update_fields=["position", "moved_at"])
    return appeal


@transaction.atomic
def withdraw_consent(consent_id: int, *, by: User, now: datetime.datetime) -> Appeal:
    """Take a consent back, as long as the company has not been shown what it covers."""
    consent, appeal = _own(consent_id, by)
    if not consent.holds:
        raise Refused(_("There is no consent to take back."))
    if consent.shown_at:
        raise Refused(_("The company has seen it already, so it cannot be taken back. It sees nothing new."))
    consent.withdrawn_at = now
    consent.save(update_fields=["withdrawn_at"])
    moving.log(appeal, "consent_withdrawn", by=by, now=now, facts={"items": consent.items})
    appeal.save(update_fields=["position", "moved_at"])
    return appeal
