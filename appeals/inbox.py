"""The desk's list: which cases wait for whom. A chip's count and its rows are one condition: never two truths."""

import datetime
import unicodedata
from dataclasses import dataclass, field

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, DateField, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from appeals import chain, permissions, standing
from appeals.models import Answer, Appeal, Category, DutyPost, Hearing, Identity, Leg, RespondentKind
from appeals.reads import TIER_ROLES
from portal import codes
from portal.calendar import WorkCalendar, beijing_day
from portal.models import CalendarNotice, Post
from portal.wording import Due, due_state, urgent_due

PAGE_ROWS = 25
TODO, DRIVER, COMPANY, ANSWERED, ALL = "todo", "driver", "company", "answered", "all"
CHIPS = {
    TODO: pgettext_lazy("desk list", "For me to do"),
    DRIVER: pgettext_lazy("desk list", "Waits on the driver"),
    COMPANY: pgettext_lazy("desk list", "Waits on the company"),
    ANSWERED: pgettext_lazy("desk list", "Answered, to be carried out"),
    ALL: pgettext_lazy("desk list", "All"),
}
BY_DUE, BY_ENTRY = "due", "entry"
SORTS = {
    BY_DUE: pgettext_lazy("desk list", "Soonest due first"),
    BY_ENTRY: pgettext_lazy("desk list", "Newest here first"),
}


@dataclass(frozen=True)
class Wanted:
    """What the reader asked the list for; anything unknown falls back to what it shows by itself."""

    show: str = TODO
    words: str = ""
    category: str = ""
    sort: str = BY_DUE
    page: str = "1"

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.category)

    @classmethod
    def of(cls, asked: dict[str, str]) -> "Wanted":
        show, category, sort = asked.get("show", ""), asked.get("category", ""), asked.get("sort", "")
        return cls(
            show=show if show in CHIPS else TODO,
            words=unicodedata.normalize("NFKC", asked.get("q", "")).strip()[:60],
            category=category if category in Category.values else "",
            sort=sort if sort in SORTS else BY_DUE,
            page=asked.get("page", "1"),
        )


@dataclass(frozen=True)
class Row:
    """One case as the list shows it."""

    appeal: Appeal
    title: str
    name: str
    company: str
    due: Due | None
    entered_at: datetime.datetime
    who: str


@dataclass(frozen=True)
class Inbox:
    """A page of the list, the count behind every chip, and how the desk stands as a whole."""

    rows: list[Row]
    page: "Page[Appeal]"
    counts: dict[str, int]
    desk: dict[str, int] = field(default_factory=dict)


def cases(post: Post | None, now: datetime.datetime) -> QuerySet[Appeal]:
    """What the post may see, each with the day by which its last answer's remedy is owed, if one is."""
    owed = Case(When(carried_out_at=None, then="carry_out_date"), output_field=DateField())
    last = Answer.objects.filter(appeal=OuterRef("pk")).order_by("-at", "-pk").annotate(owed=owed)
    promised = Case(When(status=chain.ANSWERED, then=Subquery(last.values("owed")[:1])), output_field=DateField())
    rows: QuerySet[Appeal] = permissions.visible_appeals(post, beijing_day(now)).annotate(promised_date=promised)
    return rows


def at_my_desk(post: Post, now: datetime.datetime) -> Q:
    """The cases at which this post acts today: those of its own desk, of whom it stands in for, and of its duty."""
    day = beijing_day(now)
    absent = [other for other in post.deputises.live(day) if other.is_on_leave(day)]
    desk = Q(pk__in=[])
    for acting in absent if post.is_on_leave(day) else [post, *absent]:
        for tier, roles in TIER_ROLES.items():
            if acting.role in roles:
                desk |= _desk_of(acting, tier)
    held = Q(handler__person=post.person_id) | Q(handed_on_by__contains=[post.person_id])
    below = Leg.objects.filter(held, appeal=OuterRef("pk"), tier__lt=OuterRef("tier"))
    on_duty = DutyPost.objects.filter(post=post, from_at__lte=now, until_at__gt=now)
    return (desk & ~Q(Exists(below))) | Q(is_urgent=True, place__in=on_duty.values("place"))


