"""Everybody who may stand before a page, and a case at every turn: made once, looked at by all tests of a module."""

import datetime
import io
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from appeals.actions import driving, evidencing, exporting, handling, overseeing, publishing, reading, templating
from appeals.blanks import Blank
from appeals.models import AnswerTemplate, Appeal, Export, Hearing, Identity, QualityReading, SavedFilter, Unsealing
from portal.actions import hooks, tokens
from portal.calendar import beijing_day
from portal.models import Event, Notice, Organisation, Place, Post, Role, User
from tests import world
from tests.appeals.files import picture
from tests.house import cast_beside, cast_claims, cast_hearing, cast_imports, cast_posts, cast_privacy, cast_registers

# himself: acts in no post
DRIVERS = ("driver", "other_driver")
# of the city in which the cases lie
LINE = ("contact", "secretary", "city", "province")
# somebody of every kind who has nothing to do with the cases
ELSEWHERE = ("other_contact", "other_secretary", "other_city", "enterprise", "other_liaison")
OFFICES = (
    "custodian", "analyst", "volunteer", "liaison", "auditor", "system_admin", "security_admin", "audit_admin",
)  # fmt: skip
VIEWERS = ("anonymous", *DRIVERS, *LINE, *ELSEWHERE, *OFFICES)


@dataclass
class Cast:
    """Viewers with their browsers, and what the addresses point at."""

    people: dict[str, User] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    browsers: dict[str, Client] = field(default_factory=dict)
    cases: dict[str, Appeal] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)


def gather(now: datetime.datetime) -> Cast:
    """The whole cast, signed in; every case at the moment its page is about."""
    cast = Cast()
    branch, other_branch = world.a_branch("LZ"), world.a_branch("LZ", of_district=_second_district())
    company, other_company = world.a_platform("川行约车"), world.a_platform("天府快驾")
    elsewhere = world.a_branch("CD")
    home = world.an_organisation("home", "江阳司机之家", place=world.district())
    _appoint(cast, branch, other_branch, company, other_company, home)
    cast.people["driver"] = world.a_driver(branch, contact=cast.posts["contact"])
    cast.people["other_driver"] = world.a_driver(elsewhere, place=world.district("CD"))
    world.drives_for(cast.people["driver"], company)
    company.company.cities.add(world.city("LZ"))
    _file(cast, company, now)
    _tell_anew(cast, company, now)
    cast.things |= {
        "branch": branch,
        "company": company,
        "rule": world.a_rule(company).rule,
        "notice": _a_notice(cast, now),
        "template": _a_template(cast, now),
        "export": _an_export(cast, now),
        **_machines(cast, now),
    }
    cast_hearing.hear(cast, company, now)
    cast_hearing.group(cast, branch, company, now)
    cast_imports.fill(cast, now)
    cast_beside.beside(cast, now)
    cast_claims.claim(cast, branch, now)
    cast_registers.keep(cast, company, now)
    cast_privacy.wish_away(cast, now)
    cast_posts.keep(cast, now)
    for name, person in cast.people.items():
        cast.browsers[name] = world.signed_in(person, cast.posts.get(name))
    cast.browsers["anonymous"] = Client(headers={"accept-language": "zh-hans"})
    for browser in cast.browsers.values():
        browser.raise_request_exception = False
    return cast


def _second_district() -> Any:
    return Place.objects.filter(parent=world.city()).order_by("code")[1]


def _appoint(cast: Cast, branch: Organisation, other: Organisation, company: Any, rival: Any, home: Any) -> None:
    city, department = world.committee("LZ"), world.department()
    desks = {
        "contact": (Role.CONTACT, branch), "secretary": (Role.SECRETARY, branch), "city": (Role.COMMITTEE_STAFF, city),
        "province": (Role.COMMITTEE_STAFF, world.province_committee()),
        "other_contact": (Role.CONTACT, other), "other_secretary": (Role.SECRETARY, other),
        "other_city": (Role.COMMITTEE_STAFF, world.committee("CD")),
        "enterprise": (Role.SECRETARY, world.an_enterprise(company)),
        "custodian": (Role.CUSTODIAN, city), "second": (Role.CUSTODIAN, city),
        "analyst": (Role.ANALYST, department), "volunteer": (Role.VOLUNTEER, home),
        "liaison": (Role.LIAISON, company), "other_liaison": (Role.LIAISON, rival),
        "auditor": (Role.AUDITOR, department), "system_admin": (Role.SYSTEM_ADMIN, department),
        "security_admin": (Role.SECURITY_ADMIN, department), "audit_admin": (Role.AUDIT_ADMIN, department),
    }  # fmt: skip
    for name, (role, organisation) in desks.items():
        cast.posts[name] = world.a_post(role, organisation)
        cast.people[name] = cast.posts[name].person


