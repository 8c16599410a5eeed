"""A key opens what its holder may see, while he and his post are there, and for nobody longer."""

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from portal.actions import notices, people, posts, tokens
from portal.api import authentication
from portal.errors import Refused
from portal.models import ApiToken, Event, Notice, Role
from tests import world
from tests.api.program import Program, filing, read

DAY = datetime.timedelta(days=1)
ME, DESK, OWN = "/api/me/", "/api/desk/appeals/", "/api/appeals/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(time_machine: Any) -> None:
    time_machine.move_to(world.NOW, tick=False)


@pytest.fixture
def secretary() -> Any:
    return world.a_secretary(world.a_branch())


def issue(post: Any, **given: Any) -> tuple[ApiToken, str]:
    values = {"name": "程序", "days": 30, "networks": [], "by": post.person, "now": world.NOW}
    return tokens.issue(post, **{**values, **given})


def test_the_secret_is_nowhere_but_with_its_holder(secretary: Any) -> None:
    token, secret = issue(secretary)
    kept = str(ApiToken.objects.filter(pk=token.pk).values().get())
    assert secret.rpartition("_")[2] not in kept
    assert token.prefix in secret
    event = Event.objects.get(kind="portal.token_issued")
    assert (event.facts["post"], event.facts["person"]) == (secretary.code, secretary.person.code)
    assert secret.rpartition("_")[2] not in str(event.facts)


def test_it_says_for_whom_it_acts_and_notes_the_day(secretary: Any) -> None:
    program = Program(secretary.person, secretary)
    said = read(program.get(ME))
    assert (said["post"], said["role"], said["key"]) == (secretary.code, "secretary", program.token.prefix)
    assert program.row.last_used_date == world.NOW.date()
    driver = Program(world.a_driver())
    assert read(driver.get(ME))["post"] is None


def test_without_a_key_nothing_is_said(client: Any) -> None:
    answer = client.get(DESK)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "sent", ["Bearer", "Bearer sjzj_00000000_" + "0" * 32, "Bearer 中文", "Bearer a b", "Basic eA=="]
)
def test_what_is_no_key_opens_nothing(client: Any, sent: str) -> None:
    answer = client.get(ME, headers={"authorization": sent.encode().decode("latin-1")})
    assert answer.status_code == 401


def test_half_a_key_opens_nothing(secretary: Any) -> None:
    one, other = Program(secretary.person, secretary), Program(secretary.person, secretary)
    one.secret = f"{one.secret.rpartition('_')[0]}_{other.secret.rpartition('_')[2]}"
    assert one.get(ME).status_code == 401


def test_revoked_over_and_a_leavers_key_open_nothing_from_the_next_request_on(
    secretary: Any, time_machine: Any
) -> None:
    revoked, over, left = (Program(secretary.person, secretary, days=days) for days in (30, 1, 30))
    assert [one.get(ME).status_code for one in (revoked, over, left)] == [200, 200, 200]
    tokens.revoke(revoked.token.pk, by=secretary.person, post=secretary, now=world.NOW)
    assert [one.get(ME).status_code for one in (revoked, over, left)] == [401, 200, 200]
    time_machine.move_to(world.NOW + DAY, tick=False)
    assert [one.get(ME).status_code for one in (revoked, over, left)] == [401, 401, 200]
    posts.end_post(secretary.pk, last_date=world.NOW.date(), by=None, now=world.NOW + DAY)
    assert left.get(ME).status_code == 401


def test_a_person_who_was_switched_off_has_no_key(secretary: Any) -> None:
    program = Program(secretary.person, secretary)
    secretary.person.is_active = False
    secretary.person.save()
    assert program.get(ME).status_code == 401


@pytest.mark.parametrize("how", ["everywhere", "factor", "number"])
def test_keys_end_with_the_sessions(secretary: Any, how: str) -> None:
    program = Program(secretary.person, secretary)
    match how:
        case "everywhere":
            people.sign_out_everywhere(secretary.person, by=secretary.person, now=world.NOW)
        case "factor":
            secretary.person.authenticator_set.create(type="totp", data={})
            posts.reset_factor(
                secretary.person,
                organisation=secretary.organisation,
                by=world.a_post(Role.SECURITY_ADMIN, world.committee()).person,
                now=world.NOW,
            )
        case "number":
            people.part_from_number(secretary.person, now=world.NOW)
    assert program.get(ME).status_code == 401
    assert Event.objects.get(kind="portal.token_revoked").facts["why"] == "sessions"


def test_it_is_good_from_its_own_networks_only(secretary: Any) -> None:
    inside = Program(secretary.person, secretary, networks=("127.0.0.0/8", "2001:db8::/32"))
    outside = Program(secretary.person, secretary, networks=("203.0.113.0/24",))
    assert (inside.get(ME).status_code, outside.get(ME).status_code) == (200, 401)
    assert authentication.is_inside("2001:db8::1", ["2001:db8::/32"])
    assert not authentication.is_inside(None, ["127.0.0.0/8"])


def test_a_key_acts_in_its_own_post_whatever_a_cookie_says(secretary: Any) -> None:
    staff = world.a_committee_staff()
    program = Program(secretary.person, secretary)
    program.browser = world.signed_in(staff.person, staff)
    assert read(program.get(ME))["post"] == secretary.code