def _desk_of(acting: Post, tier: int) -> Q:
    here = Q(handling_org=acting.organisation_id, tier=tier)
    if tier != chain.CONTACT:
        return here
    meant = Leg.objects.filter(Q(designated=acting) | Q(designated=None), appeal=OuterRef("pk"), left_at=None)
    return here & (Q(handler=acting) | Q(Exists(meant), handler=None))


def conditions(post: Post, now: datetime.datetime) -> dict[str, Q]:
    """Chip -> the condition that its count and its rows share."""
    mine = at_my_desk(post, now)
    asked = Hearing.objects.filter(appeal=OuterRef("pk"), replied_at=None)
    promised_by_now = Q(status=chain.ANSWERED, promised_date__lte=beijing_day(now))
    return {
        TODO: mine & (Q(status__in=(chain.WAITING, chain.IN_HAND)) | promised_by_now),
        DRIVER: mine & Q(status=chain.ASKED),
        COMPANY: mine & Q(Exists(asked), status=chain.IN_HAND),
        ANSWERED: mine & Q(status=chain.ANSWERED),
        ALL: Q(),
    }


def todo_count(post: Post, now: datetime.datetime) -> int:
    return cases(post, now).filter(conditions(post, now)[TODO]).count()


def read(post: Post, wanted: Wanted, now: datetime.datetime, *, rows_a_page: int = PAGE_ROWS) -> Inbox:
    """The list as wanted, in a constant number of queries however long it is."""
    today = beijing_day(now)
    parts = conditions(post, now)
    seen = cases(post, now)
    mine_open = parts[DRIVER] | (parts[TODO] & ~Q(status=chain.ANSWERED))
    desk = seen.aggregate(
        **{chip: Count("pk", filter=part) for chip, part in parts.items() if chip != ALL},
        all=Count("pk"),
        in_hand=Count("pk", filter=mine_open),
        today=Count("pk", filter=mine_open & Q(due_date=today) & ~Q(status=chain.ASKED)),
        owed=Count("pk", filter=parts[TODO] & Q(promised_date__lt=today)),
    )
    found = _narrowed(seen, wanted)
    counts = {chip: desk[chip] for chip in CHIPS}
    if wanted.is_narrowed:
        counts = found.aggregate(
            **{chip: Count("pk", filter=part) for chip, part in parts.items() if chip != ALL}, all=Count("pk")
        )
    paginator = Paginator(_shown(found.filter(parts[wanted.show]), wanted, today), rows_a_page)
    paginator.count = counts[wanted.show]  # the chip's own count: one query less, and never two truths
    page = paginator.get_page(wanted.page)
    calendar = CalendarNotice.objects.calendar()
    rows = [row_of(appeal, post, now, calendar, by_company=wanted.show == COMPANY) for appeal in page]
    return Inbox(rows, page, counts, desk)


def _narrowed(rows: QuerySet[Appeal], wanted: Wanted) -> QuerySet[Appeal]:
    if wanted.category:
        rows = rows.filter(category=wanted.category)
    if not wanted.words:
        return rows
    number = codes.tidy_case_number(wanted.words)
    if number:
        return rows.filter(number=number)
    return rows.filter(
        Q(number__contains=wanted.words.upper())
        | Q(title__icontains=wanted.words)
        | Q(respondent_at_event__name__icontains=wanted.words)
        | Q(respondent_at_event__short_name__icontains=wanted.words)
    )


