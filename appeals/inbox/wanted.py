"""What a reader asks the desk's list for, as the list's address says it. Pure: no database, no clock."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from django.utils.http import urlencode
from django.utils.translation import pgettext_lazy

from appeals import chain, marks
from appeals.models import Category, Status

TODO, DRIVER, COMPANY, ANSWERED, ALL = "todo", "driver", "company", "answered", "all"
CHIPS = {
    TODO: pgettext_lazy("desk list", "For me to do"),
    DRIVER: pgettext_lazy("desk list", "Waits on the driver"),
    COMPANY: pgettext_lazy("desk list", "Waits on the company"),
    ANSWERED: pgettext_lazy("desk list", "Answered, to be carried out"),
    ALL: pgettext_lazy("desk list", "All"),
}
BY_DUE, BY_ENTRY, BY_FILED, BY_COMPANY = "due", "entry", "filed", "company"
SORTS = {
    BY_DUE: pgettext_lazy("desk list", "Soonest due first"),
    BY_ENTRY: pgettext_lazy("desk list", "Newest here first"),
    BY_FILED: pgettext_lazy("desk list", "Newest filed first"),
    BY_COMPANY: pgettext_lazy("desk list", "By company"),
}
OVERDUE, TODAY, SOON, LATER, RESTING = "overdue", "today", "soon", "later", "resting"
DUES = {
    OVERDUE: pgettext_lazy("due filter", "Overdue"),
    TODAY: pgettext_lazy("due filter", "Due today"),
    SOON: pgettext_lazy("due filter", "In 1 or 2 working days"),
    LATER: pgettext_lazy("due filter", "Later"),
    RESTING: pgettext_lazy("due filter", "The clock rests"),
}
NOBODY, ME = "nobody", "me"
CANDIDATES = "candidates"
WAITS = {
    DRIVER: pgettext_lazy("wait filter", "On the driver"),
    COMPANY: pgettext_lazy("wait filter", "On the company"),
}
# an address says q, place, from ... ; a field here cannot always have that name
NAMES = {"words": "q", "numbers": "n", "from_date": "from", "until_date": "to"}
LONGEST = 60
MOST_NUMBERS = 3
CODE = 16
UNNARROWING = frozenset({"show", "sort", "page", "is_explicit"})


@dataclass(frozen=True)
class Wanted:
    """What the reader asked the list for; anything unknown falls back to what it shows by itself.

    `place` is a place's code, `company` an organisation's, `holder` nobody, me or a post's code, `group` a group's
    code or the cases that might become one; `state`, `tier`, `category` are the appeal's own.
    """

    show: str = TODO
    words: str = ""
    numbers: str = ""
    due: str = ""
    category: str = ""
    place: str = ""
    company: str = ""
    holder: str = ""
    waits: str = ""
    group: str = ""
    urgent: str = ""
    tier: str = ""
    state: str = ""
    from_date: str = ""
    until_date: str = ""
    sort: str = BY_DUE
    page: str = "1"
    # the address names the chip: then every address that follows from it does, for a bare one opens a kept filter
    is_explicit: bool = field(default=False, compare=False)

    @property
    def is_narrowed(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self) if one.name not in UNNARROWING)

    @property
    def is_folded(self) -> bool:
        """Nothing is asked that stands behind the fold: search, kind and order stand before it."""
        return not replace(self, words="", numbers="", category="").is_narrowed

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Wanted":
        """From an address, a form or an API call. A phone, plate or identity number that was typed becomes a token:
        from here on it stands in no address and no kept filter."""
        words, typed = marks.parted(asked.get("q", "")[:LONGEST])
        numbers = typed or [token for token in asked.get("n", "").split() if marks.TOKEN.fullmatch(token)]
        return cls(
            show=_one_of(CHIPS, asked.get("show", ""), TODO),
            words=words,
            numbers=" ".join(numbers[:MOST_NUMBERS]),
            due=_one_of(DUES, asked.get("due", "")),
            category=_one_of(Category.values, asked.get("category", "")),
            place=_digits(asked.get("place", "")),
            company=_code(asked.get("company", "")),
            holder=_one_of((NOBODY, ME), asked.get("holder", "")) or _code(asked.get("holder", "")),
            waits=_one_of(WAITS, asked.get("waits", "")),
            group=_one_of((CANDIDATES,), asked.get("group", "")) or _code(asked.get("group", "")),
            urgent=_one_of(("1",), asked.get("urgent", "")),
            tier=_one_of([str(tier) for tier, _word in chain.TIERS], asked.get("tier", "")),
            state=_one_of(Status.values, asked.get("state", "")),
            from_date=_day(asked.get("from", "")),
            until_date=_day(asked.get("to", "")),
            sort=_one_of(SORTS, asked.get("sort", ""), BY_DUE),
            page=asked.get("page", "1"),
            is_explicit="show" in asked,
        )

    def asked(self) -> dict[str, str]:
        """The same as an address says it; what the list shows by itself is left out."""
        usual = Wanted()
        named = {
            NAMES.get(one.name, one.name): getattr(self, one.name)
            for one in fields(self)
            if one.name != "is_explicit" and getattr(self, one.name) != getattr(usual, one.name)
        }
        return {"show": self.show, **named} if self.is_explicit else named

    def query(self) -> str:
        """The filter by itself, to be kept: without the page."""
        kept = replace(self, page="1", is_explicit=False).asked()
        return urlencode(kept or {"show": self.show})


def _one_of(known: "Mapping[str, object] | list[str] | tuple[str, ...]", value: str, otherwise: str = "") -> str:
    return value if value in known else otherwise


def _code(value: str) -> str:
    """A row's code, as far as its shape tells."""
    return value if len(value) == CODE and value.isalnum() and value.isascii() else ""


def _digits(value: str) -> str:
    return value if len(value) == 6 and value.isdecimal() and value.isascii() else ""


def _day(value: str) -> str:
    """A date as YYYY-MM-DD, or nothing."""
    try:
        return datetime.date.fromisoformat(value.strip()).isoformat() if value.strip() else ""
    except ValueError:
        return ""
