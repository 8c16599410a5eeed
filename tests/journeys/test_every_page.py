"""Every page in a real browser at 390 and 1440 px: axe finds nothing, nothing sticks out, nobody else is called.

The pages are found as people find them, by following links from each role's start page. A page nobody leads to, and
that is not said below to be without one, fails the test.
"""

import datetime
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse
from playwright.sync_api import Browser, Error, Page, Response

from appeals.actions import handling, noting, overseeing, templating
from appeals.blanks import Blank
from portal.actions import hooks, tokens
from portal.actions.roots import publish_due
from portal.models import OrganisationKind, Role
from tests import world
from tests.amount import often
from tests.journeys import rest_of_the_pages
from tests.journeys.test_in_a_browser import carry_session

WIDTHS = (390, 1440)
SECOND_FACTOR = (
    "mfa_index",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_deactivate_totp",
    "portal:factor",
)
DRIVER_PAGE_BYTES = 50 * 1024
# drawn anew for each role that comes to them
ROLE_PAGES = frozenset({"portal:start", "appeals:case"})
# names without a page of their own: only forms are sent there (and what they answer is drawn from), pieces of a page,
# files, machines, the middle of a sign-in
WITHOUT_PAGE = frozenset(
    {
        "account_code",
        "account_code_again",
        "account_confirm",
        "account_demo",
        "account_demo_post",
        "account_logout",
        "account_returning",
        "appeals:bulk",
        "appeals:copy_template",
        "appeals:draft_save",
        "appeals:export_file",
        "appeals:file",
        "appeals:file_for_code",
        "appeals:groups_hint",
        "appeals:file_for_confirm",
        "appeals:file_for_receipt",
        "appeals:file_original",
        "appeals:file_release",
        "appeals:file_small",
        "appeals:log_file",
        "appeals:new_discard",
        "appeals:note",
        "appeals:others",
        "appeals:phone",
        "appeals:take",
        "appeals:upload",
        "appeals:uploads",
        "drivers:desk_claim_code",
        "drivers:desk_claim_confirm",
        "drivers:show_driver_field",
        "drivers:show_vehicle_field",
        "mfa_activate_totp",
        "mfa_authenticate",
        "mfa_download_recovery_codes",
        "mfa_edit_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_remove_webauthn",
        "machines:api_nowhere",
        "platforms:current_rule",
        "platforms:rule_text",
        "platforms:show_company_field",
        "portal:api_me",
        "portal:audit_file",
        "portal:decide_leave",
        "portal:invite_again",
        "portal:keep_look",
        "portal:withdraw_invitation",
        "portal:api_schema",
        "portal:calendar_confirm",
        "portal:calendar_table",
        "portal:export_file",
        "portal:go_on",
        "portal:healthz",
        "portal:import_problems",
        "portal:import_template",
        "portal:kit",
        "portal:my_consent",
        "portal:language",
        "portal:open_notice",
        "portal:ping_hook",
        "portal:read_notices",
        "portal:retry_delivery",
        "portal:retry_message",
        "portal:root_file",
        "portal:show_name",
        "portal:sign_in_again",
        "portal:switch",
        "portal:switch_hook",
    }
)