def test_a_posts_key_is_not_its_holders_own(secretary: Any) -> None:
    """He drives too: what he filed himself is his, and no business of the office's program."""
    person = secretary.person
    world.an_appeal(by=person)
    program = Program(person, secretary)
    assert program.get(OWN).status_code == 404
    assert program.post(OWN, filing()).status_code == 404
    assert program.get(f"{OWN}choices/").status_code == 404
    own = Program(person)
    assert len(read(own.get(OWN))["results"]) == 1
    assert own.get(DESK).status_code == 404


def test_nobody_makes_one_for_somebody_else(secretary: Any) -> None:
    with pytest.raises(PermissionDenied):
        issue(secretary, by=world.a_person())
    with pytest.raises(Refused):
        issue(world.a_post(Role.AUDITOR, world.department()))
    for days in (0, 366):
        with pytest.raises(Refused):
            issue(secretary, days=days)


def test_ten_keys_are_enough(secretary: Any) -> None:
    for _time in range(10):
        issue(secretary)
    with pytest.raises(Refused):
        issue(secretary)


def test_a_security_administrator_of_the_line_revokes_it_and_its_holder_is_told(secretary: Any) -> None:
    token, _secret = issue(secretary)
    elsewhere = world.a_post(Role.SECURITY_ADMIN, world.committee("CD"))
    with pytest.raises(PermissionDenied):
        tokens.revoke(token.pk, by=elsewhere.person, post=elsewhere, now=world.NOW)
    own = world.a_driver()
    private, _secret = tokens.issue(None, name="我的", days=1, networks=[], by=own, now=world.NOW)
    office = world.a_post(Role.SECURITY_ADMIN, world.committee())
    with pytest.raises(PermissionDenied):
        tokens.revoke(private.pk, by=office.person, post=office, now=world.NOW)
    tokens.revoke(token.pk, by=office.person, post=office, now=world.NOW)
    with pytest.raises(Refused):
        tokens.revoke(token.pk, by=office.person, post=office, now=world.NOW)
    assert Event.objects.get(kind="portal.token_revoked").post == office


def test_guessing_is_slowed_down(client: Any, secretary: Any) -> None:
    guesses = [client.get(ME, headers={"authorization": f"Bearer sjzj_00000000_{number:032d}"}) for number in range(31)]
    assert [guesses[0].status_code, guesses[-1].status_code] == [401, 429]
    assert int(guesses[-1]["Retry-After"]) > 0


def test_too_many_requests_are_429_with_the_time_to_wait(secretary: Any, settings: Any) -> None:
    settings.API_RATES = settings.API_RATES | {"key_read": 2}
    program, other = Program(secretary.person, secretary), Program(secretary.person, secretary)
    answers = [program.get(ME) for _time in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert other.get(ME).status_code == 200
    settings.API_RATES = settings.API_RATES | {"address_read": 3}
    assert other.get(ME).status_code == 429


# -- pages ------------------------------------------------------------------------------------------------------------


def test_the_page_shows_the_secret_once(secretary: Any) -> None:
    browser = world.signed_in(secretary.person, secretary)
    form = {"name": "泸州办公系统", "days": "90", "networks": "203.0.113.7/24\n", "key": "once-key"}
    made = browser.post("/me/tokens/new/", form)
    secret = tokens.SHAPE.search(made.content.decode())
    assert secret is not None
    assert made["Cache-Control"] == "no-store, private"
    token = ApiToken.objects.get()
    assert (token.post, token.networks, token.expires_at - token.created_at) == (
        secretary,
        ["203.0.113.0/24"],
        90 * DAY,
    )
    again = browser.post("/me/tokens/new/", form)
    assert (again.status_code, again["Location"]) == (302, "/me/tokens/")
    listed = browser.get("/me/tokens/").content.decode()
    assert token.prefix in listed
    assert secret[2] not in listed
    assert browser.post(f"/me/tokens/{token.code}/revoke/").status_code == 302
    assert ApiToken.objects.get().revoked_at is not None


def test_a_network_that_is_none_is_said_at_the_field(secretary: Any) -> None:
    browser = world.signed_in(secretary.person, secretary)
    answer = browser.post("/me/tokens/new/", {"name": "x", "days": "90", "networks": "300.0.0.1", "key": "k" * 20})
    assert (answer.status_code, ApiToken.objects.count()) == (422, 0)
    assert "300.0.0.1" in answer.content.decode()


def test_the_administrators_page_shows_the_keys_of_his_line(secretary: Any) -> None:
    token, _secret = issue(secretary, name="县里的程序")
    office, elsewhere = (world.a_post(Role.SECURITY_ADMIN, world.committee(city)) for city in ("LZ", "CD"))
    page = world.signed_in(office.person, office).get("/desk/tokens/", {"q": "县里"}).content.decode()
    assert token.prefix in page
    stranger = world.signed_in(elsewhere.person, elsewhere)
    assert token.prefix not in stranger.get("/desk/tokens/").content.decode()
    assert stranger.post(f"/desk/tokens/{token.code}/revoke/").status_code == 404
    assert world.signed_in(office.person, office).post(f"/desk/tokens/{token.code}/revoke/").status_code == 302
    assert ApiToken.objects.get().revoked_by == office.person


def test_its_holder_is_told_of_a_new_key(secretary: Any) -> None:
    token, _secret = issue(secretary)
    event = Event.objects.get(kind="portal.token_issued")
    notices.tell(event, world.NOW)
    assert Notice.objects.filter(person=secretary.person, url="/me/tokens/", text__isnull=False).count() == 1
    assert token.name in Notice.objects.get(person=secretary.person, event=event).text
