"""Every address × everybody: who gets the page, and for whom it is the same 404 as what does not exist.

An address without a row in TABLE fails. A row says who gets which answer; all others signed in get 404, and whoever is
not signed in is led to the sign-in.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from portal import codes
from portal.models import Event
from tests import world
from tests.amount import often
from tests.house import cast as casting
from tests.house import cast_privacy
from tests.house.cast import ELSEWHERE, LINE, VIEWERS, Cast

SIGNED_IN = tuple(viewer for viewer in VIEWERS if viewer != "anonymous")
HANDLERS = (*LINE, "other_contact", "other_secretary", "other_city", "enterprise")
DESKS = tuple(viewer for viewer in HANDLERS if not viewer.endswith("contact"))
COMPANY_READERS = (*(one for one in HANDLERS if one != "other_city"), "analyst", "liaison", "system_admin")
COMMITTEES = ("city", "province", "other_city")
NEAR = ("other_driver", *ELSEWHERE)
SIGN_IN = "/sign-in/"


@dataclass(frozen=True)
class Row:
    """Who gets what by GET; `of` names what the address points at; `by_post` is for addresses that only take a POST."""

    gets: dict[str, int] = field(default_factory=dict)
    of: str = ""
    is_public: bool = False
    by_post: bool = False

    def expected(self, viewer: str) -> int:
        return self.gets.get(viewer, 404)


def public(status: int = 200, of: str = "") -> Row:
    return Row(dict.fromkeys(VIEWERS, status), of, is_public=True)


def each(status: int = 200, of: str = "") -> Row:
    """Everybody who is signed in has one of his own."""
    return Row(dict.fromkeys(SIGNED_IN, status), of)


def only(*viewers: str, status: int = 200, of: str = "", **others: tuple[str, ...]) -> Row:
    """`_403=(...)`: those who see the thing and may not do this with it."""
    gets = dict.fromkeys(viewers, status)
    for name, refused in others.items():
        gets |= dict.fromkeys(refused, int(name.strip("_")))
    return Row(gets, of)


def post_only(*viewers: str, status: int = 302, of: str = "", is_public: bool = False, **others: Any) -> Row:
    row = only(*(viewers or (VIEWERS if is_public else SIGNED_IN)), status=status, of=of, **others)
    return Row(row.gets, of, is_public, by_post=True)


def move(case: str, *handlers: str) -> Row:
    """A handler's move: who sees the case in his line and may not make it is told so."""
    return only(*handlers, of=case, _403=tuple(viewer for viewer in LINE if viewer not in handlers))


