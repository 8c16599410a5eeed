"""Filing through the five pages as a phone without scripts sends them."""

import datetime
import json
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from appeals.actions import overseeing
from appeals.models import Appeal, Draft
from portal import once as portal_once
from portal.models import Organisation, PlaceOpening, User
from tests import world
from tests.appeals.phone import answers, filed, fill_in, key_of, main_text, page, step, text

pytestmark = pytest.mark.django_db
TYPED = ("happened_date_year", "happened_date_month", "happened_date_day", "title", "story")


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(world.NOW, tick=False):
        yield


@pytest.fixture
def platform() -> Organisation:
    return world.a_platform("蜀程出行")


def test_five_pages_lead_to_a_receipt(client: Client, driver: User, platform: Organisation, line: dict) -> None:
    world.drives_for(driver, platform)
    appeal = filed(client, about=platform, order_number="DD2026111000871")
    assert (appeal.filer, appeal.category, appeal.title) == (driver, "pay", "一单抽了 38%")
    assert appeal.respondent_at_event == platform
    assert appeal.happened_date == datetime.date(2026, 11, 10)
    assert (appeal.district, appeal.place) == (world.district(), world.city())
    assert (appeal.identity, appeal.order_number) == ("named", "DD2026111000871")
    receipt = main_text(client.get(page("receipt", appeal)))
    assert appeal.number in receipt
    assert appeal.secret in receipt
    assert "11月24日 周二 24:00 前接手，11月26日 周四 24:00 前答复" in receipt
    assert line["branch"].short_name in receipt
    assert not Draft.objects.exists()


def test_a_page_cannot_be_skipped(client: Client) -> None:
    fill_in(client, answers(), until=2)
    assert client.get(step(5))["Location"] == step(3)
    assert client.get(step(6)).status_code == 404


def test_without_a_draft_a_later_page_leads_to_the_list(client: Client) -> None:
    assert client.get(step(5))["Location"] == "/appeals/"


@pytest.mark.parametrize(
    ("number", "wrong", "sentence"),
    [
        (1, {"is_urgent": ""}, "请选“有”或“没有”"),
        (2, {"category": "nonsense"}, "请"),
        (3, {"happened_date_month": "13"}, "请核对日期"),
        (3, {"happened_date_year": "2027"}, "这个日子还没到"),
        (3, {"happened_date_year": "1926"}, "请核对年份"),
        (3, {"where": "510100000"}, "请"),
        (3, {"about": "company:AAAAAAAAAAAAAAAA"}, "请"),
        (4, {"title": ""}, "请用一句话说是什么事"),
        (4, {"story": ""}, "请写一下经过"),
        (4, {"title": "长" * 61}, "最多 60 个字"),
    ],
)
def test_what_is_wrong_is_said_and_everything_stays(
    client: Client, number: int, wrong: dict[str, str], sentence: str
) -> None:
    pages = answers()
    key = fill_in(client, pages, until=number - 1) if number > 1 else ""
    pages[number] |= wrong
    sent = client.post(step(number), {**pages[number], "key": key})
    assert sent.status_code == 422
    assert sentence in main_text(sent)
    assert "填的都还在" in main_text(sent)
    typed = {name: value for name, value in pages[number].items() if name in TYPED and value}
    assert [name for name, value in typed.items() if value not in sent.content.decode()] == []
    again = client.get(step(number)).content.decode()
    assert [name for name, value in typed.items() if value not in again] == []


def test_a_wrong_date_is_still_there_the_next_day(client: Client) -> None:
    pages = answers(happened_date_month="13")
    key = fill_in(client, pages, until=2)
    client.post(step(3), {**pages[3], "key": key, "save": "1"})
    kept = client.get(step(3)).content.decode()
    assert 'name="happened_date_month" value="13"' in kept


def test_saved_resumed_and_thrown_away(client: Client) -> None:
    pages = answers(title="写到一半")
    key = fill_in(client, pages, until=3)
    saved = client.post(step(4), {"title": "写到一半", "story": "", "key": key, "save": "1"}, follow=True)
    assert "草稿已存" in text(saved)
    assert "有一份草稿还没提交" in main_text(saved)
    resume = client.get("/appeals/new/")
    assert "写到一半" in main_text(resume)
    assert f'href="{step(4)}"' in resume.content.decode()
    gone = client.post("/appeals/new/discard/")
    assert gone["Location"] == step(1)
    assert not Draft.objects.exists()


def test_without_a_draft_the_first_page_comes_at_once(client: Client) -> None:
    assert client.get("/appeals/new/")["Location"] == step(1)


def test_back_keeps_the_page(client: Client) -> None:
    pages = answers()
    key = fill_in(client, pages, until=3)
    sent = client.post(step(4), {"title": "还没写完", "story": "", "key": key, "back": "1"})
    assert sent["Location"] == step(3)
    assert "还没写完" in client.get(step(4)).content.decode()


