"""What templates may say about the look: icons, chain, due dates, and the filters over portal.wording."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Paginator
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal import wording
from portal.calendar import beijing
from portal.once import new_key

register = template.Library()

WIDGETS = {
    "radioselect": "tiles",
    "checkboxselectmultiple": "ticks",
    "checkbox": "tick",
    "select": "select",
    "nullbooleanselect": "select",
    "textarea": "area",
    "clearablefile": "file",
    "file": "file",
}


def _today(given: date | None) -> date:
    return given or wording.day_of(timezone.now())


# -- tags -------------------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """{% icon "aid" %}, {% icon "right" "s" %}: always beside words, so hidden from screen readers."""
    css = f"i i-{size}" if size else "i"
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', css, static("icons.svg"), name)


@register.inclusion_tag("parts/chain.html")
def chain(
    tier: int, second: str = "branch", *, closed: bool = False, passed_over: list[int] | tuple[int, ...] = ()
) -> dict[str, Any]:
    """{% chain appeal.tier %}: the four tiers; second="enterprise" names the enterprise organisation."""
    return {"steps": wording.chain_steps(tier, second=second, closed=closed, passed_over=passed_over)}


@register.simple_tag
def due_of(
    due_date: date | None,
    *,
    today: date | None = None,
    days_left: int | None = None,
    resting: bool = False,
    done: bool = False,
    provisional: bool = False,
    clock: str = "answer",
) -> wording.Due | None:
    """{% due_of appeal.due_date days_left=left resting=appeal.is_resting as due %}, then parts/due.html."""
    return wording.due_state(
        due_date,
        today=_today(today),
        days_left=days_left,
        resting=resting,
        done=done,
        provisional=provisional,
        clock=clock,
    )


@register.simple_tag
def urgent_due_of(due_at: datetime, *, now: datetime | None = None) -> wording.Due:
    return wording.urgent_due(due_at, now=now or timezone.now())


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: object) -> str:
    """The page's own address with some parameters changed: filters keep each other, a new filter starts at page 1."""
    parameters = context["request"].GET.copy()
    if "page" not in changes:
        parameters.pop("page", None)
    for name, value in changes.items():
        if value in (None, ""):
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return "?" + parameters.urlencode()


# -- filters ----------------------------------------------------------------------------------------------------------


@register.filter
def driver_date(day: date | datetime | None, today: date | None = None) -> str:
    return wording.driver_date(wording.day_of(day), today=_today(today)) if day else ""


@register.filter
def day_date(day: date | datetime | None, today: date | None = None) -> str:
    return wording.day_date(wording.day_of(day), today=_today(today)) if day else ""


@register.filter
def day_and_weekday(day: date | datetime | None, today: date | None = None) -> str:
    return wording.day_and_weekday(wording.day_of(day), today=_today(today)) if day else ""


@register.filter
def staff_date(day: date | datetime | None, today: date | None = None) -> str:
    return wording.staff_date(wording.day_of(day), today=_today(today)) if day else ""


@register.filter
def staff_time(moment: datetime | None, today: date | None = None) -> str:
    return wording.staff_time(moment, today=_today(today)) if moment else ""


@register.filter
def day_words(moment: datetime | None, today: date | None = None) -> str:
    return wording.day_words(moment, today=_today(today)) if moment else ""


@register.filter
def iso(moment: datetime | date | None) -> str:
    """For <time datetime>: Beijing time with its offset."""
    if moment is None:
        return ""
    return beijing(moment).isoformat(timespec="minutes") if isinstance(moment, datetime) else moment.isoformat()


@register.filter
def money(fen: int | None) -> str:
    return "" if fen is None else wording.money(fen)


@register.filter
def money_exact(fen: int | None) -> str:
    """One table column, one precision."""
    return "" if fen is None else wording.money(fen, exact=True)


@register.filter
def number(value: int | None) -> str:
    return "" if value is None else wording.number(value)


@register.filter
def percent(share: float | None, places: int = 1) -> str:
    return "" if share is None else wording.percent(share, places)


@register.filter
def count_words(count: int | None) -> str:
    return "" if count is None else wording.count_words(count)


@register.filter
def dot_count(count: int) -> str:
    return wording.dot_count(count)


@register.filter
def mask_name(name: str | None) -> str:
    return wording.mask_name(name or "")


@register.filter
def mask_phone(phone: str | None) -> str:
    return wording.mask_phone(phone or "")


@register.filter
def listed(words: list[object]) -> str:
    return wording.listed(words)


@register.filter
def first_letter(name: str | None) -> str:
    """The character a face shows."""
    return (name or "").strip()[:1]


@register.filter
def up_to(count: int) -> range:
    """1, 2 ... count."""
    return range(1, int(count) + 1)


@register.filter
def pages_near(paginator: "Paginator[Any]", number: int) -> list[int]:
    """Page numbers to offer: first, last, two around the current one; 0 stands for a gap."""
    near = sorted({1, paginator.num_pages, *range(max(1, number - 1), min(paginator.num_pages, number + 1) + 1)})
    shown: list[int] = []
    for page in near:
        if shown and page > shown[-1] + 1:
            shown.append(0)
        shown.append(page)
    return shown


@register.filter
def once_key(field: Any) -> str:
    """The idempotency key of a form: the one it came with, else a fresh one."""
    return field.value() or new_key()


@register.filter
def unpunctuated(label: str) -> str:
    """A question as a label: before a colon its question mark goes."""
    return str(label).rstrip("?？:： ")


@register.filter
def widget_kind(field: Any) -> str:
    """How parts/field.html draws a bound field: tiles, ticks, tick, select, day, file, area or text."""
    return getattr(field.field.widget, "look", "") or WIDGETS.get(field.widget_type, "text")


@register.filter
def counted(counts: Mapping[str, int], name: str) -> int:
    """How much waits behind a URL name, of `frame.counts`."""
    return counts.get(name, 0)
