"""Twelve platforms and six leasing companies, all invented, and their dispatch rules with all versions."""

import datetime
from random import Random

from demo import names
from platforms.actions import rules
from platforms.actions.companies import register_company
from platforms.models import Company, DispatchRule
from portal.calendar import BEIJING
from portal.models import OrganisationKind, Place, Post

# name -> (cap on the take rate in permille, letters of the cities it works in)
PLATFORMS = {
    "蜀程出行": (280, "CD LZ YB DZ"),
    "川行约车": (290, "CD LZ YB DZ"),
    "天府快驾": (270, "CD LZ"),
    "蓉易约车": (280, "CD"),
    "锦官约车": (260, "CD YB"),
    "江城快驾": (290, "LZ YB"),
    "竹海出行": (270, "YB"),
    "巴渠约车": (290, "DZ"),
    "岷江快行": (280, "CD YB"),
    "剑南快行": (300, "CD DZ"),
    "青衣江出行": (250, "CD LZ"),
    "嘉陵快驾": (280, "DZ CD"),
}
LEASING = {
    "锦驾租赁": "LZ CD",
    "蜀道租车": "CD",
    "川南车服": "YB LZ",
    "渠江租赁": "DZ",
    "三江租车": "YB",
    "蓉城驾租": "CD DZ",
}
FIRST_PHONE = 20_000_000  # companies' numbers begin at 163 2000 0001
FIRST_RULE = {
    "派单顺序": "按接驾距离和服务分综合排序，距离占七成，服务分占三成。",
    "接驾距离": "一般不超过 3 公里，郊区和夜间不超过 6 公里。",
    "服务分": "由近 100 单的评价、取消和投诉计算。",
    "低分处理": "低于 80 分，提示改进，不影响派单。",
    "取消": "到达后等满 5 分钟仍联系不上乘客，取消不计入司机责任。",
    "长途单": "可拒接 3 次，不计入取消。",
    "顺路单": "由司机自己打开或关闭，默认关闭。",
    "机场和车站": "在候客区内按到达先后排队，各车型分别排队。",
    "夜间": "23:00 至次日 5:00，优先派给当晚在线满 2 小时的司机。",
    "休息": "连续服务满 4 小时，停派 20 分钟。",
    "停用账号": "停用前告知事由，司机可以在 7 日内申诉。",
    "加分": "安全行车、好评、志愿服务可加分。",
    "听取意见": "改动前听取司机代表和工会的意见，提前一个月公示。",
    "查询": "司机可以在“派单说明”里看到最近 20 单的派单理由。",
}
# what later versions changed; an empty text takes the clause out
CHANGES = (
    {"接驾距离": "一般不超过 4 公里，郊区和夜间不超过 8 公里。"},
    {"取消": "到达后等满 3 分钟仍联系不上乘客，取消不计入司机责任。"},
    {"机场和车站": "在候客区内按到达先后排队，各车型分别排队，排队页面显示各队的车数。"},
    {"停用账号": "停用前告知事由和订单，司机可以在 7 日内申诉，3 日内由人工复核。"},
    {"夜间": "22:00 至次日 6:00，优先派给当晚在线满 1 小时的司机。"},
    {"回家方向": "每天可以设 2 次回家方向，设好后 30 分钟内只派顺路的单。"},
    {"查询": "司机可以在“派单说明”里看到最近 50 单的派单理由和接驾距离。"},
    {"长接驾": "接驾超过 5 公里的，超出部分每公里补 0.8 元。"},
    {"低分处理": "低于 80 分，派单顺序靠后，并提示改进。", "取消": "到达后等满 3 分钟，取消不计责任；每日 3 次。"},
    {"顺路单": "由司机自己打开或关闭，默认关闭；软件更新不改变司机的选择。"},
)
# 蜀程出行 goes through what the design's page shows
SHUCHENG = (
    ("2024-10-15", "2024-09-12", {}),
    ("2024-12-01", "2024-10-28", {"接驾距离": "一般不超过 4 公里，郊区和夜间不超过 8 公里。"}),
    ("2025-01-05", "2024-12-02", {"查询": "司机可以在“派单说明”里看到最近 50 单的派单理由。"}),
    ("2025-02-01", "2024-12-30", {"机场和车站": "在候客区内按到达先后排队，排队页面显示各队的车数。"}),
    ("2025-08-15", "2025-07-10", {"取消": "到达后等满 3 分钟仍联系不上乘客，取消不计入司机责任；系统取消的都不计。"}),
    ("2026-03-01", "2026-01-26", {"停用账号": "停用前告知事由和订单，司机可以在 7 日内申诉，3 日内由人工复核。"}),
    (
        "2026-10-20",
        "2026-09-18",
        {
            "派单顺序": "按接驾距离和服务分综合排序，距离占五成，服务分占五成。",
            "服务分": "由近 100 单的评价、取消、投诉和每日在线时长计算。",
            "低分处理": "低于 90 分，派单顺序靠后，并提示改进。",
            "长途单": "",
            "加分": "安全行车、好评、志愿服务和党建积分可加分，最多 5 分，不扣分。",
        },
    ),
)
MORNING = datetime.time(10, 0, tzinfo=BEIJING)