def test_reading_over_leads_back_to_it(client: Client, platform: Organisation) -> None:
    key = fill_in(client, answers(about=platform))
    last = client.get(step(5))
    assert "蜀程出行" in main_text(last)
    assert f'href="{step(3)}?review"' in last.content.decode()
    sent = client.post(f"{step(3)}?review", {**answers()[3], "key": key})
    assert sent["Location"] == step(5)
    assert "不针对谁" in main_text(client.get(step(5)))


def test_sent_twice_is_one_appeal_with_one_receipt(client: Client) -> None:
    pages = answers()
    key = fill_in(client, pages)
    first = client.post(step(5), {**pages[5], "key": key})
    second = client.post(step(5), {**pages[5], "key": key})
    assert first["Location"] == second["Location"]
    assert Appeal.objects.count() == 1


def test_a_lost_reply_and_another_mind_give_the_first_receipt_and_say_so(client: Client) -> None:
    pages = answers()
    key = fill_in(client, pages)
    first = client.post(step(5), {"identity": "named", "key": key})
    second = client.post(step(5), {"identity": "sealed", "key": key}, follow=True)
    assert second.redirect_chain[-1][0] == first["Location"]
    assert "已经提交过了" in text(second)
    assert Appeal.objects.get().identity == "named"


def test_an_old_page_of_a_filed_draft_starts_nothing(client: Client) -> None:
    pages = answers()
    key = fill_in(client, pages)
    receipt = client.post(step(5), {**pages[5], "key": key})["Location"]
    assert client.post(step(3), {**pages[3], "key": key})["Location"] == receipt
    assert client.post(step(3), {**pages[3], "key": portal_once.new_key()})["Location"] == "/appeals/"
    assert not Draft.objects.exists()


def test_another_persons_key_opens_nothing(client: Client, line: dict) -> None:
    pages = answers()
    key = fill_in(client, pages)
    client.post(step(5), {**pages[5], "key": key})
    stranger = world.signed_in(world.a_driver(line["branch"]))
    assert stranger.post(step(5), {**pages[5], "key": key})["Location"] == "/appeals/"
    assert Appeal.objects.count() == 1


def test_a_step_that_became_wrong_is_shown_before_anything_is_filed(client: Client, platform: Organisation) -> None:
    pages = answers(about=platform)
    key = fill_in(client, pages)
    platform.closed_at = world.NOW
    platform.save()
    sent = client.post(step(5), {**pages[5], "key": key})
    assert sent["Location"] == f"{step(3)}?check"
    assert "和谁有关" in main_text(client.get(sent["Location"]))
    assert not Appeal.objects.exists()


def test_refused_keeps_the_draft_and_the_same_key_can_be_sent_again(client: Client) -> None:
    pages = answers()
    key = fill_in(client, pages)
    PlaceOpening.objects.filter(place=world.city()).update(until_date=datetime.date(2026, 11, 22))
    assert client.post(step(5), {**pages[5], "key": key})["Location"] == f"{step(3)}?check"
    PlaceOpening.objects.filter(place=world.city()).update(until_date=None)
    assert "/receipt/" in client.post(step(5), {**pages[5], "key": key})["Location"]


class TestAutosave:
    def test_into_its_own_draft(self, client: Client, driver: User) -> None:
        key = fill_in(client, answers(), until=3)
        sent = client.post("/appeals/draft/", {"step": "4", "key": key, "title": "刚打的字", "story": "一半"})
        body = json.loads(Draft.objects.get(person=driver).body)
        assert sent.status_code == 200
        assert body["answers"]["story"] == "一半"
        assert sent.json()["at"] == Draft.objects.get(person=driver).saved_at.isoformat()

    def test_nothing_comes_back_after_filing(self, client: Client) -> None:
        pages = answers()
        key = fill_in(client, pages)
        client.post(step(5), {**pages[5], "key": key})
        late = client.post("/appeals/draft/", {"step": "4", "key": key, "title": "迟到的字", "story": "x"})
        assert late.status_code == 204
        assert not Draft.objects.exists()

    @pytest.mark.parametrize("number", ["", "0", "6", "x"])
    def test_an_unknown_page_changes_nothing(self, client: Client, number: str) -> None:
        key = fill_in(client, answers(), until=3)
        assert client.post("/appeals/draft/", {"step": number, "key": key}).status_code == 204

    def test_only_by_post(self, client: Client) -> None:
        assert client.get("/appeals/draft/").status_code == 405