TABLE: dict[str, Row] = {
    # -- signing in
    "account_login": Row({"anonymous": 200, **dict.fromkeys(SIGNED_IN, 302)}, is_public=True),
    "account_code": public(302),
    "account_returning": public(302),
    "account_code_again": post_only(is_public=True),
    "account_confirm": each(),
    "account_demo": post_only(status=404, is_public=True, of="person"),
    "account_demo_post": post_only(status=404, is_public=True, of="person"),
    "account_logout": post_only(is_public=True),
    "portal:sign_in_again": public(302),
    # -- a second factor of one's own; nobody here has one yet
    "mfa_index": each(),
    "mfa_authenticate": each(302),
    "mfa_reauthenticate": each(403),
    "mfa_reauthenticate_webauthn": each(403),
    "mfa_activate_totp": each(),
    "mfa_deactivate_totp": each(404),
    "mfa_list_webauthn": each(),
    "mfa_add_webauthn": each(),
    "mfa_edit_webauthn": each(404, of="key"),
    "mfa_remove_webauthn": each(404, of="key"),
    "mfa_view_recovery_codes": each(404),
    "mfa_generate_recovery_codes": each(),
    "mfa_download_recovery_codes": each(404),
    "portal:factor": each(),
    # -- everybody's own pages
    "portal:start": Row(
        {
            **dict.fromkeys(VIEWERS, 200),
            **dict.fromkeys(DESKS, 302),
            **dict.fromkeys(("analyst", "auditor"), 302),
        },
        is_public=True,
    ),
    "portal:me": each(),
    "portal:name": each(),
    "portal:my_data": each(),
    "portal:sessions": each(),
    "portal:my_readings": each(),
    "portal:consents": each(),
    "portal:my_consent": each(404, of="purpose"),  # nothing is asked about so far
    "portal:erasure": each(),
    "portal:posts": each(),
    "portal:switch": post_only(),
    "portal:show_name": post_only("contact", of="post"),
    "portal:go_on": post_only(),
    "portal:language": post_only(is_public=True),
    "portal:notices": each(),
    "portal:open_notice": post_only(status=404),
    "portal:read_notices": post_only(),
    "portal:notice_settings": each(),
    "branches:my_record": each(),
    "drivers:my_contracts": each(),
    # -- a driver's claim: his own pages, the home's, the line's
    "drivers:claim": each(),
    "drivers:claim_match": each(),
    "drivers:claim_ask": each(),
    "drivers:let_go": only("driver", "other_driver"),
    "drivers:claim_shown": only("auditor", of="asked claim"),
    "drivers:claim_withdraw": only("auditor", of="asked claim"),
    "drivers:claim_object": only("analyst", of="seen claim"),  # the register has his number
    "drivers:desk_claims": only(*DESKS, "volunteer"),
    "drivers:desk_claim_new": only("volunteer"),
    "drivers:desk_claim_confirm": only("volunteer", status=302),
    "drivers:desk_claim_code": post_only("volunteer"),
    "drivers:desk_claim": only("secretary", "city", "province", of="asked claim"),
    "drivers:desk_claim_look": only("volunteer", "secretary", "city", "province", of="seen claim"),
    "drivers:desk_claim_grant": only("secretary", "city", "province", of="asked claim"),
    "drivers:desk_claim_refuse": only("secretary", "city", "province", of="asked claim"),
    # -- for all to read
    "portal:how": public(),
    "portal:about": public(),
    "portal:privacy": public(),
    "portal:erased": public(of="erasure"),
    "portal:kit": public(404),  # the demonstration's
    "portal:verify": public(),
    "portal:root": public(404, of="day"),  # no day has a root yet
    "portal:roots": public(),
    "portal:root_file": public(404, of="day"),
    "portal:healthz": public(503),  # nothing beats here
    "platforms:public_rules": public(),
    "platforms:current_rule": public(302, of="rule"),
    "platforms:public_rule": public(of="version"),
    "platforms:rule_text": public(of="version"),
    "appeals:follow": public(),
    "appeals:receipt_link": public(of="receipt"),
    # -- offices
    "portal:board": only("analyst"),
    "portal:health": only("system_admin", "auditor", "audit_admin"),
    "portal:retry_delivery": post_only("system_admin", status=409, _403=("auditor", "audit_admin")),
    "portal:jobs": only("system_admin", "auditor", "audit_admin"),
    "portal:audit": only("auditor", "audit_admin"),
    "portal:desk_posts": only("security_admin"),
    "portal:appoint": only("security_admin"),
    "portal:desk_post": only("security_admin", of="post"),
    "portal:end_post": only("security_admin", of="post"),
    "portal:leave": only("security_admin", of="post"),
    "portal:reset_factor": only("security_admin", of="post"),
    "portal:ask_leave": only("contact", of="post"),
    "portal:leave_requests": only("secretary", "other_secretary", "enterprise", "security_admin"),
    "portal:decide_leave": post_only("secretary", "security_admin", of="leave"),
    "portal:audit_file": post_only("auditor", "audit_admin", status=200),
    "portal:keep_look": post_only("auditor", "audit_admin"),
    "portal:switch_person": only("security_admin", of="post"),
    "portal:invitation": only("driver", of="post invitation"),
    "portal:invitations": only("security_admin"),
    "portal:invite": only("security_admin"),
    "portal:invite_again": post_only("security_admin", of="post invitation"),
    "portal:withdraw_invitation": post_only("security_admin", of="post invitation"),
    "portal:organisations": only("security_admin", "system_admin"),
    "portal:found_organisation": only("security_admin", "system_admin"),
    "portal:organisation": only("security_admin", "system_admin", of="branch"),
    "portal:rename_organisation": only("security_admin", "system_admin", of="branch"),
    "portal:close_organisation": only("security_admin", "system_admin", of="branch"),
    "portal:my_corrections": each(),
    "portal:ask_correction": each(),
    "portal:corrections": only("security_admin", "system_admin"),
    "portal:correction": only("system_admin", of="correction"),
    "portal:places": only(*COMMITTEES, "system_admin"),
    "portal:place": only("city", "province", "system_admin", of="city place"),
    "portal:open_city": only("province", "system_admin", of="city place"),
    "portal:close_city": only("province", "system_admin", of="city place"),
    "portal:keep_city_open": only("province", "system_admin", of="city place"),
    "portal:same_person": only("security_admin"),
    "portal:propose_same_person": only("security_admin"),
    "portal:decide_same_person": only("security_admin", of="two accounts"),
    "portal:calendar": only("system_admin"),
    "portal:calendar_load": only("system_admin"),
    "portal:calendar_confirm": only("system_admin", status=302),
    "portal:calendar_year": only("system_admin", of="year"),
    "portal:calendar_table": only("system_admin", of="year"),
    # -- registers: an office reads those of its place, a line its own drivers; only a system administrator keeps them
    "platforms:companies": only(*COMPANY_READERS, "other_city", "other_liaison"),
    "platforms:company": only(*COMPANY_READERS, of="company"),
    "platforms:permits": only(*COMPANY_READERS, "other_city", "other_liaison"),
    "platforms:permit": only(*COMPANY_READERS, of="permit"),
    "platforms:vehicles": only("analyst", "system_admin"),
    "drivers:vehicle": only("analyst", "system_admin", of="vehicle"),
    "drivers:drivers": only(*DESKS, "analyst", "system_admin"),
    "drivers:driver": only("secretary", "city", "province", "analyst", "system_admin", of="record"),
    "drivers:expiring": only(*COMPANY_READERS, "other_city", "other_liaison"),
    "platforms:new_company": only("system_admin"),
    "platforms:change_company": only("system_admin", of="company"),
    "platforms:end_company": only("system_admin", of="company"),
    "platforms:new_permit": only("system_admin", of="company"),
    "platforms:change_permit": only("system_admin", of="permit"),
    "platforms:end_permit": only("system_admin", of="permit"),
    "platforms:new_vehicle": only("system_admin"),
    "platforms:change_vehicle": only("system_admin", of="vehicle"),
    "platforms:end_vehicle": only("system_admin", of="vehicle"),
    "drivers:new_driver": only("system_admin"),
    "drivers:change_driver": only("system_admin", of="record"),
    "drivers:end_driver": only("system_admin", of="record"),
    "drivers:return_driver": only("system_admin", of="record"),
    "drivers:start_driving": only("system_admin", of="record"),
    "drivers:enter_lease": only("system_admin", of="record"),
    "drivers:start_engagement": only("system_admin", of="record"),
    "drivers:end_engagement": only("system_admin", of="engagement"),
    "drivers:end_driving": only("system_admin", of="driving"),
    # without the field's name nobody is shown anything
    "platforms:show_company_field": post_only(status=404, of="company"),
    "drivers:show_driver_field": post_only(status=404, of="record"),
    "drivers:show_vehicle_field": post_only(status=404, of="vehicle"),
    "branches:desk": only(*DESKS),
    "branches:branch": only("secretary", "city", "province", of="branch"),
    "branches:branch_drivers": only("secretary", "city", "province", of="branch"),
    "branches:take_district": only("city", "province", of="district"),
    "branches:pairs": only(*HANDLERS),
    # -- a driver's cases: his own, and nobody else's here, whatever post he holds
    "appeals:mine": each(),
    "appeals:new": each(302),
    "appeals:new_discard": post_only(),
    "appeals:new_step": each(of="step"),
    "appeals:draft_save": post_only(status=204),
    "appeals:detail": only("driver", of="in_hand"),
    "appeals:receipt": only("driver", of="in_hand"),
    "appeals:clock": only("driver", of="in_hand"),
    "appeals:log": only("driver", of="in_hand"),
    "appeals:log_file": only("driver", of="in_hand"),
    "appeals:print": only("driver", of="closed"),
    "appeals:add": only("driver", of="in_hand"),
    "appeals:reply": only("driver", of="asked"),
    "appeals:challenge": only("driver", of="in_hand"),
    "appeals:withdraw": only("driver", of="in_hand"),
    "appeals:come_back": only("driver", of="withdrawn"),
    "appeals:go_on": only("driver", of="answered"),
    "appeals:accept": only("driver", of="answered"),
    "appeals:not_carried_out": only("driver", of="done"),
    "appeals:rate": only("driver", of="answered"),
    "appeals:consent": only("driver", of="in_hand"),
    "appeals:group": only("driver", of="grouped"),
    # -- files: his own that belong to no case yet, and those of a case
    "appeals:uploads": post_only(status=412),
    "appeals:upload": only("driver", status=405, of="loose"),
    "appeals:file": only("driver", *LINE, of="file"),
    "appeals:file_small": only("driver", *LINE, of="file"),
    # the driver of this case does not show the company his name
    "appeals:file_release": Row(dict.fromkeys(LINE, 403), "file", by_post=True),
    "appeals:file_original": only("driver", of="file", _405=("city", "province")),
    # -- the desk
    "appeals:inbox": only(*HANDLERS),
    "appeals:contact_inbox": only("contact", "other_contact", _302=DESKS),
    "appeals:filters": only(*HANDLERS),
    "appeals:filter": only("secretary", of="filter"),
    "appeals:columns": only(*HANDLERS),
    "appeals:case": only(*LINE, of="in_hand"),
    "appeals:take": move("waiting", "contact"),
    "appeals:ask": move("in_hand", "contact"),
    "appeals:answer": move("in_hand", "contact"),
    "appeals:hear_platform": move("alone", "contact"),
    "appeals:escalate": move("in_hand", "contact"),
    "appeals:return_down": move("up", "secretary"),
    "appeals:transfer": move("in_hand", "contact"),
    "appeals:mark_urgent": move("in_hand", "contact"),
    "appeals:carry_out": move("promised", "contact"),
    "appeals:reopen": move("closed", "city", "province"),
    "appeals:phone": only(*LINE, status=302, of="in_hand"),
    "appeals:desk_print": only(*LINE, of="closed"),
    "appeals:assign": move("up", "secretary"),
    "appeals:others": only(*LINE, status=204, of="in_hand"),
    "appeals:bulk": post_only(*HANDLERS, status=409),
    "appeals:hands": only(*DESKS),
    "appeals:exports": only(*DESKS),
    "appeals:new_export": only(*DESKS),
    "appeals:export": only("secretary", "city", "province", of="export"),
    "appeals:agree_export": only("city", "province", of="export", _403=("secretary",)),
    "appeals:refuse_export": only("city", "province", of="export", _403=("secretary",)),
    "appeals:export_file": post_only("secretary", status=409, of="export"),
    "appeals:note": only(*LINE, of="in_hand"),
    "appeals:withdraw_note": only("contact", of="own note"),
    "appeals:link": only(*LINE, of="pair"),
    "appeals:unlink": only(*LINE, of="linked"),
    "appeals:promises": only(*HANDLERS),
    "appeals:keep_promise": move("promised", "contact"),
    # an organisation's own library; those above would read theirs, not this one
    "appeals:templates": only(*HANDLERS),
    "appeals:new_template": only(*HANDLERS),
    "appeals:template": only("contact", "secretary", of="template"),
    "appeals:edit_template": only("contact", "secretary", of="template"),
    "appeals:retire_template": only("contact", "secretary", of="template"),
    "appeals:copy_template": only("contact", "secretary", of="template"),
    "appeals:alarms": only(*COMMITTEES),
    "appeals:clocks": only(*COMMITTEES),
    "appeals:set_clock": only(*COMMITTEES),
    "appeals:duty": only(*COMMITTEES),
    "appeals:set_duty": only(*COMMITTEES),
    "appeals:sealed": only("custodian"),
    "appeals:ask_unsealing": only("custodian"),
    "appeals:unsealing": only("custodian", of="unsealing"),
    "appeals:hearings": only("liaison", "other_liaison"),
    "appeals:hearing": only("liaison", of="hearing"),
    "appeals:supplement": only("liaison", of="told"),
    "appeals:ask_consent": move("in_hand", "contact"),
    "appeals:release_list": only(*DESKS),
    "appeals:release": only("secretary", "city", "province", of="release"),
    "appeals:groups": only(*DESKS),
    "appeals:groups_hint": only(*DESKS),
    "appeals:make_group": only("secretary", "city", "province", of="candidate"),
    "appeals:desk_group": only("secretary", "city", "province", of="group"),
    "appeals:group_cases": only("secretary", "city", "province", of="group"),
    "appeals:choose_lead": only("secretary", "city", "province", of="group"),
    "appeals:invite_more": only("secretary", "city", "province", of="group"),
    "appeals:ask_company": only("secretary", "city", "province", of="group"),
    "appeals:offer_answer": only("secretary", "city", "province", status=409, of="group"),  # nothing answered yet
    "appeals:mark_change": only("secretary", "city", "province", of="group"),
    # -- answers without names, and second readings
    "appeals:answers": public(),
    "appeals:published": public(of="out"),
    "appeals:publication": only("driver", of="announced case"),
    "appeals:propose_answer": only(*LINE, of="closed"),
    "appeals:publications": only(*COMMITTEES),
    "appeals:desk_publication": only(*LINE, of="proposed"),
    "appeals:announce_answer": only("city", "province", of="proposed", _403=("contact", "secretary")),
    "appeals:decline_answer": only("city", "province", of="proposed", _403=("contact", "secretary")),
    "appeals:take_down_answer": only("city", "province", of="out", _403=("contact", "secretary")),
    "appeals:readings": only(*COMMITTEES),
    "appeals:reading_counts": only(*COMMITTEES),
    "appeals:reading": only("city", "province", of="reading"),
    "appeals:file_for": only("volunteer"),
    "appeals:file_for_confirm": only("volunteer", status=302),
    "appeals:file_for_code": post_only("volunteer"),
    "appeals:file_for_receipt": only(),  # his last receipt, and he has none
    # -- programs: their keys, web-hooks, and the API; whoever is not signed in gets 401 there
    "portal:tokens": each(),
    "portal:new_token": each(),
    "portal:revoke_token": only("secretary", of="token"),
    "portal:desk_tokens": only("security_admin"),
    "portal:desk_revoke_token": only("security_admin", of="token"),
    "portal:hooks": only("system_admin"),
    "portal:new_hook": only("system_admin"),
    "portal:hook": only("system_admin", of="hook"),
    "portal:hook_secret": only("system_admin", of="hook"),
    "portal:switch_hook": post_only("system_admin", of="hook"),
    "portal:ping_hook": post_only("system_admin", of="hook"),
    "portal:retry_message": post_only("system_admin", status=404, of="hook"),
    # -- registers filled from files
    "portal:imports": only("system_admin"),
    "portal:new_import": only("system_admin", of="table"),
    "portal:import_template": only("system_admin", of="table"),
    "portal:import_run": only("system_admin", of="import"),
    "portal:import_problems": only("system_admin", of="import"),
    "portal:start_import": only("system_admin", of="import"),
    "portal:drop_import": only("system_admin", of="import"),
    "portal:undo_import": only("system_admin", of="import"),
    # -- registers' lists taken out: an office's long one waits for its second person
    "portal:exports": only(*DESKS, "analyst", "system_admin"),
    "portal:new_export": only(*DESKS, "analyst", "system_admin", of="list"),
    "portal:export": only("system_admin", "analyst", of="register export"),
    "portal:agree_export": only("analyst", of="register export", _403=("system_admin",)),
    "portal:refuse_export": only("analyst", of="register export", _403=("system_admin",)),
    "portal:export_file": post_only("system_admin", status=409, of="register export"),
    "portal:api_schema": public(),
    "portal:api_docs": public(),
    "portal:api_me": each(),
    "machines:api_nowhere": each(404, of="nowhere"),
    "appeals:api_appeals": each(),
    "appeals:api_choices": each(),
    "appeals:api_appeal": only("driver", of="in_hand"),
    "appeals:api_timeline": only("driver", of="in_hand"),
    "appeals:api_receipt": only("driver", of="in_hand"),
    "appeals:api_evidence": only("driver", of="in_hand"),
    "appeals:api_evidence_send": post_only(status=400),
    "appeals:api_file": only(of="in_hand"),  # no file has this code
    **{
        f"appeals:api_{name}": post_only("driver", status=415, of="in_hand")
        for name in (
            "add",
            "reply",
            "challenge",
            "withdraw",
            "come_back",
            "go_on",
            "accept",
            "not_carried_out",
            "rate",
        )
    },
    "appeals:api_consents": only("driver", of="consenting"),
    "appeals:api_invitations": each(),
    **{
        f"appeals:api_{name}": post_only("driver", status=415, of=name.partition("s_")[0])
        for name in (
            *("consents_give", "consents_refuse", "consents_withdraw", "invitations_join", "invitations_decline"),
            *("invitations_leave", "invitations_take_answer", "invitations_keep_own"),
        )
    },
    "appeals:api_desk_appeals": only(*HANDLERS),
    "appeals:api_desk_notes": only(*LINE, of="in_hand"),
    "appeals:api_desk_colleagues": only(*LINE, of="in_hand"),
    "appeals:api_desk_note_withdraw": post_only("contact", status=415, of="note"),
    "appeals:api_desk_groups": only(*DESKS),
    "appeals:api_desk_group": only("secretary", "city", "province", of="group"),
    "appeals:api_desk_appeal": only(*LINE, of="in_hand"),
    "appeals:api_desk_timeline": only(*LINE, of="in_hand"),
    "appeals:api_desk_evidence": only(*LINE, of="in_hand"),
    **{
        f"appeals:api_desk_{name}": post_only(*LINE, status=415, of="in_hand")
        for name in (
            "take",
            "assign",
            "ask",
            "hear_platform",
            "answer",
            "escalate",
            "return_down",
            "transfer",
            "mark_urgent",
            "carry_out",
            "reopen",
        )
    },
    "appeals:api_hearings": only("liaison", "other_liaison"),
    "appeals:api_hearing": only("liaison", of="hearing"),
    "appeals:api_hearing_rules": only("liaison", "other_liaison"),
    "appeals:api_hearing_add": post_only("liaison", status=415, of="told"),
    "appeals:api_hearing_reply": post_only("liaison", status=415, of="hearing"),
}


