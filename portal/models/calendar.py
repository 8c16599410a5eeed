from django.db import connections, models
from django.db.models import Count, Max

from portal.calendar import WorkCalendar
from portal.models.people import User

# Every transaction that computes a due date shares this lock, a load of a notice holds it alone: when the load has
# committed, no date computed with the calendar before it is still to be written, so the rooms' renewal misses none.
CALENDAR_LOCK = 7_203_114_903
_built: dict[tuple[int | None, int | None, int], WorkCalendar] = {}


class CalendarNoticeQuerySet(models.QuerySet["CalendarNotice"]):
    def calendar(self) -> WorkCalendar:
        """The calendar in force: one small query, and the table built again only where a notice changed it."""
        connection = connections[self.db]
        if connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [CALENDAR_LOCK])
        # a load replaces its year's rows, so the newest row and their number tell one table from another
        stamp = CalendarNotice.objects.using(self.db).aggregate(
            year=Max("year"), newest=Max("days__pk"), rows=Count("days")
        )
        key = (stamp["year"], stamp["newest"], stamp["rows"])
        calendar = _built.get(key)
        if calendar is None:
            days = CalendarDay.objects.using(self.db).values_list("date", "is_working")
            calendar = WorkCalendar(dict(days), last_year=stamp["year"] or 0)
            _built.clear()
            _built[key] = calendar
        return calendar

    def hold_calendar(self) -> None:
        """Wait for every due date now being computed, and let none begin until this transaction ends."""
        with connections[self.db].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CALENDAR_LOCK])


class CalendarNotice(models.Model):
    """A year's holiday notice of the State Council, as loaded: its number, the day it was published, who loaded it."""

    year = models.SmallIntegerField(unique=True)
    number = models.CharField(max_length=60)
    published_date = models.DateField()
    loaded_at = models.DateTimeField()
    loaded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = CalendarNoticeQuerySet.as_manager()


class CalendarDay(models.Model):
    """A day on which the notice departs from Monday-to-Friday: a holiday, or a weekend that is worked (调休)."""

    notice = models.ForeignKey(CalendarNotice, on_delete=models.CASCADE, related_name="days")
    date = models.DateField(unique=True)
    is_working = models.BooleanField()
    name = models.CharField(max_length=30)
