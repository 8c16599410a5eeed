"""How one appeal of the demonstration goes on: who acts next, when, in which words, by the product's own actions."""

import datetime
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from django.core.exceptions import PermissionDenied

from appeals import chain, releases
from appeals.actions import driving, filing, handling, replying, ticking
from appeals.actions import hearing as hearings
from appeals.models import Appeal, Finding, Hearing
from demo import library, pictures
from demo.clockwork import TICK_AFTER, Act, Clockwork
from demo.staff import Staff
from portal.calendar import beijing_day, end_of
from portal.models import Post, Role, User

HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
WITH_REMEDY = (Finding.UPHELD, Finding.PARTLY, Finding.SETTLED)
# the share of takings and answers that a tier misses, so that the portal passes the appeal up by itself
LATE = {chain.CONTACT: 0.09, chain.BRANCH: 0.04, chain.COMMITTEE: 0.0}
CLIMBS = {chain.CONTACT: 0.16, chain.BRANCH: 0.1, chain.COMMITTEE: 0.0}


@dataclass
class Course:
    """One appeal from its filing on. Each step looks at the case as it is then: the portal may have moved it.

    `appeal` is what the last move handed back; every move and every tick replaces it.
    """

    kind: str
    filing: filing.Filing
    by: User
    slots: library.Slots
    clock: Clockwork
    staff: Staff
    volunteer: Post | None = None
    appeal: Appeal = field(default_factory=Appeal)
    has_asked: bool = False
    question: dict[str, str] = field(default_factory=dict)
    turn: int = 0

    @property
    def random(self) -> Random:
        return self.clock.random

    @property
    def texts(self) -> dict[str, Any]:
        return library.kind(self.kind)

    def fitting(self, part: str) -> list[Any]:
        return library.fitting(self.texts[part], f"{self.filing.title}{self.filing.story}")

    def say(self, options: list[Any]) -> str:
        return library.told(library.words_of(self.random.choice(options)), self.slots, self.random)

    @property
    def handler(self) -> Post:
        """Who has it; asked only while somebody has."""
        return self.staff.by_id[self.appeal.handler_id or 0]

    def plan(self, moment: datetime.datetime, act: Act) -> None:
        """An act of whoever has it now; nothing comes of it when the case has gone elsewhere meanwhile."""
        turn = self.turn
        self.clock.at(moment, lambda now: act(now) if turn == self.turn else None)

    def moved(self, appeal: Appeal) -> None:
        """A move was made: the portal will look again when the clock it set runs out."""
        self.appeal = appeal
        if appeal.tick_at is not None:
            self.clock.at(appeal.tick_at + TICK_AFTER, self.tick)

    def tick(self, now: datetime.datetime) -> None:
        """The portal's own move, if its moment is still the one that counts; whoever has the case then goes on."""
        tick_at = self.appeal.tick_at
        if tick_at is None or tick_at > now:
            return
        ticking.tick_batch(now=now, size=1, only=self.appeal.pk)
        self.moved(Appeal.objects.select_related("respondent_at_event").get(pk=self.appeal.pk))
        if self.appeal.status == chain.WAITING:
            self.wait_for_taking(now)
        elif self.appeal.status == chain.IN_HAND and self.appeal.tick_at is not None:
            self.plan_handling(now)

    def file(self, now: datetime.datetime) -> None:
        told = self.filing
        if pictures.belongs_to(told.story) and self.volunteer is None:
            day = told.happened_date
            shown = ("订单截图.png", pictures.orders(day.toordinal(), day))
            told = replace(told, evidence=pictures.received(self.by, shown, now=now))
        self.moved(filing.file(told, by=self.by, now=now, volunteer=self.volunteer))
        self.wait_for_taking(now)
        if self.random.random() < 0.06:
            self.clock.at(self.clock.awake(now + HOUR * self.random.uniform(1, 40)), self.withdraw)
        if self.random.random() < 0.07:
            self.clock.at(self.clock.awake(now + HOUR * self.random.uniform(1, 30)), self.add)

    # -- the tier --------------------------------------------------------------------------------------------------

    def wait_for_taking(self, now: datetime.datetime) -> None:
        appeal = self.appeal
        assert appeal.due_at is not None
        self.has_asked = False
        self.turn += 1
        if self.random.random() < LATE[appeal.tier]:
            return  # nobody takes it in time
        hours = 0.6 if appeal.is_urgent else 3 if appeal.tier == chain.CONTACT else 7
        is_office = appeal.tier != chain.CONTACT and not appeal.is_urgent
        self.plan(self.clock.before(appeal.due_at, after=now, hours=hours, office=is_office), self.take)

    def take(self, now: datetime.datetime) -> None:
        appeal = self.appeal
        if appeal.status != chain.WAITING:
            return
        meant_for = None
        if appeal.tier == chain.CONTACT:
            meant_for = appeal.legs.order_by("-number").values_list("designated", flat=True)[0]
        able = self.staff.able(appeal.handling_org_id, appeal.tier, beijing_day(now), self.random)
        able.sort(key=lambda post: post.pk != meant_for)
        for post in able:
            try:
                self.moved(handling.take(appeal.pk, by=post, now=now))
            except PermissionDenied:
                continue  # barred from this very case: the next one
            self.plan_handling(now)
            return

    def plan_handling(self, now: datetime.datetime) -> None:
        """A question to the driver, one to the company, then the decision: each in time, or too late on purpose."""
        appeal = self.appeal
        assert appeal.due_at is not None
        is_office = appeal.tier != chain.CONTACT
        if not self.has_asked and self.random.random() < 0.2 and not appeal.is_urgent and self.fitting("asks"):
            self.plan(self.clock.before(appeal.due_at, after=now, hours=4, office=is_office), self.ask)
            return
        if self.fitting("to_company") and self.random.random() < (0.12 if appeal.tier == chain.CONTACT else 0.6):
            self.plan(self.clock.before(appeal.due_at, after=now, hours=2, office=is_office), self.hear_company)
        if self.random.random() < LATE[appeal.tier]:
            return  # no answer in time
        hours = {chain.CONTACT: 26, chain.BRANCH: 52, chain.COMMITTEE: 150}[appeal.tier]
        self.plan(self.clock.before(appeal.due_at, after=now, hours=hours, office=is_office), self.decide)

    def ask(self, now: datetime.datetime) -> None:
        if self.appeal.status != chain.IN_HAND:
            return
        self.has_asked = True
        self.question = self.random.choice(self.fitting("asks"))
        question = library.told(self.question["question"], self.slots, self.random)
        self.moved(handling.ask(self.appeal.pk, by=self.handler, question=question, now=now))
        if self.random.random() < 0.8:
            self.plan(self.clock.awake(now + HOUR * self.random.uniform(2, 60)), self.reply)

    def reply(self, now: datetime.datetime) -> None:
        if self.appeal.status == chain.ASKED:
            words = library.told(self.question["reply"], self.slots, self.random)
            self.moved(driving.reply(self.appeal.pk, by=self.by, words=words, now=now))
            self.plan_handling(now)

    def hear_company(self, now: datetime.datetime) -> None:
        appeal, company = self.appeal, self.filing.about
        if appeal.status != chain.IN_HAND or company is None or appeal.respondent_kind != "company":
            return
        if appeal.hearings.filter(replied_at=None, silent_at=None).exists():
            return
        question = self.say(self.fitting("to_company"))
        self.moved(handling.hear_platform(appeal.pk, by=self.handler, question=question, now=now))
        has_liaison = self.staff.liaison(company.pk) and self.fitting("company_replies")
        replies_at = None
        if has_liaison and self.random.random() < 0.78:
            replies_at = self.clock.in_office(now + HOUR * self.random.uniform(6, 80))
        if self.handler.role == Role.CONTACT:
            self.clock.at(now + 3 * HOUR, lambda then: self.release(replies_at, then))
        else:
            self.wait_for_company(replies_at)

    def release(self, replies_at: datetime.datetime | None, now: datetime.datetime) -> None:
        """The branch lets a contact's question out, if the case is still where it was written."""
        written = releases.waiting_of(self.appeal).select_related("leg").first()
        if written is None:
            return
        for post in self.staff.able(written.leg.organisation_id, chain.BRANCH, beijing_day(now), Random(0)):
            try:
                hearings.release(written.pk, by=post, now=now)
            except PermissionDenied:
                continue  # barred from this very case: the next one
            self.appeal = Appeal.objects.select_related("respondent_at_event").get(pk=self.appeal.pk)
            self.wait_for_company(replies_at)
            return

    def wait_for_company(self, replies_at: datetime.datetime | None) -> None:
        hearing = self.appeal.hearings.latest("asked_at")
        self.clock.at(hearing.due_at + TICK_AFTER, self.note_silence)
        if replies_at is not None:
            self.clock.at(replies_at, self.company_replies)

    def note_silence(self, now: datetime.datetime) -> None:
        if self.appeal.hearings.filter(replied_at=None, silent_at=None, due_at__lte=now).exists():
            ticking.note_silence(now=now, most=100)

    def company_replies(self, now: datetime.datetime) -> None:
        hearing = Hearing.objects.filter(appeal=self.appeal.pk, replied_at=None).order_by("asked_at").first()
        if hearing is None or self.appeal.status not in chain.MOVES["platform_reply"].statuses:
            return
        liaison = self.staff.liaison(hearing.company_id)
        assert liaison is not None
        text = self.random.choice(self.fitting("company_replies"))
        told = {key: library.told(text[key], self.slots, self.random) for key in ("rule", "facts", "offer")}
        replying.platform_reply(
            hearing.pk, by=liaison, facts_given=told["facts"], rule_given=told["rule"], offer=told["offer"], now=now
        )

    def decide(self, now: datetime.datetime) -> None:
        appeal = self.appeal
        if appeal.status != chain.IN_HAND:
            return
        may_climb = appeal.tier < chain.COMMITTEE and bool(self.fitting("escalate"))
        climbs = may_climb and self.random.random() < CLIMBS[appeal.tier]
        goes_out = 0.5 if self.kind == "traffic_fine" else 0.12 if self.kind == "parking" else 0.03
        if climbs:
            reason = self.say(self.fitting("escalate"))
            self.moved(handling.escalate(appeal.pk, by=self.handler, reason=reason, now=now))
            self.wait_for_taking(now)
        elif (notes := self._transfer_notes()) and self.random.random() < goes_out:
            target, note = self.texts["transfer"]["target"], self.say(notes)
            self.moved(handling.transfer(appeal.pk, by=self.handler, target=target, note=note, now=now))
        else:
            self.answer(now)

    def _transfer_notes(self) -> list[Any]:
        return library.fitting(self.texts["transfer"]["notes"], f"{self.filing.title}{self.filing.story}")

    def answer(self, now: datetime.datetime) -> None:
        shares = {"upheld": 30, "partly": 25, "not_upheld": 27, "settled": 18}
        shares = {finding: share for finding, share in shares.items() if self.fitting(finding)}
        finding = self.random.choices(list(shares), list(shares.values()))[0]
        promise = self.clock.calendar.first_working(beijing_day(now) + DAY * self.random.randrange(3, 15))
        self.slots["promise"] = f"{promise.month}月{promise.day}日"
        text = self.random.choice(self.fitting(finding))
        self.moved(
            handling.answer(
                self.appeal.pk,
                by=self.handler,
                finding=finding,
                reasons=library.told(text["reasons"], self.slots, self.random),
                remedy=library.told(text.get("remedy", ""), self.slots, self.random),
                carry_out_date=promise if finding in WITH_REMEDY else None,
                now=now,
            )
        )
        self.plan_after_answer(finding, promise, now)

    # -- after the answer ------------------------------------------------------------------------------------------

    def plan_after_answer(self, finding: str, promise: datetime.date, now: datetime.datetime) -> None:
        later = self.clock.awake(now + HOUR * self.random.uniform(1, 200))
        drawn = self.random.random()
        dissatisfied = 0.45 if finding == Finding.NOT_UPHELD else 0.16 if finding == Finding.PARTLY else 0.04
        if self.appeal.tier < chain.COMMITTEE and drawn < dissatisfied and self.fitting("go_on"):
            self.plan(later, self.go_on)
        elif drawn < 0.8:
            self.plan(later, self.accept)
        if finding not in WITH_REMEDY:
            return
        if self.random.random() < 0.82:
            self.plan(self.clock.before(end_of(promise), after=now, hours=90, office=True), self.carry_out)
        elif self.random.random() < 0.6:
            self.plan(self.clock.awake(end_of(promise) + HOUR * self.random.uniform(9, 40)), self.not_carried_out)

    def accept(self, now: datetime.datetime) -> None:
        if self.appeal.status == chain.ANSWERED and self.appeal.accepted_at is None:
            self.moved(driving.accept(self.appeal.pk, by=self.by, now=now))
            if self.random.random() < 0.4:
                self.rate(now)

    def rate(self, now: datetime.datetime) -> None:
        given = self.appeal.answers.latest("at")
        if given.rating is not None:
            return
        weights = (14, 10, 16, 26, 34) if given.finding == Finding.NOT_UPHELD else (2, 4, 12, 34, 48)
        stars = self.random.choices((1, 2, 3, 4, 5), weights)[0]
        words = self.say(library.common()["ratings"][str(stars)]) if self.random.random() < 0.7 else ""
        driving.rate(self.appeal.pk, by=self.by, stars=stars, words=words, now=now)

    def go_on(self, now: datetime.datetime) -> None:
        appeal = self.appeal
        if appeal.status == chain.ANSWERED and appeal.accepted_at is None and appeal.tier < chain.COMMITTEE:
            self.moved(driving.go_on(appeal.pk, by=self.by, reason=self.say(self.fitting("go_on")), now=now))
            self.wait_for_taking(now)

    def carry_out(self, now: datetime.datetime) -> None:
        if self.appeal.status != chain.ANSWERED or not self.appeal.answers.latest("at").is_owed:
            return
        note = self.say(self.texts["carried_out"])
        self.moved(handling.carry_out(self.appeal.pk, by=self.handler, note=note, now=now))

    def not_carried_out(self, now: datetime.datetime) -> None:
        if self.appeal.status != chain.ANSWERED:
            return
        given = self.appeal.answers.latest("at")
        # planned for an answer: meanwhile there may be a later one that promised a later day
        if given.is_owed and given.carry_out_date < beijing_day(now):
            reason = self.say(library.common()["not_carried_out"])
            self.moved(driving.not_carried_out(self.appeal.pk, by=self.by, reason=reason, now=now))
            self.wait_for_taking(now)

    # -- the driver in between ---------------------------------------------------------------------------------------

    def add(self, now: datetime.datetime) -> None:
        if self.appeal.status in (chain.WAITING, chain.IN_HAND) and self.fitting("added"):
            driving.add(self.appeal.pk, by=self.by, words=self.say(self.fitting("added")), now=now)

    def withdraw(self, now: datetime.datetime) -> None:
        if self.appeal.status in chain.OPEN:
            reason = self.say(library.common()["withdraw"])
            self.moved(driving.withdraw(self.appeal.pk, by=self.by, reason=reason, now=now))
            if self.random.random() < 0.2:
                self.clock.at(self.clock.awake(now + DAY * self.random.uniform(1, 9)), self.come_back)

    def come_back(self, now: datetime.datetime) -> None:
        if self.appeal.status == chain.WITHDRAWN:
            self.moved(driving.come_back(self.appeal.pk, by=self.by, now=now))
            if self.appeal.status == chain.WAITING:
                self.wait_for_taking(now)
            else:
                self.plan_handling(now)