# an upload is asked by HEAD how far it came
OWN_HEAD = frozenset({"appeals:upload"})
# allauth's pages of a factor that nobody here has: its own answers to whatever method
KEYS = frozenset({"mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_view_recovery_codes"})


def names(resolver: Any, spaces: tuple[str, ...] = ()) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern, (*spaces, pattern.namespace) if pattern.namespace else spaces)
        elif isinstance(pattern, URLPattern):
            yield ":".join([*spaces, pattern.name or f"<nameless: {pattern.pattern}>"])


def arguments(cast: Cast, of: str) -> list[Any]:
    """What stands in the address for what it points at."""
    if of in cast.cases:
        return [cast.cases[of].code]
    if of in ("proposed", "out", "reading", "file", "loose", "asked claim", "seen claim"):
        return [cast.things[of].code]
    if of in ("post invitation", "two accounts", "leave", "city place", "district", "correction", "register export"):
        return [cast.things[of].code]
    if of in ("note", "consent", "invitation", "permit", "vehicle", "record", "driving"):
        return [cast.things[of].code]
    if of in ("hearing", "told", "release", "group", "unsealing", "branch", "company", "rule", "template", "export"):
        return [cast.things[of].code]
    answered = cast.cases["answered"]
    return {
        "": [],
        "candidate": [cast.things["candidate"]],
        "person": [cast.people["contact"].code],
        "post": [cast.posts["contact"].code],
        "version": [cast.things["rule"].code, 1],
        "receipt": [answered.number, answered.secret],
        "pair": [cast.cases["in_hand"].code, cast.cases["alone"].code],
        "linked": [cast.cases["promised"].code, cast.cases["done"].code],
        "own note": [cast.cases["in_hand"].code, cast.things["note"].code],
        "engagement": [cast.things["record"].code, cast.things["driving"].company.code],
        "filter": [cast.things["filter"].code],
        "token": [cast.things["token"].code],
        "import": [cast.things["import"].code],
        "table": ["drivers.drivers"],
        "list": ["drivers.drivers"],
        "hook": [cast.things["hook"].code],
        "nowhere": ["nowhere/"],
        "purpose": ["whereabouts"],
        "erasure": [cast.things["erasure"].code],
        "key": [1],
        "step": [1],
        "day": ["2026-11-22"],
        "year": [2026],
    }[of]


