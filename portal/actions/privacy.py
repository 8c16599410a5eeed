"""Consents of a person to single uses of his data: given one at a time, and taken back as easily."""

import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from portal import events
from portal.errors import Refused
from portal.models import PurposeConsent, User
from portal.privacy import NOTICE_VERSION, PURPOSES


@transaction.atomic
def give_consent(person: User, purpose: str, *, now: datetime.datetime) -> PurposeConsent:
    """A yes to one use, in the words of the present version; a second yes to the same words changes nothing."""
    _require_in_use(purpose)
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    held = PurposeConsent.objects.filter(person=person, purpose=purpose, withdrawn_at=None).first()
    if held and held.version == NOTICE_VERSION:
        return held
    if held:
        held.withdrawn_at = now
        held.save(update_fields=["withdrawn_at"])
    given = PurposeConsent.objects.create(person=person, purpose=purpose, version=NOTICE_VERSION, given_at=now)
    facts = {"purpose": purpose, "version": NOTICE_VERSION}
    events.record("portal.consent_given", person, by=person, at=now, facts=facts)
    return given


@transaction.atomic
def withdraw_consent(person: User, purpose: str, *, now: datetime.datetime) -> None:
    """Taken back at any time, without a reason; twice is once."""
    if purpose not in PURPOSES:
        raise Refused(_("There is no consent to take back."))
    held = PurposeConsent.objects.filter(person=person, purpose=purpose, withdrawn_at=None)
    if held.update(withdrawn_at=now):
        events.record("portal.consent_withdrawn", person, by=person, at=now, facts={"purpose": purpose})


def _require_in_use(purpose: str) -> None:
    if purpose not in PURPOSES or purpose not in settings.PURPOSES_IN_USE:
        raise Refused(_("The portal does not do this, so there is nothing to agree to."))
