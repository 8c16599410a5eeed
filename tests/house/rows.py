"""A desk whose lists can be made longer: each method makes more rows of one kind."""

import datetime
import json

from django.test import Client

from appeals.actions import exporting, filing, handling, overseeing, publishing, reading, templating
from appeals.models import Identity
from branches.models import Pair
from drivers.actions import claims
from drivers.matching import Given
from drivers.models import Contract, Driver, Driving
from platforms.models import Permit, Vehicle
from portal import events
from portal.actions import exporting as taking_out
from portal.models import Notice, RegisterExport, Role
from portal.plates import plate_hash
from portal.registers_out import REGISTERS
from tests import world

EARLY = world.NOW - datetime.timedelta(hours=2)
FINDINGS = reading.Findings(
    reasons_fit=True, remedy_fits=None, is_plain=False, clocks_kept=True, is_confidential=True, carried_out=None,
    should_reopen=False,
)  # fmt: skip


class Desk:
    """A line of people, a company and its liaison, and rows of every list to be made more of."""

    def __init__(self) -> None:
        self.line = world.a_line()
        self.branch, self.contact = self.line["branch"], self.line["contact"]
        self.company = world.a_platform()
        self.company.company.cities.add(world.city())
        self.posts = {
            **{role: self.line[role] for role in ("contact", "secretary", "committee", "province")},
            "liaison": world.a_post(Role.LIAISON, self.company),
            "custodian": world.a_post(Role.CUSTODIAN, world.committee()),
            "security_admin": world.a_post(Role.SECURITY_ADMIN, world.department()),
            "auditor": world.a_post(Role.AUDITOR, world.department()),
            "system_admin": world.a_post(Role.SYSTEM_ADMIN, world.department()),
        }
        self.driver = world.a_driver(self.branch)
        self.weeks = 0

    def browser(self, who: str) -> Client:
        return (
            world.signed_in(self.driver)
            if who == "driver"
            else world.signed_in(self.posts[who].person, self.posts[who])
        )

    def cases(self, count: int) -> None:
        """Cases of different drivers and kinds, in every state, some with a company that was asked and an alarm."""
        for number in range(count):
            driver = world.a_driver(self.branch, contact=self.contact if number % 2 else None)
            for person in (driver, self.driver):
                appeal = world.an_appeal("in_hand", by=person, handler=self.contact, now=EARLY, about=self.company)
                world.heard(appeal.pk, by=self.contact, question="规则改了吗？", now=EARLY)
                world.an_appeal("answered", by=person, handler=self.contact, now=EARLY)
                world.an_appeal("waiting", by=person, now=EARLY, identity=Identity.SEALED)
                world.an_appeal("closed", by=person, handler=self.contact, now=EARLY)
            filing.file(world.a_filing(is_urgent=True), by=driver, now=EARLY)
            sealed = world.an_appeal("in_hand", by=driver, handler=self.contact, now=EARLY, identity=Identity.SEALED)
            overseeing.ask_unsealing(sealed.pk, by=self.posts["custodian"], motive="要核对。", now=EARLY)

    def written(self, count: int) -> None:
        """Questions to a company that nobody has released."""
        for _number in range(count):
            driver = world.a_driver(self.branch, contact=self.contact)
            appeal = world.an_appeal("in_hand", by=driver, handler=self.contact, now=EARLY, about=self.company)
            handling.hear_platform(appeal.pk, by=self.contact, question="规则改了吗？", now=EARLY)

    def people(self, count: int) -> None:
        """Branches, contacts, drivers with and without a contact, companies and their rules, duties, clocks."""
        for number in range(count):
            district = world.Place.objects.filter(parent=world.city()).order_by("code")[number % 7]
            branch = world.a_branch(of_district=district)
            contact = world.a_contact(self.branch)
            world.a_secretary(branch)
            world.on_duty(world.a_secretary(self.branch))
            Pair.objects.create(driver=world.a_driver(self.branch).driver, contact=contact, from_date=world.LONG_AGO)
            company = world.a_platform()
            company.company.cities.add(world.city())
            world.a_rule(company)
            world.a_post(Role.LIAISON, company)

    def registered(self, count: int) -> None:
        """Drivers with cars, leases and papers that run out, and companies with permits."""
        soon = EARLY.date() + datetime.timedelta(days=5)
        for _number in range(count):
            driver, company = world.a_driver(self.branch).driver, world.a_platform().company
            plate = f"川EO{Vehicle.objects.count():05d}"
            vehicle = Vehicle.objects.create(
                plate=plate, plate_hash=plate_hash(plate), city=world.city(), company=company, owner_company=company,
                licence_until_date=soon,
            )  # fmt: skip
            days = {"from_date": world.LONG_AGO, "until_date": soon}
            Permit.objects.create(company=company, city=world.city(), number=plate, **days)
            Driving.objects.create(driver=driver, vehicle=vehicle, company=self.company, from_date=world.LONG_AGO)
            Contract.objects.create(driver=driver, company=self.company, kind="lease", vehicle=vehicle, **days)
            Driver.objects.filter(pk=driver.pk).update(certificate_until_date=soon)

    def promised(self, count: int) -> None:
        """Answers that promise something, kept, owed and late."""
        for number in range(count):
            driver = world.a_driver(self.branch, contact=self.contact)
            appeal = world.an_appeal("in_hand", by=driver, handler=self.contact, now=EARLY)
            day = EARLY.date() + datetime.timedelta(days=number)
            handling.answer(
                appeal.pk, by=self.contact, finding="upheld", reasons="属实。", remedy="退 38 元。",
                carry_out_date=day, now=EARLY,
            )  # fmt: skip

    def taken_out(self, count: int) -> None:
        """Lists taken out, each of a company's cases in a place."""
        self.cases(1)
        asked = {"show": "all", "company": self.company.code, "place": world.city().code}
        for _time in range(count):
            exporting.ask(self.posts["secretary"], wanted=asked, format="csv", now=EARLY)

    def lists_taken_out(self, count: int) -> None:
        """Lists of registers taken out, each of a company's cars in a city."""
        self.registered(1)
        wanted = json.dumps({"company": self.company.code, "city": world.city().code})
        for _time in range(count):
            asked = RegisterExport(post=self.posts["system_admin"], register="platforms.permits", wanted="{}")
            asked.format = "csv"
            taking_out.ask(REGISTERS, asked, purpose="", now=EARLY)
            asked.wanted, asked.register = wanted, "platforms.vehicles"
            asked.save(update_fields=["wanted", "register"])

    def templates(self, count: int) -> None:
        for number in range(count):
            for who in ("secretary", "committee"):
                body = templating.Body("not_upheld", "核对过规则。")
                templating.write(by=self.posts[who], category="pay", title=f"模板{number}", body=body, now=EARLY)

    def claims(self, count: int) -> None:
        """Claims that lie with the branch, of records that other accounts have."""
        for _number in range(count):
            held = world.a_driver(self.branch).driver
            given, person = Given(held.licence, held.name), world.a_person()
            claims.ask_branch(given, place=held.place, said="", by=person, now=EARLY)

    def notices(self, count: int) -> None:
        appeals = [world.an_appeal(by=self.driver, now=EARLY) for _time in range(count)]
        for appeal in appeals:
            event = events.Event.objects.get(subject=events.subject_of(appeal), position=1)
            for who in ("driver", "secretary"):
                person = self.driver if who == "driver" else self.posts[who].person
                Notice.objects.create(
                    person=person, event=event, kind=event.kind, text="有新消息。", url="/appeals/", at=EARLY
                )

    def told(self, count: int) -> None:
        """Answers published without names, and others on their way."""
        wording = publishing.Wording("派单少了怎么办？", "规则里写明了。")
        past = EARLY - datetime.timedelta(days=40)
        for number in range(count):
            for is_out in (True, False):
                driver = world.a_driver(self.branch, contact=self.contact)
                case = world.an_appeal("closed", by=driver, handler=self.contact, now=past, about=self.company)
                made = publishing.propose(case.pk, by=self.posts["secretary"], wording=wording, now=past)
                if is_out:
                    publishing.announce(made.pk, by=self.posts["committee"], names_company=False, now=past)
                elif number % 2:
                    publishing.decline(made.pk, by=self.posts["committee"], reason="再写短些。", now=past)
        publishing.release_due(now=EARLY)

    def drawn(self, count: int) -> None:
        """Second readings of one case a week, half of them read."""
        committee = self.posts["committee"].organisation_id
        for number in range(count):
            self.weeks += 1
            past = EARLY - datetime.timedelta(days=7 * self.weeks)
            driver = world.a_driver(self.branch, contact=self.contact)
            world.an_appeal("closed", by=driver, handler=self.contact, now=past, about=self.company)
            draw = reading.draw_week(committee, reading.monday_of(past.date()), now=EARLY)
            assert draw is not None
            if number % 2:
                reading.read(draw.readings.get().pk, by=self.posts["committee"], findings=FINDINGS, now=EARLY)
