"""What a text for everybody would give away: more than a company's paraphrase may, for neighbours read it too. Pure."""

import re
import unicodedata
from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from appeals import nameless

DATE, CLOCK, COMPANY = "date", "clock", "company"
WORDS: dict[str, Promise] = {
    **nameless.WORDS,
    nameless.NAME: pgettext_lazy("found in a text", "the name of somebody involved"),
    DATE: pgettext_lazy("found in a text", "an exact date"),
    CLOCK: pgettext_lazy("found in a text", "an exact time"),
    COMPANY: pgettext_lazy("found in a text", "the name of a company"),
}
_HAN = "[一二三四五六七八九十]{1,3}"
_DATE = re.compile(
    rf"\d{{1,2}}\s*月\s*\d{{1,2}}\s*[日号]?|{_HAN}月{_HAN}[日号]|\d{{4}}\s*[-./年]\s*\d{{1,2}}\s*[-./月]\s*\d{{1,2}}"
)
_MINUTES = r"(?:[01]?\d|2[0-3])\s*(?::\s*[0-5]\d|[点时]\s*[0-5]?\d\s*分)"
# from 17:00 to 19:00 is a rule's hours and tells nobody's moment
_HOURS = re.compile(rf"{_MINUTES}\s*[-–—~〜至到]\s*{_MINUTES}")
_CLOCK = re.compile(_MINUTES)
_SHORTEST_NAME = 2


def found_in(text: str, people: Iterable[nameless.Known], companies: Iterable[str] = ()) -> list[str]:
    """Kinds of details a text gives away, in the order of WORDS. `companies` are names that may not stand in it."""
    plain = unicodedata.normalize("NFKC", text)
    found = nameless.found_in(text, people)
    if _DATE.search(plain):
        found.add(DATE)
    if _CLOCK.search(_HOURS.sub("。", plain)):
        found.add(CLOCK)
    if any(name in plain for name in companies if len(name) >= _SHORTEST_NAME):
        found.add(COMPANY)
    return [kind for kind in WORDS if kind in found]