@dataclass
class Findings:
    """What is wrong, page by page, so that one run names everything."""

    wrong: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def page_names(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield prefix + pattern.name
        else:
            yield from page_names(pattern, prefix + (f"{pattern.namespace}:" if pattern.namespace else ""))


def name_of(path: str) -> str | None:
    try:
        return resolve(path).view_name
    except Resolver404:
        return None


def look_at(page: Page, who: str, path: str, address: str, found: Findings) -> list[str]:
    """Judge one page at both widths; the paths it leads to."""
    host = urlsplit(address).netloc
    strangers: list[str] = []
    sizes: list[int] = []

    def weigh(response: Response) -> None:
        if urlsplit(response.url).netloc != host and not response.url.startswith("data:"):
            strangers.append(response.url)
        sizes.append(int(response.headers.get("content-length", 0)))

    page.on("response", weigh)
    page.set_viewport_size({"width": WIDTHS[0], "height": 844})
    try:
        answer = page.goto(address + path)
    except Error as failure:
        if "Download is starting" in failure.message:
            return []
        raise
    finally:
        page.remove_listener("response", weigh)
    where = f"{who} {path}"
    if answer is None or answer.status != 200:
        found.wrong.append(f"{where}: status {answer.status if answer else 'none'}")
        return []
    if strangers:
        found.wrong.append(f"{where}: calls {strangers}")
    # in the gate axe looks at every second page, one on a phone and the next on a desk; in a full run at each on both
    axe_widths = WIDTHS if often(1, 0) else WIDTHS[len(found.seen) % 4 :][:1]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        if width in axe_widths:
            found.wrong += [
                f"{where} at {width}: {violation['id']}: {violation['nodes'][0]['html'][:160]}"
                for violation in Axe().run(page).response["violations"]
            ]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.wrong.append(f"{where} at {width}: sticks out sideways")
    if page.locator("body.phone").count() and sum(sizes) > DRIVER_PAGE_BYTES:
        found.wrong.append(f"{where}: {sum(sizes)} bytes")
    links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    return [urlsplit(link).path for link in links if urlsplit(link).netloc == host]


def walk(browser: Browser, who: str, client: Client | None, address: str, seeds: list[str], found: Findings) -> None:
    context = browser.new_context(locale="zh-CN")
    if client is not None:
        carry_session(context, client, address)
    page = context.new_page()
    ahead, mine = deque(["/", *seeds]), set[str]()
    while ahead:
        path = ahead.popleft()
        name = name_of(path)
        is_new = name is not None and name not in mine and (name in ROLE_PAGES or name not in found.seen)
        if not is_new or name in WITHOUT_PAGE or path in ("/static/", "/sign-out/"):
            continue
        mine.add(name)
        leads_to = look_at(page, who, path, address, found)
        if leads_to:
            found.seen.add(name)
        ahead.extend(leads_to)
    context.close()


def test_every_page_can_be_read_by_everybody(chromium: Browser, served: str) -> None:
    line = world.a_line()
    branch, contact, secretary, staff = line["branch"], line["contact"], line["secretary"], line["committee"]
    company = world.a_platform("蜀程出行网络科技（四川）有限公司")
    company.company.cities.add(world.city())
    world.a_rule(company)
    driver = world.a_driver(branch, contact=contact)
    world.drives_for(driver, company)
    now = datetime.datetime.now(datetime.UTC)
    then = now - datetime.timedelta(days=10)
    fields = {"now": now, "happened_date": then.date(), "about": company}
    waiting = world.an_appeal(by=driver, **fields)
    asked = world.an_appeal("asked", by=driver, handler=contact, **fields)
    answered = world.an_appeal("in_hand", by=driver, handler=contact, **fields)
    world.heard(answered.pk, by=contact, question="最近的派单规则改过哪几处？", now=now)
    handling.answer(
        answered.pk, by=contact, finding="upheld", reasons="平台规则算错了服务分。", remedy="恢复服务分。",
        carry_out_date=now.date() + datetime.timedelta(days=5), now=now,
    )  # fmt: skip
    late = world.an_appeal("in_hand", by=driver, handler=contact, **(fields | {"now": then}))
    handling.answer(
        late.pk, by=contact, finding="settled", reasons="双方说好了。", remedy="退还 300 元。",
        carry_out_date=then.date() + datetime.timedelta(days=2), now=then,
    )  # fmt: skip
    sent_up = world.an_appeal("in_hand", by=driver, handler=contact, **fields)
    handling.escalate(sent_up.pk, by=contact, reason="要看派单记录。", now=now)
    handling.take(sent_up.pk, by=secretary, now=now)
    RecoveryCodes.activate(secretary.person)
    TOTP.activate(secretary.person, "JBSWY3DPEHPK3PXP")
    closed = world.an_appeal("closed", by=driver, handler=contact, **fields)
    withdrawn = world.an_appeal("withdrawn", by=driver, **fields)
    transferred = world.an_appeal("transferred", by=driver, handler=contact, **fields)
    in_hand = world.an_appeal("in_hand", by=driver, handler=contact, **fields)
    urgent = world.an_appeal(by=driver, is_urgent=True, **fields)
    at_branch = world.an_appeal(by=driver, identity="sealed", skips_contact=True, **fields)
    handling.take(at_branch.pk, by=secretary, now=now)
    custodian = world.a_post(Role.CUSTODIAN, world.committee())
    second = world.a_post(Role.CUSTODIAN, world.committee())
    asked_open = overseeing.ask_unsealing(at_branch.pk, by=custodian, motive="人身安全，需要当面联系。", now=now)
    home = world.an_organisation(OrganisationKind.HOME, "城西司机之家", place=world.city(), parent=world.committee())
    body = templating.Body(
        "upheld", "核对过账单，多扣了{金额}。", "退回{金额}。", 5, (Blank("金额", "money"),)
    )  # fmt: skip
    template = templating.write(by=secretary, category="dispatch", title="多扣的退回来", body=body, now=now)
    words = {"category": "dispatch", "title": "多扣的退回来", "now": now, "seen": 1}
    templating.revise(template.pk, by=secretary, body=replace(body, carry_out_days=3), **words)
    noting.note(in_hand.pk, by=contact, text="等平台的书面回话。", now=now)
    cases = [waiting, asked, answered, closed, withdrawn, transferred, in_hand, urgent, at_branch]
    department = world.department()

    def of(verb: str, appeal=in_hand) -> str:  # type: ignore[no-untyped-def]
        return reverse(f"appeals:{verb}", args=[appeal.code])

    roles = {
        "visitor": (None, [reverse("appeals:receipt_link", args=[answered.number, answered.secret])]),
        "driver": (
            world.signed_in(driver),
            [of("detail", one) for one in cases]
            + [of("receipt"), of("reply", asked), of("come_back", withdrawn), of("go_on", answered)]
            + [of("accept", answered), of("rate", closed), of("add"), of("print", answered)]
            + [of("not_carried_out", late)]
            + [reverse("appeals:new_step", args=[1])],
        ),
        "contact": (
            world.signed_in(contact.person, contact),
            [of("case", in_hand), of("ask"), of("hear_platform"), of("carry_out", answered)],
        ),
        "secretary": (
            world.signed_in(secretary.person, secretary),
            [of("case", at_branch), of("answer", at_branch), of("return_down", sent_up), *map(reverse, SECOND_FACTOR)],
        ),
        "committee": (world.signed_in(staff.person, staff), [of("case", closed)]),
        "custodian": (world.signed_in(second.person, second), [reverse("appeals:unsealing", args=[asked_open.code])]),
    }
    for role, organisation in (
        (Role.LIAISON, company),
        (Role.VOLUNTEER, home),
        (Role.ANALYST, department),
        (Role.AUDITOR, department),
        (Role.SYSTEM_ADMIN, department),
        (Role.SECURITY_ADMIN, department),
        (Role.AUDIT_ADMIN, department),
    ):
        post = world.a_post(role, organisation)
        seeds = [reverse("portal:reset_factor", args=[secretary.code])] if role == Role.SECURITY_ADMIN else []
        roles[role.value] = (world.signed_in(post.person, post), seeds)
        if role == Role.SYSTEM_ADMIN:
            hooks.add(
                world.committee(), name="泸州市政务服务平台", url="https://office.example/hook", by=post.person,
                post=post, kinds_wanted=list(hooks.kinds()), now=now,
            )  # fmt: skip
    tokens.issue(secretary, name="泸州办公系统", days=90, networks=["203.0.113.0/24"], by=secretary.person, now=now)
    roles |= rest_of_the_pages.walks(now)
    publish_due(now=now)
    found = Findings()
    for who, (client, seeds) in roles.items():
        walk(chromium, who, client, served, seeds, found)
    pages = {name for name in page_names() if ":api_" not in name} | {"portal:api_docs"}
    never = pages - found.seen - WITHOUT_PAGE
    problems = "\n".join([*found.wrong, *(f"nobody came to {name}" for name in sorted(never))])
    assert not problems, problems