def _shown(rows: QuerySet[Appeal], wanted: Wanted, today: datetime.date) -> QuerySet[Appeal]:
    """Urgent cases that nobody has taken and broken promises come first, then whatever is due soonest."""
    last = Leg.objects.filter(appeal=OuterRef("pk")).order_by("-number")
    asked = Hearing.objects.filter(appeal=OuterRef("pk"), replied_at=None).order_by("-asked_at")
    rows = rows.annotate(
        entered_at=Subquery(last.values("entered_at")[:1]),
        company_due_date=Subquery(asked.values("due_date")[:1]),
        rank=Case(
            When(is_urgent=True, status=chain.WAITING, then=Value(0)),
            When(promised_date__lt=today, then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        ),
        soonest=Coalesce("promised_date", "due_date"),
    )
    rows = rows.select_related("filer", "respondent_at_event", "handling_org", "handler__person", "place")
    rows = rows.defer("secret", "order_number", "filer__phone", "handler__person__phone")
    if wanted.sort == BY_ENTRY:
        return rows.order_by("-entered_at", "-pk")
    clock = "company_due_date" if wanted.show == COMPANY else "soonest"
    # cases without any clock, such as closed ones, come last: NULL sorts after every date
    return rows.order_by("rank", clock, "due_at", "-moved_at", "pk")


def row_of(
    appeal: Appeal, post: Post, now: datetime.datetime, calendar: WorkCalendar, *, by_company: bool = False
) -> Row:
    due = clock_of(appeal, now=now, calendar=calendar, promised_date=appeal.promised_date)  # type: ignore[attr-defined]
    if by_company:
        due = company_clock(appeal.company_due_date, now=now, calendar=calendar)  # type: ignore[attr-defined]
    handler = appeal.handler
    return Row(
        appeal=appeal,
        title=standing.title_of(appeal),
        name=name_of(appeal),
        company=respondent_words(appeal),
        due=due,
        entered_at=appeal.entered_at,  # type: ignore[attr-defined]
        who=_who(appeal, post) if handler is None or handler.pk != post.pk else "",
    )


def _who(appeal: Appeal, post: Post) -> str:
    """Who has it, where that is not the reader himself."""
    if appeal.handling_org_id != post.organisation_id:
        return appeal.handling_org.short_name
    return appeal.handler.person.name if appeal.handler and appeal.status in chain.OPEN else ""


def name_of(appeal: Appeal) -> str:
    """周** , or 化名 014 for a sealed case."""
    name = permissions.shown_name(appeal)
    if appeal.identity != Identity.SEALED:
        return name
    return pgettext("name of a sealed case", "Alias %(number)s") % {"number": name}


def respondent_words(appeal: Appeal) -> str:
    """Whom the appeal is about: the organisation's short name, else the kind; empty for nobody in particular."""
    if appeal.respondent_at_event:
        return appeal.respondent_at_event.short_name
    return "" if appeal.respondent_kind == RespondentKind.NONE else str(appeal.get_respondent_kind_display())


def clock_of(
    appeal: Appeal, *, now: datetime.datetime, calendar: WorkCalendar, promised_date: datetime.date | None = None
) -> Due | None:
    """The one clock that now counts for a case; none once nothing is owed."""
    today = beijing_day(now)
    if appeal.status == chain.ANSWERED and promised_date:
        left = calendar.working_days_left(today, promised_date)
        return due_state(promised_date, today=today, days_left=left, clock="carry_out")
    if not appeal.is_open or appeal.due_date is None or appeal.due_at is None:
        return None
    if appeal.status == chain.ASKED:
        return due_state(appeal.due_date, today=today, resting=True)
    if appeal.is_urgent and appeal.status == chain.WAITING:
        return urgent_due(appeal.due_at, now=now)
    left = calendar.working_days_left(today, appeal.due_date)
    return due_state(appeal.due_date, today=today, days_left=left, provisional=appeal.is_provisional)


def company_clock(day: datetime.date | None, *, now: datetime.datetime, calendar: WorkCalendar) -> Due | None:
    """A company's clock: silence stays overdue in place, and the decision does not wait for it."""
    today = beijing_day(now)
    if day is None:
        return None
    return due_state(day, today=today, days_left=calendar.working_days_left(today, day), clock="platform")


def empty_words(wanted: Wanted) -> tuple[str, str]:
    """One bold fact, and what will happen, for a list without rows."""
    if wanted.is_narrowed:
        return _("No appeal fits"), ""
    return {
        TODO: (_("Nothing waits for you"), _("New appeals come here by themselves, with the day they are due.")),
        DRIVER: (_("No driver has been asked"), _("A case that waits on the driver's answer stands here.")),
        COMPANY: (_("No company has been asked"), _("A case that waits on a company's reply stands here.")),
        ANSWERED: (_("Nothing has been answered"), _("Answered cases stand here until they are closed.")),
        ALL: (_("No appeal has come here yet"), _("New appeals come here by themselves, with the day they are due.")),
    }[wanted.show]