def address(cast: Cast, name: str) -> str:
    found = arguments(cast, TABLE[name].of)
    return reverse(name, args=[*found, cast.posts["contact"].code] if name == "account_demo_post" else found)


def nowhere(cast: Cast, name: str) -> str:
    """The same address of something that does not exist."""
    found = arguments(cast, TABLE[name].of)
    return reverse(name, args=[codes.new_code() if isinstance(one, str) else one for one in found])


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """Gathered once, inside a transaction that is rolled back with everything the requests leave."""
    with django_db_blocker.unblock(), time_machine.travel(world.NOW, tick=False), transaction.atomic():
        yield casting.gather(world.NOW)
        transaction.set_rollback(True)


def ask(cast: Cast, viewer: str, method: str, url: str) -> HttpResponse:
    """One request of a viewer, after which everything is as before: rows, counters, cookies."""
    browser = cast.browsers[viewer]
    cookies = dict(browser.cookies)
    cache.clear()
    before = transaction.savepoint()
    response: HttpResponse = getattr(browser, method)(url)
    response.events = Event.objects.count()  # type: ignore[attr-defined]
    response.unnoted = cast_privacy.unnoted(cast, viewer, response)  # type: ignore[attr-defined]
    transaction.savepoint_rollback(before)
    browser.cookies.clear()
    browser.cookies.update(cookies)
    return response


