"""Who is told of which event, and in which words: each room's notices.py adds its rules here; nothing is written."""

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core import checks
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.calendar import beijing
from portal.models import Event, User

Words = str | Promise
SMS_CHARACTERS = 70
QUIET_FROM, QUIET_UNTIL = datetime.time(22), datetime.time(7)


@dataclass(frozen=True)
class SmsText:
    """The words of an SMS: fixed, without a name, a company, a category or anybody's own words.

    Whoever looks over a driver's shoulder learns that there is news in the portal, and nothing else.
    """

    words: Words


@dataclass(frozen=True)
class Telling:
    """One person is told of an event: words for the portal's list, the page it leads to, and whether also by SMS.

    `urgent` goes out at night too. `sms=True` sends the general words; a room may give words of its own (sms_text).
    """

    person: User
    text: Words
    url: str
    urgent: bool = False
    sms: bool | SmsText = False

    @property
    def sms_words(self) -> str:
        """Empty where no SMS goes out."""
        if not self.sms:
            return ""
        return str((NEWS if self.sms is True else self.sms).words)


Teller = Callable[[Event], Iterable[Telling]]
_tellers: dict[str, list[Teller]] = {}
_sms_texts: list[SmsText] = []


def sms_text(words: Words) -> SmsText:
    """Words for an SMS, registered so that their length is checked before anybody gets one."""
    text = SmsText(words)
    _sms_texts.append(text)
    return text


NEWS = sms_text(_("Driver Home: there is news for you. Open the start page to read it."))


def on(*kinds: str) -> Callable[[Teller], Teller]:
    """Register who is told of events of these kinds."""

    def register(teller: Teller) -> Teller:
        for kind in kinds:
            _tellers.setdefault(kind, []).append(teller)
        return teller

    return register


def kinds() -> frozenset[str]:
    return frozenset(_tellers)


def sms_texts() -> tuple[SmsText, ...]:
    return tuple(_sms_texts)


def language_of(_person: User) -> str:
    """The language a person is written to in. Everybody's is the portal's until people choose one."""
    return settings.LANGUAGE_CODE


def tellings_for(event: Event) -> Iterator[Telling]:
    """Each person once, by the first rule that names him; people who are no longer active are not told."""
    told: set[int] = set()
    for teller in _tellers.get(event.kind, []):
        for telling in teller(event):
            if telling.person.is_active and telling.person.pk not in told:
                told.add(telling.person.pk)
                yield telling


def is_quiet(at: datetime.datetime) -> bool:
    """22:00 to 7:00 in Beijing."""
    clock = beijing(at).time()
    return clock >= QUIET_FROM or clock < QUIET_UNTIL


def after_quiet(at: datetime.datetime) -> datetime.datetime:
    """The moment itself, or 7:00 of the morning after it."""
    if not is_quiet(at):
        return at
    local = beijing(at)
    morning = local.date() + datetime.timedelta(days=local.time() >= QUIET_FROM)
    return datetime.datetime.combine(morning, QUIET_UNTIL, tzinfo=local.tzinfo).astimezone(datetime.UTC)


@checks.register
def check_sms_texts(**_kwargs: object) -> list[checks.CheckMessage]:
    """No SMS has more than 70 characters in any language."""
    found: list[checks.CheckMessage] = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found += [
                checks.Error(f"An SMS has {len(words)} characters, 70 is the limit: {words}", id="portal.E001")
                for words in (str(text.words) for text in sms_texts())
                if len(words) > SMS_CHARACTERS
            ]
    return found
