"""How days, due dates, money and people are worded for a reader: pure, no database, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from portal.calendar import beijing, beijing_day

MINUS = "−"
SOON_DAYS = 2

WEEKDAYS = (
    pgettext_lazy("weekday", "Mon"),
    pgettext_lazy("weekday", "Tue"),
    pgettext_lazy("weekday", "Wed"),
    pgettext_lazy("weekday", "Thu"),
    pgettext_lazy("weekday", "Fri"),
    pgettext_lazy("weekday", "Sat"),
    pgettext_lazy("weekday", "Sun"),
)
MONTHS = (
    pgettext_lazy("month", "Jan"),
    pgettext_lazy("month", "Feb"),
    pgettext_lazy("month", "Mar"),
    pgettext_lazy("month", "Apr"),
    pgettext_lazy("month", "May"),
    pgettext_lazy("month", "Jun"),
    pgettext_lazy("month", "Jul"),
    pgettext_lazy("month", "Aug"),
    pgettext_lazy("month", "Sep"),
    pgettext_lazy("month", "Oct"),
    pgettext_lazy("month", "Nov"),
    pgettext_lazy("month", "Dec"),
)


def day_of(value: date | datetime) -> date:
    """The Beijing day of a moment; a date already is one."""
    return beijing_day(value) if isinstance(value, datetime) else value


def weekday(day: date) -> str:
    return str(WEEKDAYS[day.weekday()])


def _parts(day: date) -> dict[str, str | int]:
    return {"year": day.year, "month": str(MONTHS[day.month - 1]), "day": day.day, "weekday": weekday(day)}


# -- days -------------------------------------------------------------------------------------------------------------


def day_date(day: date, *, today: date) -> str:
    """11月25日, or 2025年11月25日 when the year is not this one."""
    if day.year == today.year:
        return _("%(day)s %(month)s") % _parts(day)
    return _("%(day)s %(month)s %(year)s") % _parts(day)


def day_and_weekday(day: date, *, today: date) -> str:
    """11月25日 周三; a date of another year carries the year instead of the weekday."""
    if day.year == today.year:
        return _("%(weekday)s %(day)s %(month)s") % _parts(day)
    return day_date(day, today=today)


def driver_date(day: date, *, today: date, provisional: bool = False) -> str:
    """A due date as a driver reads it: the last day counts to its end, and that end is 24:00."""
    until = _("before 24:00, %(day)s") % {"day": day_and_weekday(day, today=today)}
    return _("%(date)s (provisional)") % {"date": until} if provisional else until


def staff_date(day: date, *, today: date | None = None) -> str:
    """11-25 周三; with the year in front when it is another year's."""
    short = f"{day:%m-%d}" if today is None or day.year == today.year else f"{day:%Y-%m-%d}"
    return f"{short} {weekday(day)}"


def staff_time(moment: datetime, *, today: date | None = None) -> str:
    """11-20 09:40; with the year in front when it is another year's."""
    local = beijing(moment)
    return f"{local:%m-%d %H:%M}" if today is None or local.year == today.year else f"{local:%Y-%m-%d %H:%M}"


def day_words(moment: datetime, *, today: date) -> str:
    """今天 09:12, 昨天 18:05, 11月20日 周五 16:40."""
    local = beijing(moment)
    clock = f"{local:%H:%M}"
    if local.date() == today:
        return _("today %(clock)s") % {"clock": clock}
    if local.date() == today - timedelta(days=1):
        return _("yesterday %(clock)s") % {"clock": clock}
    return f"{day_and_weekday(local.date(), today=today)} {clock}"


def span(start: datetime, end: datetime) -> str:
    """09:30–11:30 with an en dash; the end of a day is 24:00."""
    first, last = beijing(start), beijing(end)
    over_midnight = (last.hour, last.minute) == (0, 0) and last.date() > first.date()
    return f"{first:%H:%M}–{'24:00' if over_midnight else f'{last:%H:%M}'}"