def some(viewers: tuple[str, ...], name: str, count: int) -> tuple[str, ...]:
    """All of them in a full run; in the gate so many, others at each address, beside everybody who gets the page."""
    first = crc32(name.encode()) % max(len(viewers), 1)
    return (viewers[first:] + viewers[:first])[: often(len(viewers), count)]


def answer(response: HttpResponse) -> int | str:
    is_sign_in = response.status_code == 302 and response["Location"].split("?")[0] == SIGN_IN
    return SIGN_IN if is_sign_in else response.status_code


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    found = list(names(get_resolver()))
    assert sorted(set(found)) == sorted(found), "two addresses of one name"
    assert sorted(TABLE) == sorted(found)


@pytest.mark.parametrize("name", TABLE)
def test_everybody_gets_what_the_table_says(cast: Cast, name: str) -> None:
    row, url = TABLE[name], address(cast, name)
    method = "post" if row.by_post else "get"
    strangers = some(tuple(viewer for viewer in SIGNED_IN if row.expected(viewer) == 404), name, 4)
    viewers = [viewer for viewer in VIEWERS if row.expected(viewer) != 404 or viewer in (*strangers, "anonymous")]
    sent = {viewer: ask(cast, viewer, method, url) for viewer in viewers}
    found = {viewer: answer(response) for viewer, response in sent.items()}
    expected: dict[str, int | str] = {viewer: row.expected(viewer) for viewer in viewers}
    if not row.is_public:
        expected["anonymous"] = 401 if ":api_" in name else SIGN_IN
    for viewer in viewers:
        # a page that leads to the sign-in by its own rules
        if found[viewer] == SIGN_IN and expected[viewer] == 302:
            expected[viewer] = SIGN_IN
    assert found == expected
    # whoever is shown a driver without a mask is written down for the driver (trust.md 4, 6, 7)
    assert {viewer: seen for viewer, response in sent.items() if (seen := response.unnoted)} == {}  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if not row.is_public])
