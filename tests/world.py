"""Plain functions that make the people, organisations and appeals a test needs, through the product's own actions."""

import datetime
import itertools
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.test import Client, RequestFactory

from appeals.actions import driving, filing, handling, hearing
from appeals.models import Appeal, Category, DutyPost, Paraphrase, RespondentKind
from branches.models import EnterpriseOrganisation, Pair, Responsibility
from drivers.models import Driver, Engagement
from platforms.models import Company, DispatchRule, Kinship, RuleVersion, Tie, TieKind
from portal import codes, sign_in
from portal.actions import calendar, places, posts
from portal.models import Organisation, OrganisationKind, Place, PlaceOpening, Post, Role, User
from portal.models.people import phone_hash
from portal.sealing import keyed_hash

BEIJING = datetime.timezone(datetime.timedelta(hours=8))
NOW = datetime.datetime(2026, 11, 23, 10, 0, tzinfo=BEIJING)  # a Monday
LONG_AGO = datetime.date(2025, 1, 6)
_numbers = itertools.count(1)
_NAMES = ["周建平", "吴小兵", "孙大海", "王秀英", "冯志强", "陈桂兰", "褚国庆", "卫红梅"]


def at(text: str) -> datetime.datetime:
    """A Beijing time: at("2026-02-13 16:30")."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def ground() -> None:
    """What every database begins with: places, calendar, the four pilot cities switched on, committees, department."""
    places.load()
    calendar.load_shipped(now=at("2025-12-01 09:00"))
    for letters in ("CD", "LZ", "YB", "DZ"):
        PlaceOpening.objects.get_or_create(place=Place.objects.get(letters=letters), from_date=LONG_AGO)
    province = an_organisation(
        OrganisationKind.COMMITTEE, "四川省网约车行业党委", place=Place.objects.get(code="510000")
    )
    for letters in ("CD", "LZ", "YB", "DZ"):
        city = Place.objects.get(letters=letters)
        an_organisation(OrganisationKind.COMMITTEE, f"{city.name}网约车行业党委", place=city, parent=province)
    an_organisation(OrganisationKind.DEPARTMENT, "四川省交通运输厅", place=province.place)


def an_organisation(kind: str, name: str, *, place: Place, parent: Organisation | None = None) -> Organisation:
    code = codes.new_code()
    path = f"{parent.path if parent else ''}{code}/"
    return Organisation.objects.create(
        code=code, kind=kind, name=name, short_name=name[:30], parent=parent, path=path, place=place
    )


def city(letters: str = "LZ") -> Place:
    return Place.objects.get(letters=letters)


def district(letters: str = "LZ") -> Place:
    return Place.objects.filter(parent=city(letters)).order_by("code").first()  # type: ignore[return-value]


def province_committee() -> Organisation:
    return Organisation.objects.get(kind=OrganisationKind.COMMITTEE, parent=None)


def committee(letters: str = "LZ") -> Organisation:
    return Organisation.objects.get(kind=OrganisationKind.COMMITTEE, place=city(letters))


def department() -> Organisation:
    return Organisation.objects.get(kind=OrganisationKind.DEPARTMENT)


def a_branch(letters: str = "LZ", *, of_district: Place | None = None) -> Organisation:
    """A branch that is responsible for a district, the city's first one by default."""
    number = next(_numbers)
    branch = an_organisation(
        OrganisationKind.BRANCH, f"第{number}流动党支部", place=city(letters), parent=committee(letters)
    )
    where = of_district or district(letters)
    if not Responsibility.objects.filter(district=where, until_date=None).exists():
        Responsibility.objects.create(district=where, branch=branch, from_date=LONG_AGO)
    return branch


def a_platform(name: str = "") -> Organisation:
    company = an_organisation(
        OrganisationKind.PLATFORM, name or f"平台{next(_numbers)}号", place=Place.objects.get(code="510000")
    )
    Company.objects.create(organisation=company, take_cap_permille=290)
    return company


