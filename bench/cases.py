"""Cases in every city for the bench of the desk's list: branches with their people, and what search finds cases by."""

import datetime
import random
import tempfile
from collections.abc import Iterator
from typing import Any

from django.db import connection, connections
from django.utils import timezone

from appeals import marks
from appeals.models import Appeal, Category, Leg
from bench import ground
from platforms.models import Company
from portal import codes
from portal.calendar import beijing_day
from portal.models import Organisation, OrganisationKind, Place, PlaceKind, PlaceOpening, Post, Role
from tests import world

BATCH = 5000
# what drivers write, the frequent first: two words of it stand for a common and a middling search
FRAGMENTS = [
    "晚高峰派单少了三成", "客服只说是系统派的", "平台抽成比公示的高", "申诉两次都没有结果", "押金到期一直不退",
    "账号被封没有说原因", "乘客乱写差评扣了分", "机场排队排了三个小时", "罚单是导航指的路", "合同里没写的钱也扣",
    "奖励规则改了没有通知", "保险理赔拖了两个月", "充电站位置被占用", "信息服务费每单多收", "车辆检测要自己出钱",
    "取消订单算在我头上", "接驾距离越来越远", "顺路单不能拒绝", "夜里没有地方休息", "租车公司换了条款",
]  # fmt: skip
COMMON, MIDDLING, RARE = "派单", "条款", "鸮鼋"
STATES = ["closed"] * 50 + ["waiting"] * 14 + ["in_hand"] * 18 + ["asked"] * 6 + ["answered"] * 12


def counties() -> Iterator[tuple[Place, Organisation]]:
    """Every city switched on, with its committee."""
    province = world.province_committee()
    for city in Place.objects.filter(kind=PlaceKind.CITY):
        PlaceOpening.objects.get_or_create(place=city, defaults={"from_date": world.LONG_AGO})
        committee = Organisation.objects.filter(kind=OrganisationKind.COMMITTEE, place=city).first()
        name = f"{city.name}网约车行业党委"
        yield city, committee or world.an_organisation(OrganisationKind.COMMITTEE, name, place=city, parent=province)


def lines(count: int) -> list[dict[str, Any]]:
    """Branches with a contact and a secretary each; every fourth of them in the province's largest city."""
    cities = list(counties())
    largest = next(one for one in cities if one[0].letters == "CD")
    rows = []
    for number in range(count):
        city, committee = largest if number % 4 == 0 else cities[number % len(cities)]
        code = codes.new_code()
        rows.append(
            Organisation(
                code=code, kind=OrganisationKind.BRANCH, name=f"{city.name}第{number}流动党支部",
                short_name=f"第{number}支部", parent=committee, path=f"{committee.path}{code}/", place=city,
            )
        )  # fmt: skip
    Organisation.objects.bulk_create(rows, batch_size=1000)
    people = iter(ground.people(2 * count, first=1))
    posts = [
        Post(person=next(people), organisation=branch, role=role, from_date=world.LONG_AGO)
        for branch in rows
        for role in (Role.CONTACT, Role.SECRETARY)
    ]
    Post.objects.bulk_create(posts, batch_size=2000)
    districts = {one.parent_id: one for one in Place.objects.filter(kind=PlaceKind.DISTRICT).order_by("-code")}
    return [
        {
            "branch": branch,
            "contact": posts[2 * n],
            "secretary": posts[2 * n + 1],
            "district": districts.get(branch.place_id),
        }
        for n, branch in enumerate(rows)
    ]


def companies(count: int) -> list[Organisation]:
    found = [world.a_platform(f"平台公司{number}") for number in range(count)]
    for number, one in enumerate(found):
        Company.objects.get(organisation=one).cities.set(Place.objects.filter(kind=PlaceKind.CITY)[number % 5 :: 5])
    return found