def test_sending_nothing_breaks_nothing_and_strangers_write_nothing(cast: Cast, name: str) -> None:
    row, url = TABLE[name], address(cast, name)
    before = Event.objects.count()
    for viewer in dict.fromkeys((*some(tuple(row.gets), name, 2), *some(NEAR, name, 2))):
        sent = ask(cast, viewer, "post", url)
        assert sent.status_code < 500, f"{viewer}: {sent.status_code}"
        if viewer not in row.gets:
            assert sent.status_code in (404, 405), f"{viewer}: {sent.status_code}"
            assert sent.events == before, f"{viewer} left something in the log"  # type: ignore[attr-defined]
    if row.by_post:
        assert {ask(cast, viewer, "get", url).status_code for viewer in some(SIGNED_IN, name, 1)} == {405}


@pytest.mark.parametrize("name", [name for name in TABLE if name not in KEYS])
def test_no_other_method_changes_anything_or_says_more(cast: Cast, name: str) -> None:
    """HEAD is GET without its page; PUT, DELETE and OPTIONS leave everything as it was, whoever asks."""
    row, url = TABLE[name], address(cast, name)
    before = Event.objects.count()
    for viewer in some(("anonymous", "driver", "other_secretary"), name, 1):
        is_stranger = row.expected(viewer) == 404 and viewer != "anonymous"
        if not row.by_post and name not in OWN_HEAD:
            headed = ask(cast, viewer, "head", url)
            expected: int | str = row.expected(viewer)
            if viewer == "anonymous" and not row.is_public:
                expected = 401 if ":api_" in name else SIGN_IN
            assert answer(headed) in (expected, SIGN_IN), viewer
            assert b"".join(headed) == b""
        for method in some(("put", "delete", "options"), name, 1):
            sent = ask(cast, viewer, method, url)
            assert sent.status_code < 500, f"{viewer} {method}: {sent.status_code}"
            assert sent.events == before, f"{viewer} left something by {method}"  # type: ignore[attr-defined]
            if is_stranger:
                assert sent.status_code in (403, 404, 405), f"{viewer} {method}: {sent.status_code}"


