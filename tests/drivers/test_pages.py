"""A driver's own contracts, and what is held about him."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from drivers.models import Contract, ContractKind
from portal import front
from tests import world

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def page(client: Client) -> str:
    response = client.get(reverse("drivers:my_contracts"))
    assert response.status_code == 200
    return response.content.decode()


def test_a_driver_sees_his_contracts_and_nobody_elses() -> None:
    one, other = world.a_driver(), world.a_driver()
    mine, theirs = world.a_platform("锦驾租赁"), world.a_platform("蓉城驾租")
    until = TODAY + datetime.timedelta(days=12)
    kind = ContractKind.LEASE
    Contract.objects.create(driver=one.driver, company=mine, kind=kind, from_date=world.LONG_AGO, until_date=until)
    Contract.objects.create(driver=other.driver, company=theirs, kind=kind, from_date=world.LONG_AGO)
    text = page(world.signed_in(one))
    assert "锦驾租赁" in text
    assert "天后到期" in text
    assert "蓉城驾租" not in text


def test_without_contract_or_record_the_page_says_what_to_do() -> None:
    assert "没有登记的合同" in page(world.signed_in(world.a_driver()))
    assert "还没有对上您的司机档案" in page(world.signed_in(world.a_person()))


def test_a_strangers_way_leads_to_the_sign_in() -> None:
    assert Client().get(reverse("drivers:my_contracts")).status_code == 302


def test_a_person_gets_what_is_held_about_him() -> None:
    person = world.a_driver()
    world.drives_for(person, world.a_platform("蜀程出行"))
    held = front.personal_data(person)["drivers"]
    assert held["phone"] == person.phone
    assert [row["name"] for row in held["companies"]] == ["蜀程出行"]
    assert front.personal_data(world.a_person())["drivers"] == {}