def write(count: int, lines: list[dict[str, Any]], platforms: list[Organisation], chance: random.Random) -> None:
    """Cases of every state and tier, with the stays that led there, and what search finds them by."""
    filers = ground.people(20_000, first=1_000_000)
    now = timezone.now()
    for start in range(0, count, BATCH):
        appeals, legs = [], []
        for number in range(start, min(start + BATCH, count)):
            line = lines[number % len(lines)]
            state, tier = chance.choice(STATES), chance.choices((1, 2, 3), (60, 35, 5))[0]
            appeals.append(_case(number, line, state, tier, filers[number % len(filers)], platforms, now, chance))
        Appeal.objects.bulk_create(appeals)
        for number, appeal in enumerate(appeals, start):
            legs += _stays(appeal, lines[number % len(lines)], now)
        Leg.objects.bulk_create(legs)
    _index(count, platforms, chance)


def _case(number, line, state, tier, filer, platforms, now, chance) -> Appeal:  # type: ignore[no-untyped-def]
    branch = line["branch"]
    where = branch.parent if tier == 3 else branch
    post = {1: line["contact"], 2: line["secretary"], 3: None}[tier]
    due = now + datetime.timedelta(hours=chance.randint(2, 24 * 15))
    is_over = state == "closed"
    filed = now - datetime.timedelta(hours=chance.randint(1, 24 * 50))
    return Appeal(
        number=f"{branch.place.letters}-260101-{number:06d}", secret="", filer=filer, filed_at=filed,
        title=FRAGMENTS[number % len(FRAGMENTS)], category=chance.choice(Category.values), happened_date=filed.date(),
        place=branch.place, district=line["district"], respondent_kind="company",
        respondent_at_event=chance.choice(platforms), is_urgent=number % 500 == 0, status=state, tier=tier,
        handling_org=where, handling_path=where.path, handler=None if state == "waiting" else post,
        due_kind="" if is_over else "answer", due_date=None if is_over else beijing_day(due),
        due_at=None if is_over else due, limit_at=filed + datetime.timedelta(days=60), moved_at=filed,
        closed_at=filed + datetime.timedelta(days=1) if is_over else None, position=1,
    )  # fmt: skip


def _stays(appeal: Appeal, line: dict[str, Any], now: datetime.datetime) -> list[Leg]:
    branch = line["branch"]
    desks = [(branch, line["contact"]), (branch, line["secretary"]), (branch.parent, None)][: appeal.tier]
    due = appeal.due_at or now
    return [
        Leg(
            appeal=appeal, number=tier, round_number=1, tier=tier, organisation=where, organisation_path=where.path,
            designated=post if tier == 1 else None, handler=post if tier < appeal.tier else appeal.handler,
            entered_at=appeal.filed_at + datetime.timedelta(hours=tier), take_days=1, answer_days=3, reply_days=3,
            take_due_date=due.date(), take_due_at=due, answer_due_date=due.date(), answer_due_at=due,
            left_at=now if tier < appeal.tier or appeal.status in ("answered", "closed") else None,
        )
        for tier, (where, post) in enumerate(desks, 1)
    ]  # fmt: skip


def _index(count: int, platforms: list[Organisation], chance: random.Random) -> None:
    """The marks of search, copied in; its index is built afterwards, as an import would."""
    known = [marks.of_words([fragment]) for fragment in FRAGMENTS]
    # sayings of one's own, of which every case has a few
    tails = [marks.of_words(["".join(chr(0x4E00 + chance.randrange(3000)) for _n in range(9))]) for _t in range(5000)]
    weights = [1 / (place + 1) for place in range(len(known))]
    with connections["owner"].cursor() as owner:
        owner.execute("DROP INDEX gist_marks")
    with tempfile.TemporaryFile("w+") as rows:
        for pk, number, company in Appeal.objects.values_list("pk", "number", "respondent_at_event").iterator():
            found = marks.of_number(number) | {marks.of_company(company)}
            found = found.union(*chance.choices(known, weights, k=3), *chance.choices(tails, k=4))
            found |= marks.of_words([RARE]) if pk % (count // 20) == 0 else set()
            rows.write(f"{pk}\t{{{','.join(str(one) for one in sorted(found))}}}\n")
        rows.seek(0)
        with connection.cursor() as cursor:
            cursor.copy_expert("COPY appeals_gist (appeal_id, marks) FROM STDIN", rows)
    with connections["owner"].cursor() as owner:
        owner.execute("SET maintenance_work_mem = '256MB'")
        owner.execute("CREATE INDEX gist_marks ON appeals_gist USING gin (marks)")
        owner.execute("VACUUM ANALYZE")
