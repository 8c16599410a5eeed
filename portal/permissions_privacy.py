"""What a person has agreed to; asked by other rooms before they use his data for it."""

from portal.models import PurposeConsent, User
from portal.privacy import NOTICE_VERSION


def has_consented(person: User, purpose: str) -> bool:
    """His own yes to the words that stand now: older words are asked about anew."""
    held = PurposeConsent.objects.filter(person=person, purpose=purpose, version=NOTICE_VERSION, withdrawn_at=None)
    return held.exists()