def text_of(response: HttpResponse, url: str) -> str:
    """A page without what is different each time: its reference, its tokens, the address that was asked for."""
    page = response.content.decode().replace(url, "ADDRESS")
    page = re.sub(r"[0-9A-Z]{4}-[0-9A-Z]{2}\b", "REFERENCE", page)
    return re.sub(r'(nonce|value)="[^"]*"', "", page)


OBJECTS = [
    name
    for name, row in TABLE.items()
    if row.of
    and row.of not in ("key", "step", "day", "year", "person")
    and 404 in {row.expected(near) for near in NEAR}
]


@pytest.mark.parametrize("name", OBJECTS)
def test_what_one_may_not_see_looks_like_what_does_not_exist(cast: Cast, name: str) -> None:
    """Example 11: another's code, receipt or log is the same 404, word for word."""
    row, url, missing = TABLE[name], address(cast, name), nowhere(cast, name)
    method = "post" if row.by_post else "get"
    for viewer in some(tuple(near for near in NEAR if row.expected(near) == 404), name, 1):
        hidden, absent = ask(cast, viewer, method, url), ask(cast, viewer, method, missing)
        assert (hidden.status_code, absent.status_code) == (404, 404)
        assert text_of(hidden, url) == text_of(absent, missing)
        assert hidden.headers.keys() == absent.headers.keys()
        secrets = (cast.people["driver"].name, cast.cases["in_hand"].title, cast.cases["in_hand"].number)
        assert not [secret for secret in secrets if secret in hidden.content.decode()]