def a_rule(company: Organisation, *, from_date: datetime.date = LONG_AGO, number: int = 1) -> RuleVersion:
    rule = DispatchRule.objects.get_or_create(company=company.company, title="派单规则")[0]
    return RuleVersion.objects.create(
        rule=rule, number=number, text="按距离派单。", published_date=from_date, from_date=from_date
    )


def an_enterprise(company: Organisation, letters: str = "LZ") -> Organisation:
    """The enterprise party organisation of a company."""
    organisation = an_organisation(
        OrganisationKind.ENTERPRISE, f"{company.name}党支部", place=city(letters), parent=committee(letters)
    )
    EnterpriseOrganisation.objects.create(organisation=organisation, company=company)
    return organisation


def a_person(name: str = "", **fields: Any) -> User:
    number = next(_numbers)
    phone = f"199{number:08d}"
    person = User(
        name=name or _NAMES[number % len(_NAMES)],
        phone=phone,
        phone_hash=phone_hash(phone),
        joined_at=at("2025-01-06 09:00"),
        **fields,
    )
    person.set_unusable_password()
    person.save()
    return person


def a_post(role: str, organisation: Organisation, person: User | None = None) -> Post:
    """A post in force since long ago, with its grants."""
    return posts.appoint(
        person or a_person(),
        organisation=organisation,
        role=role,
        from_date=LONG_AGO,
        by=None,
        now=at("2025-01-06 09:00"),
    )


def a_contact(of: Organisation) -> Post:
    return a_post(Role.CONTACT, of)


def a_secretary(of: Organisation) -> Post:
    return a_post(Role.SECRETARY, of)


def a_committee_staff(of: Organisation | None = None) -> Post:
    return a_post(Role.COMMITTEE_STAFF, of or committee())


def leave(post: Post, deputy: Post | None = None, first: str = "2026-01-01", last: str = "2026-12-31") -> Post:
    """The holder of a post is away; the deputy has what he needs from the first day on."""
    span = (datetime.date.fromisoformat(first), datetime.date.fromisoformat(last))
    now = at(f"{first} 09:00")
    posts.set_leave(post.pk, span=span, deputy=deputy, by=None, now=now)
    return Post.objects.get(pk=post.pk)


def end(post: Post, last: str = "2026-01-01") -> Post:
    """A post ends after its last day."""
    return posts.end_post(post.pk, last_date=datetime.date.fromisoformat(last), by=None, now=at(f"{last} 09:00"))


def tie(person: User, company: Organisation, kind: str = TieKind.STAFF, until: str | None = None) -> Tie:
    """A declared tie that bars a person from a company's cases."""
    last = datetime.date.fromisoformat(until) if until else None
    return Tie.objects.create(person=person, company=company, kind=kind, from_date=LONG_AGO, until_date=last)


def kin(one: User, other: User) -> Kinship:
    """Two people declared as relatives, by one of them."""
    return Kinship.objects.create(person=one, relative=other)


def on_duty(
    post: Post, letters: str = "LZ", first: str = "2026-01-01 00:00", last: str = "2027-01-01 00:00"
) -> DutyPost:
    """A post that answers for a city's urgent appeals."""
    return DutyPost.objects.create(post=post, place=city(letters), from_at=at(first), until_at=at(last))


def a_record(of: User, branch: Organisation | None = None, *, place: Place | None = None, **fields: Any) -> Driver:
    """The register's record of a person, with his name and number, which he has not claimed yet."""
    licence = f"5105{next(_numbers):014d}"
    values: dict[str, Any] = {
        "name": of.name,
        "place": place or district(),
        "phone": of.phone,
        "phone_hash": of.phone_hash,
        "licence": licence,
        "licence_hash": keyed_hash("licence", licence),
        "branch": branch,
        "branch_path": branch.path if branch else "",
        "since_date": LONG_AGO,
    }
    return Driver.objects.create(**values | fields)


