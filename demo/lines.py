"""The demonstration's organisations and the people in them: committees, branches, homes, offices, liaisons."""

import datetime
from dataclasses import dataclass, field
from itertools import count
from random import Random

from branches import actions as branches
from demo import companies as trade
from demo import names
from platforms.models import Company
from portal import codes
from portal.actions import posts
from portal.calendar import BEIJING
from portal.models import Organisation, OrganisationKind, Place, Post, Role, User
from portal.models.people import phone_hash

FOUNDED_DATE = datetime.date(2024, 9, 2)
FOUNDED_AT = datetime.datetime(2024, 9, 2, 9, 30, tzinfo=BEIJING)
CITIES = ("CD", "LZ", "YB", "DZ")

# city -> mobile branch -> (its short name, the districts it answers for, how many contacts)
BRANCHES: dict[str, dict[str, tuple[str, str, int]]] = {
    "CD": {
        "锦江流动党支部": ("锦江支部", "锦江区", 3),
        "青羊流动党支部": ("青羊支部", "青羊区", 3),
        "金牛流动党支部": ("金牛支部", "金牛区", 3),
        "武侯流动党支部": ("武侯支部", "武侯区", 4),
        "成华流动党支部": ("成华支部", "成华区", 3),
        "龙泉驿流动党支部": ("龙泉驿支部", "龙泉驿区 简阳市", 2),
        "新都流动党支部": ("新都支部", "新都区", 2),
        "青白江流动党支部": ("青白江支部", "青白江区 金堂县", 2),
        "温江流动党支部": ("温江支部", "温江区 崇州市 大邑县", 2),
        "双流流动党支部": ("双流支部", "双流区 新津区", 3),
        "郫都流动党支部": ("郫都支部", "郫都区 都江堰市 彭州市", 2),
        "邛崃流动党支部": ("邛崃支部", "邛崃市 蒲江县", 1),
    },
    "LZ": {
        "江阳第一流动党支部": ("江阳第一支部", "纳溪区 合江县", 2),
        "江阳第二流动党支部": ("江阳第二支部", "江阳区", 3),
        "龙马潭流动党支部": ("龙马潭支部", "龙马潭区", 2),
        "泸县流动党支部": ("泸县支部", "泸县 叙永县 古蔺县", 1),
    },
    "YB": {
        "翠屏流动党支部": ("翠屏支部", "翠屏区", 3),
        "叙州流动党支部": ("叙州支部", "叙州区 屏山县", 2),
        "南溪流动党支部": ("南溪支部", "南溪区 江安县", 2),
        "长宁流动党支部": ("长宁支部", "长宁县 高县 珙县 筠连县 兴文县", 1),
    },
    "DZ": {
        "通川流动党支部": ("通川支部", "通川区", 3),
        "达川流动党支部": ("达川支部", "达川区 开江县", 2),
        "渠县流动党支部": ("渠县支部", "渠县 大竹县", 2),
        "宣汉流动党支部": ("宣汉支部", "宣汉县 万源市", 1),
    },
}
ENTERPRISES = {
    "蜀程出行": "CD", "川行约车": "CD", "天府快驾": "CD", "锦驾租赁": "LZ", "江城快驾": "YB", "巴渠约车": "DZ",
}  # fmt: skip
HOMES = {"CD": "成都东站司机之家", "LZ": "城西客运站司机之家", "YB": "宜宾西站司机之家", "DZ": "西外司机之家"}


@dataclass
class Lines:
    """What was set up, by the keys the rest of the demonstration needs."""

    places: dict[str, Place]
    department: Organisation
    province: Organisation
    committees: dict[str, Organisation] = field(default_factory=dict)
    branches: dict[str, Organisation] = field(default_factory=dict)
    enterprises: dict[str, Organisation] = field(default_factory=dict)
    homes: dict[str, Organisation] = field(default_factory=dict)
    companies: dict[str, Company] = field(default_factory=dict)
    phone_numbers: "count[int]" = field(default_factory=lambda: count(1))

    def person(self, name: str) -> User:
        """An account; numbers run on from 163 0000 0001."""
        number = names.phone(next(self.phone_numbers))
        person = User(name=name, phone=number, phone_hash=phone_hash(number), joined_at=FOUNDED_AT, is_demo=True)
        person.set_unusable_password()
        person.save()
        return person

    def post(
        self, person: User, role: str, organisation: Organisation, from_date: datetime.date = FOUNDED_DATE
    ) -> Post:
        at = datetime.datetime.combine(from_date, FOUNDED_AT.timetz())
        post = posts.appoint(person, organisation=organisation, role=role, from_date=from_date, by=None, now=at)
        # the object at hand carries what was just written, so that what follows asks no row twice
        post.organisation, post.person = organisation, person
        return post


def _organisation(kind: str, name: str, place: Place, parent: Organisation | None = None) -> Organisation:
    code = codes.new_code()
    return Organisation.objects.create(
        code=code,
        kind=kind,
        name=name,
        short_name=name.replace("网约车行业党委", "行业党委"),
        parent=parent,
        path=f"{parent.path if parent else ''}{code}/",
        place=place,
        is_demo=True,
    )


