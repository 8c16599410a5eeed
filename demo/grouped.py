"""One group appeal of the demonstration: eight drivers and one rule of 蜀程出行, from the suggestion to the answer."""

import datetime
import json
from pathlib import Path
from typing import Any

from django.db.models import Max

from appeals import grouping, hearings
from appeals.actions import filing, gathering, handling, hearing, joining, replying
from appeals.models import Appeal, Category, Finding, Group, GroupMember, Hearing, Identity, RespondentKind
from demo.answering import KNOWN_BRANCH
from demo.lines import FOUNDED_AT
from drivers.models import Driver
from portal import events
from portal.calendar import beijing_day
from portal.models import Event, Organisation, Post, Role, User
from portal.models.people import phone_hash

TOLD: dict[str, Any] = json.loads(Path(__file__).with_name("grouped.json").read_text(encoding="utf-8"))
CASES = len(TOLD["cases"])
HOUR = datetime.timedelta(hours=1)
# from the group to today: hours, or less where the cases went on until yesterday evening
STEPS = 26
PROMISED = datetime.timedelta(days=11)


def tell(now: datetime.datetime) -> None:
    """Eight file within a day; six join, one goes on alone, one leaves again; two take the lead's answer."""
    branch = Organisation.objects.select_related("place").get(name=KNOWN_BRANCH, is_demo=True)
    company = Organisation.objects.get(name="蜀程出行", is_demo=True)
    secretary, contact = _post(branch, Role.SECRETARY), _post(branch, Role.CONTACT)
    cases = [
        _file(driver, company, told, now - HOUR * (46 - 2 * number), contact)
        for number, (driver, told) in enumerate(zip(_drivers(branch), TOLD["cases"], strict=True))
    ]
    begin = _begin(company, secretary, now)
    step = (now - begin) / STEPS
    members = _gather(cases, company, secretary, begin, step)
    group = members[0].group
    _ask(group, _post(company, Role.LIAISON), secretary, now, step)
    _answer(group, members, secretary, now, step)


def _begin(company: Organisation, secretary: Post, now: datetime.datetime) -> datetime.datetime:
    """A day ago, and after all that the log already says of the cases that are asked along."""
    cause = next(one.cause for one in grouping.candidates(secretary, now) if one.cause.company == company)
    subjects = [events.subject_of(one) for one in grouping.loose_cases(secretary, cause, now)]
    last: datetime.datetime = Event.objects.filter(subject__in=subjects).aggregate(last=Max("at"))["last"]
    return max(now - HOUR * STEPS, last)


def _post(organisation: Organisation, role: str) -> Post:
    found = Post.objects.filter(organisation=organisation, role=role, until_date=None).select_related("person")
    return found.order_by("pk")[0]


def _drivers(branch: Organisation) -> list[Driver]:
    """Drivers of the branch's districts, each with an account of his own."""
    holders = Post.objects.values("person")
    rows = Driver.objects.filter(branch=branch, is_demo=True).exclude(person__in=holders).exclude(name="周建平")
    found = list(rows.select_related("place__parent", "person").order_by("pk")[:CASES])
    for driver in found:
        if driver.person is None:
            person = User(name=driver.name, phone=driver.phone, phone_hash=phone_hash(driver.phone),
                          joined_at=FOUNDED_AT, is_demo=True)  # fmt: skip
            person.set_unusable_password()
            person.save()
            driver.person = person
            driver.save(update_fields=["person"])
    return found


def _file(driver: Driver, company: Organisation, told: list[Any], at: datetime.datetime, contact: Post) -> Appeal:
    title, story, fen = told
    assert driver.person is not None
    what = filing.Filing(
        title=title,
        story=story,
        category=Category.DISPATCH,
        happened_date=beijing_day(at) - datetime.timedelta(days=3),
        place=driver.place.city,
        district=driver.place,
        identity=Identity.NAMED,
        respondent_kind=RespondentKind.COMPANY,
        about=company,
        amount_fen=fen,
    )
    appeal = filing.file(what, by=driver.person, now=at)
    # his own contact where he has one, else any of the branch
    meant = appeal.legs.get().designated or contact
    return handling.take(appeal.pk, by=meant, now=at + HOUR)


def _gather(
    cases: list[Appeal], company: Organisation, secretary: Post, at: datetime.datetime, step: datetime.timedelta
) -> list[GroupMember]:
    own = {case.pk for case in cases}
    found = next(one for one in grouping.candidates(secretary, at) if one.cause.company == company)
    group = gathering.make_group(found.cause.key, by=secretary, now=at)
    rows = group.members.filter(appeal__in=own).select_related("group", "appeal__filer").order_by("appeal_id")
    members = list(rows)
    for number, member in enumerate(members[:-1]):
        joining.join(member.pk, by=member.appeal.filer, now=at + step * (1 + number % 3))
    joining.decline(members[-1].pk, by=members[-1].appeal.filer, now=at + step)
    joining.leave(members[-2].pk, by=members[-2].appeal.filer, now=at + 5 * step)
    gathering.choose_lead(group.pk, by=secretary, case=members[0].appeal.code, now=at + 5 * step)
    return members


def _ask(group: Group, liaison: Post, secretary: Post, now: datetime.datetime, step: datetime.timedelta) -> None:
    first = beijing_day(now) - datetime.timedelta(days=30)
    about = hearing.About(
        rule_version=group.rule_version,
        from_date=first,
        until_date=beijing_day(now),
        fact_kinds=("allocation", "score", "notice"),
    )
    gathering.ask_company(group.pk, by=secretary, question=TOLD["question"], about=about, now=now - 20 * step)
    asked = Hearing.objects.get(group=group)
    replying.platform_reply(
        asked.pk,
        by=liaison,
        facts_given=TOLD["facts"],
        rule_given=hearings.version_words(group.rule_version),
        offer=TOLD["offer"],
        contact=TOLD["contact"],
        figures=replying.Figures(rule_version=group.rule_version, stance="partly"),
        now=now - 9 * step,
    )


def _answer(
    group: Group, members: list[GroupMember], secretary: Post, now: datetime.datetime, step: datetime.timedelta
) -> None:
    lead = Appeal.objects.select_related("handler").get(pk=members[0].appeal_id)
    assert lead.handler is not None
    handling.answer(
        lead.pk,
        by=lead.handler,
        finding=Finding.PARTLY,
        reasons=TOLD["reasons"],
        remedy=TOLD["remedy"],
        carry_out_date=beijing_day(now) + PROMISED,
        now=now - 7 * step,
    )
    gathering.offer_answer(group.pk, by=secretary, reasons=TOLD["reasons"], remedy=TOLD["remedy"], now=now - 6 * step)
    for member in members[1:3]:
        joining.take_answer(member.pk, by=member.appeal.filer, now=now - 4 * step)
    joining.keep_own(members[3].pk, by=members[3].appeal.filer, now=now - 3 * step)