def a_driver(branch: Organisation | None = None, *, place: Place | None = None, contact: Post | None = None) -> User:
    """A person whose claim to a driver's record is verified; with a responsible branch, and a contact where given."""
    person = a_person()
    driver = a_record(person, branch, place=place, person=person)
    if contact:
        Pair.objects.create(driver=driver, contact=contact, from_date=LONG_AGO)
    return person


def drives_for(person: User, company: Organisation, from_date: datetime.date = LONG_AGO) -> Engagement:
    return Engagement.objects.create(driver=person.driver, company=company, from_date=from_date)


def a_line(letters: str = "LZ") -> dict[str, Any]:
    """A whole line of people who can act: contact, secretary, committee staff of a city and of the province."""
    branch = a_branch(letters)
    return {
        "branch": branch,
        "contact": a_contact(branch),
        "secretary": a_secretary(branch),
        "committee": a_committee_staff(committee(letters)),
        "province": a_committee_staff(province_committee()),
    }


def a_filing(**fields: Any) -> filing.Filing:
    values: dict[str, Any] = {
        "title": "派单少了三成，想知道原因",
        "story": "上周开始晚高峰派单少了三成，客服只说是系统派的。",
        "category": Category.DISPATCH,
        "happened_date": datetime.date(2026, 1, 12),
        "place": city(),
        "district": district(),
    }
    values |= fields
    if values.get("about") is not None and "respondent_kind" not in fields:
        values["respondent_kind"] = RespondentKind.COMPANY
    return filing.Filing(**values)


def an_appeal(
    status: str = "waiting", *, by: User, handler: Post | None = None, now: datetime.datetime = NOW, **fields: Any
) -> Appeal:
    """An appeal filed by `by`; a handler brings it to in_hand, asked, answered, closed or transferred."""
    appeal = filing.file(a_filing(**fields), by=by, now=now)
    if status == "waiting":
        return appeal
    if status == "withdrawn":
        return driving.withdraw(appeal.pk, by=by, reason="已经解决", now=now)
    assert handler is not None
    appeal = handling.take(appeal.pk, by=handler, now=now)
    match status:
        case "asked":
            appeal = handling.ask(appeal.pk, by=handler, question="有当天的截图吗？", now=now)
        case "answered":
            appeal = handling.answer(appeal.pk, by=handler, finding="not_upheld", reasons="核对过规则。", now=now)
        case "closed":
            handling.answer(appeal.pk, by=handler, finding="not_upheld", reasons="核对过规则。", now=now)
            appeal = driving.accept(appeal.pk, by=by, now=now)
        case "transferred":
            appeal = handling.transfer(appeal.pk, by=handler, target="traffic_police", note="罚单归交警管。", now=now)
    return appeal


def heard(
    appeal_id: int, *, by: Post, question: str = "派单规则怎么变的？", now: datetime.datetime = NOW, **more: Any
) -> Appeal:
    """The company is asked: what a contact writes, his branch's secretary releases at once."""
    handling.hear_platform(appeal_id, by=by, question=question, now=now, **more)
    written = Paraphrase.objects.filter(appeal=appeal_id, released_at=None, returned_at=None).first()
    if written:
        branch = written.leg.organisation
        secretary = Post.objects.filter(organisation=branch, role=Role.SECRETARY).first() or a_secretary(branch)
        hearing.release(written.pk, by=secretary, now=now)
    return Appeal.objects.get(pk=appeal_id)


def signed_in(person: User, post: Post | None = None) -> Client:
    """A browser in which this person is signed in, acting in this post or as himself."""
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(person, backend="portal.sign_in.PhoneBackend")
    if post is not None:
        session = client.session
        session[POST_KEY] = post.code
        # as if he had just given his second factor, which most posts ask for
        request = RequestFactory().get("/")
        request.session = session
        record_authentication(request, person, method="mfa", type="totp")
        session.save()
    return client


POST_KEY = sign_in.POST
