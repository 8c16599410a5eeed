"""How one appeal of the demonstration goes on: who acts next, when, in which words, by the product's own actions."""

import datetime
from dataclasses import dataclass, field
from random import Random
from typing import Any

from appeals import chain, permissions
from appeals.actions import driving, filing, handling, replying
from appeals.models import Appeal, Finding
from appeals.reads import Reads
from demo import library
from demo.clockwork import Clockwork
from portal.calendar import beijing_day, end_of
from portal.models import Organisation, Post, Role, User

HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
WITH_REMEDY = (Finding.UPHELD, Finding.PARTLY, Finding.SETTLED)
# the share of takings and answers that a tier misses, so that the portal passes the appeal up by itself
LATE = {chain.CONTACT: 0.09, chain.BRANCH: 0.04, chain.COMMITTEE: 0.0}
CLIMBS = {chain.CONTACT: 0.2, chain.BRANCH: 0.1, chain.COMMITTEE: 0.0}


@dataclass
class Course:
    """One appeal from its filing on. Each step looks at the case as it is then: the portal may have moved it."""

    kind: str
    filing: filing.Filing
    by: User
    slots: library.Slots
    clock: Clockwork
    liaisons: dict[int, Post]
    volunteer: Post | None = None
    appeal_id: int = 0
    asked: set[int] = field(default_factory=set)

    @property
    def random(self) -> Random:
        return self.clock.random

    @property
    def texts(self) -> dict[str, Any]:
        return library.kind(self.kind)

    def say(self, options: list[str]) -> str:
        return library.told(self.random.choice(options), self.slots, self.random)

    def appeal(self) -> Appeal:
        related = ("handler__person", "handler__organisation", "handling_org", "place__parent", "filer")
        return Appeal.objects.select_related(*related).get(pk=self.appeal_id)

    def file(self, now: datetime.datetime) -> None:
        appeal = filing.file(self.filing, by=self.by, now=now, volunteer=self.volunteer)
        self.appeal_id = appeal.pk
        self.wait_for_taking(appeal, now)
        if self.random.random() < 0.04:
            self.clock.at(self.clock.awake(now + HOUR * self.random.uniform(3, 90)), self.withdraw)
        if self.random.random() < 0.12:
            self.clock.at(self.clock.awake(now + HOUR * self.random.uniform(1, 30)), self.add)

    # -- the tier --------------------------------------------------------------------------------------------------

    def wait_for_taking(self, appeal: Appeal, now: datetime.datetime) -> None:
        assert appeal.due_at is not None
        if self.random.random() < LATE[appeal.tier]:
            self.clock.at(appeal.due_at + 3 * HOUR, self.look_again)
            return
        hours = 0.6 if appeal.is_urgent else 3 if appeal.tier == chain.CONTACT else 7
        is_office = appeal.tier != chain.CONTACT and not appeal.is_urgent
        self.clock.at(self.clock.before(appeal.due_at, after=now, hours=hours, office=is_office), self.take)

    def look_again(self, now: datetime.datetime) -> None:
        """The portal passed it up meanwhile, or the rest of a question is over: whoever has it now goes on."""
        appeal = self.appeal()
        if appeal.status == chain.WAITING:
            self.wait_for_taking(appeal, now)
        elif appeal.status == chain.IN_HAND:
            self.plan_handling(appeal, now)

    def take(self, now: datetime.datetime) -> None:
        appeal = self.appeal()
        if appeal.status != chain.WAITING:
            return
        able = permissions.who_may_act(appeal, appeal.handling_org, appeal.tier, Reads(now))
        self.random.shuffle(able)
        taker = next((post for post in able if permissions.may_handle(post, appeal, now)), None)
        if taker is None:
            assert appeal.due_at is not None
            self.clock.at(appeal.due_at + 3 * HOUR, self.look_again)
            return
        self.plan_handling(handling.take(appeal.pk, by=taker, now=now), now)

    def plan_handling(self, appeal: Appeal, now: datetime.datetime) -> None:
        """A question to the driver, one to the company, then the decision: each in time, or too late on purpose."""
        assert appeal.due_at is not None
        leg = appeal.legs.count()
        is_office = appeal.tier != chain.CONTACT
        if leg not in self.asked and self.random.random() < 0.28 and not appeal.is_urgent:
            self.clock.at(self.clock.before(appeal.due_at, after=now, hours=4, office=is_office), self.ask)
            return
        if self.texts["to_company"] and self.random.random() < (0.3 if appeal.tier == chain.CONTACT else 0.7):
            self.clock.at(self.clock.before(appeal.due_at, after=now, hours=2, office=is_office), self.hear_company)
        if self.random.random() < LATE[appeal.tier]:
            self.clock.at(appeal.due_at + 3 * HOUR, self.look_again)
            return
        hours = {chain.CONTACT: 26, chain.BRANCH: 52, chain.COMMITTEE: 150}[appeal.tier]
        self.clock.at(self.clock.before(appeal.due_at, after=now, hours=hours, office=is_office), self.decide)

    def ask(self, now: datetime.datetime) -> None:
        appeal = self.appeal()
        if appeal.status != chain.IN_HAND or appeal.handler is None:
            return
        self.asked.add(appeal.legs.count())
        appeal = handling.ask(appeal.pk, by=appeal.handler, question=self.say(self.texts["asks"]), now=now)
        assert appeal.due_at is not None
        if self.random.random() < 0.2:
            self.clock.at(appeal.due_at + 2 * HOUR, self.look_again)
        else:
            self.clock.at(self.clock.awake(now + HOUR * self.random.uniform(2, 60)), self.reply)

    def reply(self, now: datetime.datetime) -> None:
        if self.appeal().status == chain.ASKED:
            words = self.say(self.texts["replies"])
            self.plan_handling(driving.reply(self.appeal_id, by=self.by, words=words, now=now), now)

    def hear_company(self, now: datetime.datetime) -> None:
        appeal = self.appeal()
        company = self.filing.about
        waits = appeal.hearings.filter(replied_at=None, silent_at=None).exists()
        if appeal.status != chain.IN_HAND or appeal.handler is None or company is None or waits:
            return
        if appeal.respondent_kind != "company":
            return
        question = self.say(self.texts["to_company"])
        handling.hear_platform(appeal.pk, by=appeal.handler, question=question, now=now)
        if company.pk in self.liaisons and self.random.random() < 0.78:
            moment = self.clock.in_office(now + HOUR * self.random.uniform(6, 80))
            self.clock.at(moment, self.company_replies)

    def company_replies(self, now: datetime.datetime) -> None:
        hearing = self.appeal().hearings.filter(replied_at=None).order_by("asked_at").first()
        if hearing is not None:
            text = self.random.choice(self.texts["company_replies"])
            told = {key: library.told(words, self.slots, self.random) for key, words in text.items()}
            liaison = self.liaisons[hearing.company_id]
            replying.platform_reply(
                hearing.pk, by=liaison, facts_given=told["facts"], rule_given=told["rule"], offer=told["offer"], now=now
            )

    def decide(self, now: datetime.datetime) -> None:
        appeal = self.appeal()
        if appeal.status != chain.IN_HAND or appeal.handler is None:
            return
        handler = appeal.handler
        if not permissions.may_handle(handler, appeal, now):
            assert appeal.due_at is not None
            self.clock.at(appeal.due_at + 3 * HOUR, self.look_again)
            return
        climbs = self.random.random() < CLIMBS[appeal.tier] and appeal.tier < chain.COMMITTEE
        goes_out = 0.5 if self.kind == "traffic_fine" else 0.12 if self.kind == "parking" else 0.03
        if climbs:
            reason = self.say(self.texts["escalate"])
            self.wait_for_taking(handling.escalate(appeal.pk, by=handler, reason=reason, now=now), now)
        elif self.random.random() < goes_out:
            target, note = self.texts["transfer"]["target"], self.say(self.texts["transfer"]["notes"])
            handling.transfer(appeal.pk, by=handler, target=target, note=note, now=now)
        else:
            self.answer(handler, now)

    def answer(self, handler: Post, now: datetime.datetime, finding: str = "") -> None:
        shares = {"upheld": 30, "partly": 25, "not_upheld": 27, "settled": 18}
        drawn = finding or self.random.choices(list(shares), list(shares.values()))[0]
        promise = self.clock.calendar.first_working(beijing_day(now) + DAY * self.random.randrange(3, 15))
        self.slots["promise"] = f"{promise.month}月{promise.day}日"
        text = self.random.choice(self.texts[drawn])
        appeal = handling.answer(
            self.appeal_id,
            by=handler,
            finding=drawn,
            reasons=library.told(text["reasons"], self.slots, self.random),
            remedy=library.told(text.get("remedy", ""), self.slots, self.random),
            carry_out_date=promise if drawn in WITH_REMEDY else None,
            now=now,
        )
        self.plan_after_answer(appeal, drawn, promise, now)

    # -- after the answer ------------------------------------------------------------------------------------------

    def plan_after_answer(self, appeal: Appeal, finding: str, promise: datetime.date, now: datetime.datetime) -> None:
        later = self.clock.awake(now + HOUR * self.random.uniform(1, 200))
        drawn = self.random.random()
        is_owed = finding in WITH_REMEDY
        dissatisfied = 0.45 if finding == Finding.NOT_UPHELD else 0.16 if finding == Finding.PARTLY else 0.04
        is_kept = self.random.random() < 0.82
        if appeal.tier < chain.COMMITTEE and drawn < dissatisfied:
            self.clock.at(later, self.go_on)
        elif drawn < 0.8:
            self.clock.at(later, self.accept)
        if is_owed and is_kept:
            due_at = end_of(promise)
            moment = self.clock.before(due_at, after=now, hours=90, office=True)
            self.clock.at(moment, self.carry_out)
        elif is_owed and self.random.random() < 0.6:
            self.clock.at(self.clock.awake(end_of(promise) + HOUR * self.random.uniform(9, 40)), self.not_carried_out)

    def accept(self, now: datetime.datetime) -> None:
        appeal = self.appeal()
        if appeal.status == chain.ANSWERED and appeal.accepted_at is None:
            driving.accept(appeal.pk, by=self.by, now=now)
            if self.random.random() < 0.6:
                self.rate(now)

    def rate(self, now: datetime.datetime) -> None:
        given = self.appeal().answers.order_by("-at").first()
        if given is None or given.rating is not None:
            return
        weights = (14, 10, 16, 26, 34) if given.finding == Finding.NOT_UPHELD else (2, 4, 12, 34, 48)
        stars = self.random.choices((1, 2, 3, 4, 5), weights)[0]
        words = self.say(library.common()["ratings"][str(stars)]) if self.random.random() < 0.7 else ""
        driving.rate(self.appeal_id, by=self.by, stars=stars, words=words, now=now)

    def go_on(self, now: datetime.datetime) -> None:
        appeal = self.appeal()
        if appeal.status == chain.ANSWERED and appeal.accepted_at is None and appeal.tier < chain.COMMITTEE:
            reason = self.say(self.texts["go_on"])
            self.wait_for_taking(driving.go_on(appeal.pk, by=self.by, reason=reason, now=now), now)

    def carry_out(self, now: datetime.datetime) -> None:
        appeal = self.appeal()
        given = appeal.answers.order_by("-at").first()
        if appeal.status != chain.ANSWERED or given is None or not given.is_owed or appeal.handler is None:
            return
        if permissions.may_handle(appeal.handler, appeal, now):
            note = self.say(library.common()["carried_out"])
            handling.carry_out(appeal.pk, by=appeal.handler, note=note, now=now)

    def not_carried_out(self, now: datetime.datetime) -> None:
        appeal = self.appeal()
        given = appeal.answers.order_by("-at").first()
        if appeal.status == chain.ANSWERED and given is not None and given.is_owed:
            reason = self.say(library.common()["not_carried_out"])
            self.wait_for_taking(driving.not_carried_out(appeal.pk, by=self.by, reason=reason, now=now), now)

    # -- the driver in between ---------------------------------------------------------------------------------------

    def add(self, now: datetime.datetime) -> None:
        if self.appeal().status in (chain.WAITING, chain.IN_HAND):
            driving.add(self.appeal_id, by=self.by, words=self.say(self.texts["added"]), now=now)

    def withdraw(self, now: datetime.datetime) -> None:
        if self.appeal().status in chain.OPEN:
            driving.withdraw(self.appeal_id, by=self.by, reason=self.say(library.common()["withdraw"]), now=now)
            if self.random.random() < 0.2:
                self.clock.at(self.clock.awake(now + DAY * self.random.uniform(1, 9)), self.come_back)

    def come_back(self, now: datetime.datetime) -> None:
        if self.appeal().status == chain.WITHDRAWN:
            appeal = driving.come_back(self.appeal_id, by=self.by, now=now)
            self.clock.at(now + HOUR, self.look_again)
            assert appeal.is_open


def liaisons_of(companies: list[Organisation]) -> dict[int, Post]:
    """Who answers for which company."""
    posts = Post.objects.filter(role=Role.LIAISON, organisation__in=companies, until_date=None)
    return {post.organisation_id: post for post in posts.select_related("person", "organisation")}