@pytest.mark.parametrize(
    "address", ["/appeals/%00/", "/r/%00/%00/", "/desk/?q=%00", "/answers/?q=a%00", "/api/desk/appeals/?q=%00"]
)
def test_a_nul_leads_nowhere(cast: Cast, address: str) -> None:
    assert {ask(cast, viewer, "get", address).status_code for viewer in ("driver", "secretary")} == {404}


def test_a_receipt_needs_its_own_secret(cast: Cast) -> None:
    answered, other = cast.cases["answered"], cast.cases["in_hand"]
    wrong = [
        (answered.number, other.secret),
        (answered.number, "00000000"),
        (codes.new_case_number("LZ", world.NOW.date()), answered.secret),
        ("LZ-261123-0000", answered.secret),
    ]
    pages = set()
    for number, secret in wrong:
        url = reverse("appeals:receipt_link", args=[number, secret])
        for viewer in ("anonymous", "other_driver", "secretary"):
            response = ask(cast, viewer, "get", url)
            assert response.status_code == 404
            if viewer == "anonymous":
                pages.add(text_of(response, url))
    assert len(pages) == 1


@pytest.mark.parametrize("viewer", ["system_admin", "security_admin", "audit_admin"])
def test_no_administrator_reads_a_word_of_an_appeal(cast: Cast, viewer: str) -> None:
    """trust.md 4: whoever appoints, runs the system or reads the log sees no case, nor what is written in one."""
    cases = cast.cases.values()
    texts = {cast_privacy.STORY, *(case.title for case in cases), *(case.secret for case in cases)}
    words = texts | {case.number for case in cases}
    for name, row in TABLE.items():
        if row.expected(viewer) == 200 and not row.by_post and not row.is_public:
            response = ask(cast, viewer, "get", address(cast, name))
            page = "" if response.streaming else response.content.decode(errors="ignore")
            # an event names its case by the number, as it does by the code: the log's reader has these and no word more
            unseen = texts if name == "portal:audit" else words
            assert [word for word in unseen if word and word in page] == [], name
