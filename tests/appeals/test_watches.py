"""The slot for the watch: attached once a window, shown as an interval to the driver, the handler and the committee."""

import datetime

import pytest

from appeals import watches
from appeals.actions.watching import attach_watch
from appeals.beside import Beside
from appeals.models import Appeal, Watch
from portal import events
from portal.actions import deliveries
from portal.errors import Refused
from portal.models import Event, Notice, OrganisationKind, SmsMessage
from tests import world
from tests.appeals.desk import Line, a_line, page, text

pytestmark = pytest.mark.django_db
FILED = world.at("2026-10-12 10:00")
FIRST, LAST = datetime.date(2026, 10, 12), datetime.date(2026, 11, 8)


@pytest.fixture
def line() -> Line:
    return a_line()


def attach(appeal: Appeal, **changes: object) -> Watch:
    given: dict[str, object] = {
        "low": -183, "high": -41, "measure": "orders_per_hour", "from_date": FIRST, "until_date": LAST,
        "by_source": "monitoring", "now": world.NOW,
    } | changes  # fmt: skip
    return attach_watch(appeal.pk, **given)  # type: ignore[arg-type]


def test_an_interval_is_attached_with_its_window(line: Line) -> None:
    appeal = line.appeal("in_hand", now=FILED)
    row = attach(appeal)
    event = Event.objects.get(subject=events.subject_of(appeal), kind="appeals.watch_attached")
    assert event.facts == {
        "measure": "orders_per_hour", "low": -183, "high": -41, "source": "monitoring",
        "from": "2026-10-12", "until": "2026-11-08",
    }  # fmt: skip
    assert (row.low, row.high, event.by) == (-183, -41, None)


def test_the_same_window_twice_is_one(line: Line) -> None:
    appeal = line.appeal("in_hand", now=FILED)
    assert attach(appeal) == attach(appeal, low=0, high=5)
    assert Event.objects.filter(kind="appeals.watch_attached").count() == 1


def test_the_newest_window_of_a_measure_is_shown_and_the_earlier_kept(line: Line) -> None:
    appeal = line.appeal("in_hand", now=FILED)
    attach(appeal)
    attach(appeal, until_date=datetime.date(2026, 11, 15), low=-60, high=0)
    attach(appeal, measure="deactivations", low=0, high=2)
    shown = watches.newest(appeal)
    assert [(one.row.low, one.row.high) for one in shown] == [(-60, 0), (0, 2)]
    assert Watch.objects.count() == 3
    assert "−6" in shown[0].interval


@pytest.mark.parametrize(
    "changes",
    [
        {"from_date": FIRST - datetime.timedelta(days=1)},
        {"until_date": LAST - datetime.timedelta(days=1)},
        {"until_date": datetime.date(2026, 11, 24)},
        {"low": 3, "high": 2},
        {"measure": "mood"},
    ],
    ids=["before filing", "27 days", "not over", "upside down", "unknown"],
)
def test_what_is_no_measured_window_is_refused(line: Line, changes: dict[str, object]) -> None:
    with pytest.raises(Refused):
        attach(line.appeal("in_hand", now=FILED), **changes)


def test_only_cases_against_platforms_are_watched(line: Line) -> None:
    leasing = world.an_organisation(OrganisationKind.LEASING, "锦程租赁", place=world.city())
    for about in (None, leasing):
        with pytest.raises(Refused):
            attach(line.appeal("in_hand", now=FILED, about=about))


def test_driver_handler_and_committee_see_it_and_nobody_else(line: Line) -> None:
    appeal = line.appeal("in_hand", now=FILED)
    attach(appeal)
    row = Appeal.objects.select_related("filer", "respondent_at_event").get(pk=appeal.pk)
    for post, sees in ((line.secretary, True), (line.committee, True), (line.province, True), (line.contact, False)):
        assert bool(Beside(row, post, world.NOW).watches) is sees
    for browser in (world.signed_in(line.driver), line.browser("secretary"), line.browser("committee")):
        name = "detail" if browser.session["_auth_user_id"] == str(line.driver.pk) else "case"
        assert "−18.3" in text(browser.get(page(name, appeal)))
    assert "−18.3" not in text(line.browser("contact").get(page("case", appeal)))


def test_it_is_told_in_the_portal_and_never_by_sms(line: Line) -> None:
    appeal = line.appeal("in_hand", now=FILED)
    attach(appeal)
    deliveries.sweep(now=world.NOW)
    told = Notice.objects.filter(kind="appeals.watch_attached")
    assert {notice.person for notice in told} == {line.driver, line.secretary.person}
    assert "18" not in "".join(notice.text for notice in told)
    assert not SmsMessage.objects.filter(event__kind="appeals.watch_attached").exists()