class TestWhatIsOffered:
    def test_his_companies_of_that_day_come_first(self, client: Client, driver: User, platform: Organisation) -> None:
        before = world.a_platform("川行约车")
        world.drives_for(driver, platform, datetime.date(2026, 11, 20))
        row = world.drives_for(driver, before)
        row.until_date = datetime.date(2026, 11, 15)
        row.save()
        key = fill_in(client, answers(), until=2)
        first = client.get(step(3)).content.decode()
        assert first.index("蜀程出行") < first.index("川行约车")
        client.post(step(3), {**answers()[3], "key": key, "save": "1"})
        on_the_day = client.get(step(3)).content.decode()
        assert on_the_day.index("川行约车") < on_the_day.index("蜀程出行")

    def test_his_district_is_chosen_already(self, client: Client) -> None:
        fill_in(client, answers(), until=2)
        assert f'value="{world.district().code}" selected' in client.get(step(3)).content.decode()

    def test_a_city_that_is_not_open_is_not_there(self, client: Client) -> None:
        PlaceOpening.objects.filter(place=world.city("YB")).delete()
        fill_in(client, answers(), until=2)
        assert "宜宾市" not in main_text(client.get(step(3)))

    def test_a_contact_who_did_not_agree_is_not_named(self, client: Client, line: dict) -> None:
        fill_in(client, answers(), until=2)
        shown = main_text(client.get(step(3)))
        assert "我的联系人" in shown
        assert line["contact"].person.name not in shown

    def test_about_the_own_contact_goes_past_him(self, client: Client, line: dict) -> None:
        assert filed(client).tier == 1
        pages = answers()
        pages[3]["about"] = f"person:{line['contact'].code}"
        key = fill_in(client, pages)
        sent = client.post(step(5), {**pages[5], "key": key})
        named = Appeal.objects.get(code=sent["Location"].split("/")[2])
        assert (named.respondent_kind, named.tier) == ("contact", 2)
        assert named.bars.get().person == line["contact"].person

    def test_about_the_branch_starts_at_the_committee(self, client: Client, line: dict) -> None:
        pages = answers()
        pages[3]["about"] = f"branch:{line['branch'].code}"
        key = fill_in(client, pages)
        sent = client.post(step(5), {**pages[5], "key": key})
        assert Appeal.objects.get(code=sent["Location"].split("/")[2]).tier == 3

    def test_the_companys_own_organisation_can_be_chosen(self, client: Client, platform: Organisation) -> None:
        own = world.an_enterprise(platform)
        world.a_secretary(own)
        pages = answers(about=platform)
        key = fill_in(client, pages)
        assert own.name in main_text(client.get(step(5)))
        client.post(step(5), {**pages[5], "wants_enterprise": "on", "key": key})
        assert Appeal.objects.get().wants_enterprise

    def test_where_there_is_none_it_is_not_asked(self, client: Client, platform: Organisation) -> None:
        fill_in(client, answers(about=platform))
        assert "wants_enterprise" not in client.get(step(5)).content.decode()

    def test_starting_at_the_branch_needs_a_reason(self, client: Client) -> None:
        pages = answers(skips_contact="on")
        key = fill_in(client, pages)
        sent = client.post(step(5), {**pages[5], "key": key})
        assert sent.status_code == 422
        assert "直接从支部办起" in main_text(sent)
        sealed = client.post(step(5), {**pages[5], "identity": "sealed", "key": key})
        assert "/receipt/" in sealed["Location"]
        assert Appeal.objects.get().tier == 2

    def test_harassment_may_start_at_the_branch(self, client: Client) -> None:
        assert filed(client, category="safety", skips_contact="on").tier == 2


class TestUrgent:
    def test_danger_first_and_nobody_on_duty_is_said(self, client: Client) -> None:
        first = main_text(client.get(step(1)))
        assert first.index("110") < first.index("现在有人身危险吗")
        assert "泸州市现在没有人值班" in first
        fill_in(client, answers(is_urgent="yes"), until=1)
        second = main_text(client.get(step(2)))
        assert "110" in second
        assert "泸州市现在没有人值班" in second

    def test_somebody_on_duty_is_said(self, client: Client, line: dict) -> None:
        overseeing.set_duty(
            line["secretary"],
            place=world.city(),
            from_at=world.NOW,
            until_at=world.NOW + datetime.timedelta(hours=12),
            by=line["committee"],
            now=world.NOW,
        )
        assert "泸州市现在有人值班" in main_text(client.get(step(1)))

    def test_not_urgent_pages_do_not_shout(self, client: Client) -> None:
        fill_in(client, answers(), until=1)
        assert "120" not in main_text(client.get(step(2)))

    def test_it_goes_to_the_branch_within_two_hours(self, client: Client) -> None:
        appeal = filed(client, is_urgent="yes", category="safety")
        assert appeal.tier == 2
        shown = main_text(client.get(page("detail", appeal)))
        assert shown.index("110") < shown.index(appeal.title)
        assert "2 小时内接手" in shown
        assert "泸州市现在没有人值班" in shown


def test_a_person_without_a_drivers_record_can_file(line: dict) -> None:
    appeal = filed(world.signed_in(world.a_person()))
    assert appeal.driver is None
    assert appeal.handling_org == line["branch"]


def test_nobody_files_without_signing_in() -> None:
    sent = Client().get(step(1))
    assert sent.status_code == 302
    assert "/sign-in/" in sent["Location"]


def test_the_hidden_key_is_the_drafts(client: Client, driver: User) -> None:
    fill_in(client, answers(), until=1)
    assert key_of(client.get(step(2))) == json.loads(Draft.objects.get(person=driver).body)["key"]