def lay_ground(places: dict[str, Place]) -> Lines:
    """The department, the province's committee, those of the four cities below it, and a home in each."""
    province = _organisation(OrganisationKind.COMMITTEE, "四川省网约车行业党委", places["SC"])
    lines = Lines(places, _organisation(OrganisationKind.DEPARTMENT, "省交通运输厅", places["SC"]), province)
    for letters in CITIES:
        city = places[letters]
        committee = _organisation(OrganisationKind.COMMITTEE, f"{city.name}网约车行业党委", city, province)
        lines.committees[letters] = committee
        lines.homes[letters] = _organisation(OrganisationKind.HOME, HOMES[letters], city, committee)
    return lines


def found_branches(lines: Lines, *, by: Post) -> None:
    """All branches and enterprise organisations under their committees, and who answers for which district."""
    acting = {"by": by.person, "post": by, "now": FOUNDED_AT}
    for letters, table in BRANCHES.items():
        committee, city = lines.committees[letters], lines.places[letters]
        for name, (short_name, districts, _contacts) in table.items():
            first = lines.places[districts.split()[0]]
            lines.branches[name] = branches.found_branch(
                name, short_name=short_name, committee=committee, place=first, **acting
            )
        for company in (company for company, where in ENTERPRISES.items() if where == letters):
            lines.enterprises[company] = branches.found_enterprise_organisation(
                f"{company}党支部",
                short_name=f"{company}党支部",
                committee=committee,
                place=city,
                company=lines.companies[company].organisation,
                **acting,
            )


def share_out_districts(lines: Lines, *, by: Post) -> None:
    """Who answers for which district. Jiangyang changed hands in spring: the first branch had it before the second."""
    jiangyang, first = lines.places["江阳区"], lines.branches["江阳第一流动党支部"]
    acting = {"by": by.person, "post": by, "now": FOUNDED_AT}
    branches.make_responsible(jiangyang, branch=first, from_date=FOUNDED_DATE, **acting)
    spring = datetime.date(2026, 3, 2)
    for table in BRANCHES.values():
        for name, (_short, districts, _contacts) in table.items():
            for district in districts.split():
                day = spring if district == "江阳区" else FOUNDED_DATE
                acting["now"] = datetime.datetime.combine(day, FOUNDED_AT.timetz())
                branches.make_responsible(lines.places[district], branch=lines.branches[name], from_date=day, **acting)


def appoint_known(lines: Lines) -> dict[str, Post]:
    """One well-known person for each role, in the order in which the sign-in page offers them.

    周建平 comes first: a driver, without a post.
    """
    province, department = lines.province, lines.department
    lines.person("周建平")
    table = (
        ("contact", "王建国", Role.CONTACT, lines.branches["江阳第二流动党支部"]),
        ("secretary", "李秀兰", Role.SECRETARY, lines.branches["江阳第二流动党支部"]),
        ("deputy", "何明勇", Role.DEPUTY_SECRETARY, lines.branches["江阳第二流动党支部"]),
        ("enterprise", "郑晓燕", Role.ENTERPRISE_STAFF, lines.enterprises["锦驾租赁"]),
        ("committee", "罗志刚", Role.COMMITTEE_STAFF, lines.committees["LZ"]),
        ("custodian", "谢桂芳", Role.CUSTODIAN, province),
        ("analyst", "唐文彬", Role.ANALYST, department),
        ("volunteer", "邓春梅", Role.VOLUNTEER, lines.homes["LZ"]),
        ("liaison", "冯俊杰", Role.LIAISON, lines.companies["蜀程出行"].organisation),
        ("auditor", "曾国华", Role.AUDITOR, department),
    )
    return {key: lines.post(lines.person(name), role, organisation) for key, name, role, organisation in table}


def appoint_administrators(lines: Lines) -> dict[str, Post]:
    """System, security and audit: three people, at the department."""
    table = (
        ("system", "许海波", Role.SYSTEM_ADMIN),
        ("security", "彭丽华", Role.SECURITY_ADMIN),
        ("audit", "吕思远", Role.AUDIT_ADMIN),
    )
    return {key: lines.post(lines.person(name), role, lines.department) for key, name, role in table}


def appoint_others(lines: Lines, random: Random) -> None:
    """Everybody else: secretaries and deputies, committee staff, the second custodian, volunteers, liaisons."""

    def fill(role: str, organisation: Organisation, share_of_women: float = 0.35) -> Post:
        return lines.post(lines.person(names.name(random, share_of_women=share_of_women)), role, organisation)

    fill(Role.CUSTODIAN, lines.province)
    for _number in range(2):
        fill(Role.COMMITTEE_STAFF, lines.province)
    for committee in lines.committees.values():
        staff = 1 if committee == lines.committees["LZ"] else 2
        for _number in range(staff):
            fill(Role.COMMITTEE_STAFF, committee)
    for name, branch in lines.branches.items():
        if name != "江阳第二流动党支部":
            secretary = fill(Role.SECRETARY, branch)
            if random.random() < 0.6:
                posts.set_public(secretary.pk, is_public=True, by=secretary.person, now=FOUNDED_AT)
            if name not in ("邛崃流动党支部", "长宁流动党支部", "宣汉流动党支部"):
                fill(Role.DEPUTY_SECRETARY, branch)
    for company, organisation in lines.enterprises.items():
        fill(Role.SECRETARY, organisation)
        if company != "锦驾租赁":
            fill(Role.ENTERPRISE_STAFF, organisation)
    for letters, home in lines.homes.items():
        if letters != "LZ":
            fill(Role.VOLUNTEER, home, 0.5)
    for company, name in trade.liaison_names(random).items():
        if company != "蜀程出行":
            lines.post(lines.person(name), Role.LIAISON, lines.companies[company].organisation)
