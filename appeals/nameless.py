"""What in a text would tell a company who the driver is or which order it was. Pure: no database, no clock."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

NAME, ORDER, TIME, PLATE, PHONE, LICENCE = "name", "order_number", "time", "plate", "phone", "licence"
WORDS: dict[str, Promise] = {
    NAME: pgettext_lazy("found in a text", "the driver's name"),
    ORDER: pgettext_lazy("found in a text", "an order number"),
    TIME: pgettext_lazy("found in a text", "a day with its exact time"),
    PLATE: pgettext_lazy("found in a text", "a plate"),
    PHONE: pgettext_lazy("found in a text", "a phone number"),
    LICENCE: pgettext_lazy("found in a text", "a licence or identity number"),
}
# as it is written on cars: the province's one character, a letter, five characters or six for a green plate
_PLATE = re.compile("[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][A-Z0-9]{5,6}")
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_LICENCE = re.compile(r"(?<![0-9A-Z])[1-9]\d{16}[\dX](?![0-9A-Z])")
# no amount and no date runs to ten digits; platforms' order numbers do, often behind some letters
_ORDER = re.compile(r"(?<![0-9A-Z])[A-Z]{0,6}\d{10,}")
_SEPARATORS = re.compile(r"[\s·•・.,，\-_/]")
_CLOCK = (
    r"(?:(?:[01]?\d|2[0-3]):[0-5]\d"
    r"|(?:[01]?\d|2[0-3]|[零〇一二三四五六七八九十两]{1,3})[点时](?!间|段|长|效|候)(?:[0-5]?\d分?|半|整|[一三]刻)?)"
)
_DAY = (
    r"(?:\d{1,2}月\d{1,2}[日号]?|\d{1,2}[日号]|\d{4}[-./]\d{1,2}[-./]\d{1,2}"
    r"|(?<![\d.])\d{1,2}[-/]\d{1,2}(?![\d.])|[昨前当今]天|[昨当今]晚)"
)
# hours of a rule, 17:00 to 19:00, tell nobody's moment
_HOURS = re.compile(rf"{_CLOCK}\s*[-–—~〜至到]\s*{_CLOCK}")
_MOMENT = re.compile(rf"{_DAY}[^\n。;；]{{0,8}}?{_CLOCK}|{_CLOCK}[^\n。;；]{{0,8}}?{_DAY}")
_FULL_DATE = re.compile(r"\d{4}\s*[-./年]\s*\d{1,2}\s*[-./月]\s*\d{1,2}\s*日?")
_TITLES = ("师傅", "先生", "女士", "司机", "某")


@dataclass(frozen=True)
class Known:
    """What is known of a driver and may be found in a text as it stands."""

    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()


def found_in(text: str, people: Iterable[Known]) -> set[str]:
    """Kinds of details a text gives away: `name`, `order_number`, `time`, `plate`, `phone`, `licence`."""
    plain = unicodedata.normalize("NFKC", text)
    joined = _joined(_FULL_DATE.sub("。", plain))
    found = {kind for kind, shape in _SHAPES.items() if shape.search(joined)}
    if _ORDER.search(_LICENCE.sub("。", _PHONE.sub("。", joined))):
        found.add(ORDER)
    if _MOMENT.search(_HOURS.sub("。", " ".join(plain.split()))):
        found.add(TIME)
    whole = _joined(plain)
    for known in people:
        found |= {kind for kind, words in _own(known) if any(word and word in whole for word in words)}
    return found


_SHAPES = {PLATE: _PLATE, PHONE: _PHONE, LICENCE: _LICENCE}


def _own(known: Known) -> list[tuple[str, list[str]]]:
    called = [f"{name.strip()[0]}{title}" for name in known.names if name.strip() for title in _TITLES]
    return [
        (NAME, [*(_joined(name) for name in known.names), *called]),
        (PHONE, [_joined(phone) for phone in known.phones]),
        (ORDER, [_joined(order) for order in known.orders]),
        (LICENCE, [_joined(licence) for licence in known.licences]),
    ]


def _joined(text: str) -> str:
    """A text in which 川Ｅ·12345, 138 0000 0000 and 138-0000-0000 are found as what they are."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()