def _file(cast: Cast, company: Organisation, now: datetime.datetime) -> None:
    driver, contact, secretary = cast.people["driver"], cast.posts["contact"], cast.posts["secretary"]
    early = now - datetime.timedelta(hours=2)
    for status in ("waiting", "in_hand", "asked", "answered", "closed", "withdrawn", "transferred"):
        cast.cases[status] = world.an_appeal(status, by=driver, handler=contact, now=early, about=company)
    heard = cast.cases["in_hand"]
    world.heard(heard.pk, by=contact, question="三月初派单规则改了吗？", now=early)
    promised = world.an_appeal("in_hand", by=driver, handler=contact, now=early, about=company)
    handling.answer(
        promised.pk, by=contact, finding="upheld", reasons="平台算错了。", remedy="退回 38 元。",
        carry_out_date=beijing_day(now), now=early,
    )  # fmt: skip
    up = world.an_appeal("in_hand", by=driver, handler=contact, now=early, about=company)
    handling.escalate(up.pk, by=contact, reason="超出权限。", now=early)
    handling.take(up.pk, by=secretary, now=early)
    done = world.an_appeal("in_hand", by=driver, handler=contact, now=early, about=company)
    handling.answer(
        done.pk, by=contact, finding="upheld", reasons="平台算错了。", remedy="退回 38 元。",
        carry_out_date=beijing_day(now), now=early,
    )  # fmt: skip
    handling.carry_out(done.pk, by=contact, note="钱已到账。", now=early)
    cast.cases["alone"] = world.an_appeal("in_hand", by=driver, handler=contact, now=early, about=company)
    sealed = world.an_appeal("in_hand", by=driver, handler=contact, now=early, identity=Identity.SEALED)
    overseeing.ask_unsealing(sealed.pk, by=cast.posts["second"], motive="要核对收据。", now=early)
    cast.cases |= {"promised": promised, "up": up, "done": done, "sealed": sealed}
    cast.things |= {"hearing": Hearing.objects.get(appeal=heard), "unsealing": Unsealing.objects.get(appeal=sealed)}
    kept = {"name": "今天到期", "query": "due=today", "saved_at": early}
    cast.things["filter"] = SavedFilter.objects.create(post=secretary, **kept)
    driving.add(up.pk, by=driver, words="还有一张截图。", now=early)
    _photograph(cast, early)


def _photograph(cast: Cast, now: datetime.datetime) -> None:
    """A photo of a case, and one that belongs to none yet."""
    driver = cast.people["driver"]
    for name in ("file", "loose"):
        data = io.BytesIO(picture("PNG", (60, 40 if name == "file" else 30)))
        cast.things[name] = evidencing.receive(data, name=f"{name}.png", by=driver, now=now)
    driving.add(cast.cases["in_hand"].pk, by=driver, words="", now=now, evidence=[cast.things["file"].code])


def _tell_anew(cast: Cast, company: Organisation, now: datetime.datetime) -> None:
    """Answers without names: one proposed, one announced, one out; and a closed case drawn for a second reading."""
    driver, contact, city = cast.people["driver"], cast.posts["contact"], cast.posts["city"]
    told = publishing.Wording("派单少了三成，平台不说原因，怎么办？", "平台应当说明规则。规则没有改，是附近运力多了。")
    for name, days in (("proposed", 40), ("announced", 39), ("out", 38)):
        past = now - datetime.timedelta(days=days)
        case = world.an_appeal("closed", by=driver, handler=contact, now=past, about=company)
        cast.cases[f"{name} case"] = case
        made = publishing.propose(case.pk, by=contact, wording=told, now=past)
        if name != "proposed":
            agreed = now if name == "announced" else past
            made = publishing.announce(made.pk, by=city, names_company=False, now=agreed)
        cast.things[name] = made
    publishing.release_due(now=now)
    week = datetime.timedelta(days=7)
    cast.cases["read"] = world.an_appeal("closed", by=driver, handler=contact, now=now - week, about=company)
    reading.draw_week(city.organisation_id, reading.monday_of(now.date()) - week, now=now)
    cast.things["reading"] = QualityReading.objects.get(appeal=cast.cases["read"])


def _an_export(cast: Cast, now: datetime.datetime) -> Export:
    """A list that waits for its second person."""
    asked = exporting.ask(cast.posts["secretary"], wanted={"show": "all"}, format="csv", now=now)
    Export.objects.filter(pk=asked.pk).update(state="asked")
    return asked


def _a_template(cast: Cast, now: datetime.datetime) -> AnswerTemplate:
    body = templating.Body("not_upheld", "核对过{月份}的账单。", fields=(Blank("月份", "text"),))
    return templating.write(by=cast.posts["secretary"], category="dispatch", title="核对过", body=body, now=now)


def _machines(cast: Cast, now: datetime.datetime) -> dict[str, Any]:
    """A program with a key for the secretary's post, and a system that is told of the city's line."""
    secretary, office = cast.posts["secretary"], cast.posts["system_admin"]
    token, _secret = tokens.issue(secretary, name="办公系统", days=30, networks=[], by=secretary.person, now=now)
    hook = hooks.add(
        world.committee("LZ"), name="办公系统", url="https://office.example/", kinds_wanted=["appeals.closed"],
        by=office.person, post=office, now=now,
    )  # fmt: skip
    return {"token": token, "hook": hook}


def _a_notice(cast: Cast, now: datetime.datetime) -> Notice:
    case = cast.cases["waiting"]
    event = Event.objects.get(subject=f"appeals.appeal:{case.code}", position=1)
    return Notice.objects.create(
        person=cast.people["driver"], event=event, kind=event.kind, text="有新消息。", url="/appeals/", at=now
    )