def hours_left(left: timedelta) -> str:
    """还有 1 小时 20 分: only urgent cases are counted in hours, and never below zero."""
    minutes = max(0, int(left.total_seconds() // 60))
    hours, rest = divmod(minutes, 60)
    if hours and rest:
        return _("%(hours)d h %(minutes)d min left") % {"hours": hours, "minutes": rest}
    if hours:
        return _("%(hours)d h left") % {"hours": hours}
    return _("%(minutes)d min left") % {"minutes": rest}


# -- due --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """One clock as it is shown: colour, dial and words, always all three."""

    state: str
    driver: str
    staff: str

    @property
    def css(self) -> str:
        return {
            "far": "due due-far",
            "soon": "due due-soon",
            "today": "due due-today",
            "overdue": "due due-over",
            "done": "due t-green",
        }.get(self.state, "due")

    @property
    def icon(self) -> str:
        return {"overdue": "over", "resting": "gap"}.get(self.state, self.state)


def due_state(
    due_date: date | None,
    *,
    today: date,
    days_left: int | None = None,
    resting: bool = False,
    done: bool = False,
    provisional: bool = False,
    clock: str = "answer",
) -> Due | None:
    """
    One clock in words. `days_left` are working days from the work calendar (calendar days stand in without it);
    `clock` is answer, carry_out or platform: the two latter stay overdue in place, an overdue answer moves up.
    """
    if done:
        return Due("done", _("answered in time"), _("in time"))
    if resting:
        return Due("resting", _("waiting for you, the clock rests"), _("waiting for the driver"))
    if due_date is None:
        return None
    left = (due_date - today).days
    if left < 0:
        return _overdue(-left, clock)
    staff = staff_date(due_date, today=today)
    if left == 0:
        due = Due("today", _("today before 24:00"), _("today 24:00"))
    else:
        days = left if days_left is None else max(1, days_left)
        state = "soon" if days <= SOON_DAYS else "far"
        due = Due(state, ngettext("%(count)d day left", "%(count)d days left", days) % {"count": days}, staff)
    if provisional:
        due = Due(
            due.state,
            _("%(date)s (provisional)") % {"date": due.driver},
            _("%(date)s (provisional)") % {"date": due.staff},
        )
    return due


def _overdue(days: int, clock: str) -> Due:
    count = {"count": days}
    if clock == "carry_out":
        words = ngettext("carrying out is %(count)d day late", "carrying out is %(count)d days late", days) % count
        return Due("overdue", words, words)
    if clock == "platform":
        words = ngettext("the company is %(count)d day late", "the company is %(count)d days late", days) % count
        return Due("overdue", words, words)
    staff = ngettext("%(count)d day late", "%(count)d days late", days) % count
    driver = ngettext(
        "%(count)d day late, the tier above has been told", "%(count)d days late, the tier above has been told", days
    )
    return Due("overdue", driver % count, staff)


def urgent_due(due_at: datetime, *, now: datetime) -> Due:
    """An urgent clock runs by the wall: hours and minutes, day and night; once it is past, it has moved up."""
    if now >= due_at:
        words = _("past due, passed up")
        return Due("overdue", words, words)
    words = hours_left(due_at - now)
    return Due("today", words, words)


# -- money, counts ----------------------------------------------------------------------------------------------------


def _signed(digits: str, negative: bool) -> str:
    return MINUS + digits if negative else digits


def number(value: int | Decimal | float, places: int = 0) -> str:
    """1,240 and −3.5: thousands by commas, minus as U+2212."""
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return _signed(f"{abs(rounded):,.{places}f}", rounded < 0)


def money(fen: int, *, exact: bool | None = None) -> str:
    """
    Integer fen as yuan: 1,240 元; 183.50 元 where fen matter. A table column asks for one precision with `exact`.
    Without fen nothing is rounded away: a sum with fen shows them.
    """
    places = 2 if exact or (exact is None and fen % 100) else 0
    return _("%(amount)s yuan") % {"amount": number(Decimal(fen) / 100, places)}


def percent(share: float | Decimal, places: int = 1) -> str:
    """0.281 is 28.1%."""
    return f"{number(Decimal(str(share)) * 100, places)}%"


def count_words(count: int) -> str:
    """19.7 万 in a tile, 9,640 below ten thousand; exact figures stand in the tables."""
    if abs(count) < 10_000:
        return number(count)
    tenths = (Decimal(abs(count)) / 1000).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    whole, rest = divmod(int(tenths), 10)
    digits = f"{whole:,}.{rest}" if rest else f"{whole:,}"
    return _("%(tens)s ten thousand") % {"tens": _signed(digits, count < 0)}


def dot_count(count: int) -> str:
    """A red dot carries at most two digits."""
    return str(count) if count < 100 else "99+"


# -- people -----------------------------------------------------------------------------------------------------------


def mask_name(name: str) -> str:
    """周**, 李*: the family name stays, each further character is a star (two at most: length is a hint too)."""
    name = name.strip()
    if not name:
        return ""
    return name[0] + "*" * min(2, max(1, len(name) - 1))


def mask_phone(phone: str) -> str:
    """138****0000."""
    digits = "".join(character for character in phone if character.isdigit())
    if len(digits) < 8:
        return "*" * len(digits)
    if len(digits) > 11 and digits.startswith("86"):
        digits = digits[2:]
    return f"{digits[:3]}****{digits[-4:]}"


def listed(words: Iterable[object]) -> str:
    """甲、乙、丙."""
    return pgettext("between the items of a list", ", ").join(str(word) for word in words)


# -- the chain --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One of the four tiers as the chain shows it: done, now, pass (never asked) or ahead."""

    word: str
    state: str
    note: str

    @property
    def css(self) -> str:
        return "" if self.state == "ahead" else self.state


def chain_steps(
    tier: int, *, second: str = "branch", closed: bool = False, passed_over: Iterable[int] = ()
) -> list[Step]:
    """
    The driver himself (0), contact (1), branch or enterprise organisation (2), committee (3).
    `tier` is where the appeal is, or where it ended when `closed`; tiers it never went through are `passed_over`.
    """
    words = (
        pgettext("tier", "Myself"),
        pgettext("tier", "Contact"),
        pgettext("tier", "Enterprise organisation") if second == "enterprise" else pgettext("tier", "Mobile branch"),
        pgettext("tier", "Industry committee"),
    )
    notes = {
        "done": pgettext("state of a tier", "(done)"),
        "now": pgettext("state of a tier", "(in hand)"),
        "pass": pgettext("state of a tier", "(not asked)"),
        "ahead": pgettext("state of a tier", "(not reached)"),
    }
    skipped = set(passed_over)
    steps = []
    for position, word in enumerate(words):
        if position in skipped and position <= tier:
            state = "pass"
        elif position < tier or (closed and position == tier):
            state = "done"
        elif position == tier:
            state = "now"
        else:
            state = "ahead"
        steps.append(Step(word, state, notes[state]))
    return steps
