"""Notices: writing them from events, reading them, and how a person wants to be told."""

import datetime

from django.db import transaction
from django.utils import translation

from portal import telling
from portal.models import Event, Notice, NoticeSetting, SmsMessage, User
from portal.telling import Telling

# News older than this when it is delivered is in the portal's list; nobody is woken for it.
SMS_FRESH = datetime.timedelta(days=1)
COUNTED = 100


@transaction.atomic
def tell(event: Event, now: datetime.datetime) -> None:
    """The consumer "notices": tell everybody whom the rooms name, once per event and person."""
    for words in telling.tellings_for(event):
        with translation.override(telling.language_of(words.person)):
            notice = Notice(
                person=words.person,
                event=event,
                kind=event.kind,
                text=str(words.text),
                url=words.url,
                is_urgent=words.urgent,
                at=event.at,
            )
            Notice.objects.bulk_create([notice], ignore_conflicts=True)
            _tell_by_sms(words, event, now)


def _tell_by_sms(words: Telling, event: Event, now: datetime.datetime) -> None:
    """Owe the person an SMS unless he switched them off (urgent ones always go), one like it waits, or it is old."""
    text = words.sms_words
    setting = setting_of(words.person)
    if not text or now - event.at > SMS_FRESH or not (setting.is_sms_on or words.urgent):
        return
    if len(text) > telling.SMS_CHARACTERS:
        raise ValueError(f"An SMS for {event.kind} has {len(text)} characters.")
    if SmsMessage.objects.filter(person=words.person, text=text, sent_at__isnull=True, tries=0).exists():
        return
    held = setting.is_quiet_at_night and not words.urgent
    sms = SmsMessage(person=words.person, event=event, text=text, send_after=telling.after_quiet(now) if held else now)
    SmsMessage.objects.bulk_create([sms], ignore_conflicts=True)


def setting_of(person: User) -> NoticeSetting:
    """The person's setting, or the one everybody starts with: SMS on, quiet at night."""
    return NoticeSetting.objects.filter(person=person).first() or NoticeSetting(person=person)


def unread_count(person: User) -> int:
    """How many notices the person has not read; a hundred stands for more."""
    return Notice.objects.filter(person=person, read_at__isnull=True)[:COUNTED].count()


@transaction.atomic
def read(notice_id: int, *, by: User, now: datetime.datetime) -> Notice:
    """Opening a notice marks it read, for its own person only. Reading is no event: nobody is to see who read when."""
    notice = Notice.objects.select_for_update(no_key=True).get(pk=notice_id, person=by)
    if notice.read_at is None:
        notice.read_at = now
        notice.save(update_fields=["read_at"])
    return notice


def read_all(*, by: User, until: datetime.datetime, now: datetime.datetime) -> int:
    """Mark read what the person has seen: what was told up to `until`, so that nothing newer disappears unseen."""
    return Notice.objects.filter(person=by, read_at__isnull=True, at__lte=until).update(read_at=now)


@transaction.atomic
def set_telling(*, by: User, is_sms_on: bool, is_quiet_at_night: bool, now: datetime.datetime) -> NoticeSetting:
    """How a person wants to be told beyond the portal's list. SMS that wait for the morning follow the new choice."""
    setting, _is_new = NoticeSetting.objects.update_or_create(
        person=by, defaults={"is_sms_on": is_sms_on, "is_quiet_at_night": is_quiet_at_night}
    )
    waiting = SmsMessage.objects.filter(person=by, sent_at__isnull=True, send_after__gt=now, tries=0)
    if not is_sms_on:
        waiting.delete()
    elif not is_quiet_at_night:
        waiting.update(send_after=now)
    return setting
