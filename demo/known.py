"""周建平's two cases, as the design's pictures show them: dispatch at the branch, his deposit waiting on him."""

import datetime

from appeals.actions import driving, filing, handling, replying
from appeals.models import Appeal, Category, Finding, Identity, RespondentKind
from demo import pictures
from demo.clockwork import Clockwork
from portal.calendar import BEIJING
from portal.models import Organisation, Place, Post, User


class KnownCases:
    """Told in working days before today, so that the due dates stand the same whenever the demonstration is loaded."""

    def __init__(
        self,
        *,
        clock: Clockwork,
        by: User,
        contact: Post,
        secretary: Post,
        liaison: Post,
        place: Place,
        leasing: Organisation,
    ) -> None:
        self.clock = clock
        self.by = by
        self.contact = contact
        self.secretary = secretary
        self.liaison = liaison
        self.place = place
        self.leasing = leasing
        self.dispatch: Appeal | None = None
        self.deposit: Appeal | None = None

    def day(self, before: int) -> datetime.date:
        """The working day so many working days before today."""
        day = self.clock.end.astimezone(BEIJING).date()
        while before or not self.clock.calendar.is_working(day):
            day -= datetime.timedelta(days=1)
            before -= self.clock.calendar.is_working(day)
        return day

    def plan(self) -> None:
        for before, hour, minute, act in (
            (7, 12, 36, self.file_dispatch),
            (7, 14, 20, self.take_dispatch),
            (4, 11, 30, self.answer_dispatch),
            (4, 18, 5, self.go_on),
            (3, 10, 20, self.take_at_branch),
            (3, 10, 40, self.hear_company),
            (1, 16, 40, self.company_replies),
            (2, 20, 15, self.file_deposit),
            (1, 9, 10, self.take_deposit),
            (1, 9, 25, self.ask_deposit),
        ):
            moment = datetime.datetime.combine(self.day(before), datetime.time(hour, minute, 12), BEIJING)
            self.clock.at(moment, act)

    def file_dispatch(self, now: datetime.datetime) -> None:
        evening = self.day(9)
        told = filing.Filing(
            title="派单少了三成，想知道原因",
            story=(
                "从十月二十几号开始，晚高峰派单少了三成。以前五点半到八点能跑九单，现在六单。"
                f"{evening.month}月{evening.day}日在万象汇等了四十分钟一单没有，旁边的师傅十来分钟就有。"
                "服务分 88，没有投诉。打客服只说是系统大数据派的。想知道原因。"
            ),
            category=Category.DISPATCH,
            happened_date=evening,
            place=self.place.city,
            district=self.place,
            identity=Identity.NAMED,
            respondent_kind=RespondentKind.COMPANY,
            about=self.liaison.organisation,
            evidence=pictures.received(
                self.by,
                ("晚高峰订单1.png", pictures.orders(1, evening)),
                ("晚高峰订单2.png", pictures.orders(2, evening + datetime.timedelta(days=1))),
                now=now,
            ),
        )
        self.dispatch = filing.file(told, by=self.by, now=now)

    def take_dispatch(self, now: datetime.datetime) -> None:
        assert self.dispatch is not None
        handling.take(self.dispatch.pk, by=self.contact, now=now)

    def answer_dispatch(self, now: datetime.datetime) -> None:
        assert self.dispatch is not None
        reasons = (
            "问了平台的客服，说派单是按距离和服务分综合排的，系统自动派，没有专门限制谁。"
            "这几天江阳片区晚高峰的车多了一些，大家都少了点。目前没有看到针对您的限制，暂不成立。"
            "您要是觉得没说清，15 天内可以接着往上走。"
        )
        handling.answer(self.dispatch.pk, by=self.contact, finding=Finding.NOT_UPHELD, reasons=reasons, now=now)

    def go_on(self, now: datetime.datetime) -> None:
        assert self.dispatch is not None
        reason = "只说是“大数据派的”，没说清为什么偏偏我少了。"
        driving.go_on(self.dispatch.pk, by=self.by, reason=reason, now=now)

    def take_at_branch(self, now: datetime.datetime) -> None:
        assert self.dispatch is not None
        handling.take(self.dispatch.pk, by=self.secretary, now=now)

    def hear_company(self, now: datetime.datetime) -> None:
        assert self.dispatch is not None
        question = (
            "有司机反映十月下旬起晚高峰派单明显减少。请说明：现行派单规则的版本和生效日；"
            "服务分在排序中占多少；每日在线时长是否计入服务分；低于多少分会影响派单。"
        )
        handling.hear_platform(self.dispatch.pk, by=self.secretary, question=question, now=now)

    def company_replies(self, now: datetime.datetime) -> None:
        assert self.dispatch is not None
        hearing = self.dispatch.hearings.get(replied_at=None, silent_at=None)
        replying.platform_reply(
            hearing.pk,
            by=self.liaison,
            rule_given="派单规则第 7 版，10月20日起",
            facts_given="服务分低于 90 分的，派单顺序会靠后。服务分由近 100 单的评价、取消、投诉和每日在线时长计算。",
            offer="可以人工复核一次服务分，三个工作日内回复。",
            now=now,
        )

    def file_deposit(self, now: datetime.datetime) -> None:
        told = filing.Filing(
            title="换车时扣的 1,500 元，说不清是什么钱",
            story=(
                "年初换了一台车，锦驾租赁从押金里扣了 1,500，单子上写的“整备费”，合同里没有这一项。"
                "当时说年底退，现在又说不退。金额不大，但是要有个说法。"
            ),
            category=Category.LEASE,
            happened_date=self.day(5),
            place=self.place.city,
            district=self.place,
            respondent_kind=RespondentKind.COMPANY,
            about=self.leasing,
            evidence=pictures.received(self.by, ("扣款单.jpg", pictures.slip(150_000)), now=now),
        )
        self.deposit = filing.file(told, by=self.by, now=now)

    def take_deposit(self, now: datetime.datetime) -> None:
        assert self.deposit is not None
        handling.take(self.deposit.pk, by=self.contact, now=now)

    def ask_deposit(self, now: datetime.datetime) -> None:
        assert self.deposit is not None
        question = "周师傅，扣钱的那张单子还在吗？拍一张发上来，我拿着去跟他们对。押金收据有的话也一起。"
        handling.ask(self.deposit.pk, by=self.contact, question=question, now=now)