def register(places: dict[str, Place], *, by: Post, now: datetime.datetime) -> dict[str, Company]:
    """All companies, by name."""
    province = places["SC"]
    table = [(name, OrganisationKind.PLATFORM, cap, cities) for name, (cap, cities) in PLATFORMS.items()]
    table += [(name, OrganisationKind.LEASING, None, cities) for name, cities in LEASING.items()]
    return {
        name: register_company(
            name,
            kind=kind,
            short_name=name,
            place=province,
            cities=[places[letters] for letters in cities.split()],
            take_cap_permille=cap,
            papers={
                "credit_code": f"91510000MA6DM{number:04d}X",
                "address": "四川省（演示地址）",
                "contact_phone": names.phone(FIRST_PHONE + number),
            },
            by=by.person,
            post=by,
            now=now,
        )
        for number, (name, kind, cap, cities) in enumerate(table, start=1)
    }


def publish_rules(companies: dict[str, Company], *, by: Post, random: Random) -> None:
    """Each platform's dispatch rule in two to seven versions, a month's notice before each."""
    for name in PLATFORMS:
        company = companies[name]
        versions = SHUCHENG if name == "蜀程出行" else _history(random)
        rule: DispatchRule | None = None
        clauses = dict(FIRST_RULE)
        for from_date, published_date, change in versions:
            published_at = datetime.datetime.combine(datetime.date.fromisoformat(published_date), MORNING)
            rule = rule or rules.open_rule(company, "派单规则", by=by.person, post=by, now=published_at)
            clauses = {key: text for key, text in (clauses | change).items() if text}
            rules.publish_version(
                rule,
                "\n".join(f"{key}：{text}" for key, text in clauses.items()),
                published_date=datetime.date.fromisoformat(published_date),
                from_date=datetime.date.fromisoformat(from_date),
                by=by.person,
                post=by,
                now=published_at,
            )


def _history(random: Random) -> list[tuple[str, str, dict[str, str]]]:
    """A platform's own way through the changes: from late 2024 on, a version every three to five months."""
    changes = random.sample(CHANGES, random.randrange(1, 7))
    day = datetime.date(2024, 10, 8) + datetime.timedelta(days=random.randrange(40))
    versions = []
    for change in ({}, *changes):
        notice = day - datetime.timedelta(days=random.randrange(9, 45) if versions else 21)
        versions.append((day.isoformat(), notice.isoformat(), change))
        day += datetime.timedelta(days=random.randrange(80, 125))
    return versions


def liaison_names(random: Random) -> dict[str, str]:
    """Who speaks for each platform, and for half of the leasing companies."""
    return {company: names.name(random, share_of_women=0.5) for company in [*PLATFORMS, *list(LEASING)[:3]]}
