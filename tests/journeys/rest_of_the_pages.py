"""Pages to which the line's own cases lead nobody: groups, exports, answers told anew, readings, releases."""

import datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from appeals.actions import handling
from portal.calendar import beijing_day
from tests import world
from tests.house import cast as casting

Walks = dict[str, tuple[Client | None, list[str]]]


def walks(now: datetime.datetime) -> Walks:
    """Who goes there, and the addresses that each begins with."""
    cast = casting.gather(now.astimezone(world.BEIJING))
    things, cases = cast.things, cast.cases
    lead, contact = cases["grouped"], cast.posts["contact"]
    handling.take(lead.pk, by=contact, now=now)
    handling.answer(
        lead.pk, by=contact, finding="upheld", reasons="平台多扣了罚款。", remedy="退回 38 元。",
        carry_out_date=beijing_day(now) + datetime.timedelta(days=5), now=now,
    )  # fmt: skip

    def of(name: str, thing: object = None, space: str = "appeals") -> str:
        return reverse(f"{space}:{name}", args=[thing.code] if thing is not None else [])  # type: ignore[attr-defined]

    group, export = things["group"], things["export"]
    of_group = ("desk_group", "group_cases", "choose_lead", "invite_more", "ask_company", "offer_answer", "mark_change")
    claims = ("desk_claim", "desk_claim_grant", "desk_claim_refuse")
    imports = ("import_run", "start_import", "drop_import", "undo_import")
    seeds = {
        "anonymous": [of("published", things["out"]), of("erased", things["erasure"], "portal")],
        "driver": [
            of("invitation", things["post invitation"], "portal"),
            of("my_corrections", None, "portal"), of("ask_correction", None, "portal"),
            of("publication", cases["announced case"]), of("consent", cases["in_hand"]),
            of("group", lead),
        ],
        "contact": [reverse("appeals:withdraw_note", args=[cases["in_hand"].code, things["note"].code])],
        "secretary": [
            *(of(name, group) for name in of_group),
            reverse("appeals:unlink", args=[cases["promised"].code, cases["done"].code]),
            reverse("appeals:make_group", args=[things["candidate"]]),
            of("assign", cases["up"]), of("filters"), of("filter", things["filter"]), of("export", export),
            of("release", things["release"]), of("revoke_token", things["token"], "portal"),
            *(of(name, things["asked claim"], "drivers") for name in claims),
        ],
        "city": [
            of("export", export), of("agree_export", export), of("refuse_export", export),
            of("desk_publication", things["proposed"]), of("announce_answer", things["proposed"]),
            of("decline_answer", things["proposed"]), of("take_down_answer", things["out"]),
            of("reading", things["reading"]),
        ],
        "volunteer": [
            of("desk_claim_new", None, "drivers"),
            *(of(name, things["seen claim"], "drivers") for name in ("desk_claim", "desk_claim_look")),
        ],
        "auditor": [of(name, things["asked claim"], "drivers") for name in ("claim_shown", "claim_withdraw")],
        "analyst": [
            of("claim_object", things["seen claim"], "drivers"),
            *(of(name, None, "drivers") for name in ("claim_match", "claim_ask")),
            *(of(name, things["register export"], "portal") for name in ("export", "agree_export", "refuse_export")),
        ],
        "liaison": [of("supplement", things["told"])],
        "security_admin": [of("decide_same_person", things["two accounts"], "portal")],
        "system_admin": [
            of("hook_secret", things["hook"], "portal"), *_registers(things),
            *(of(name, None, "platforms") for name in ("new_company", "new_vehicle")),
            of("new_driver", None, "drivers"),
            *(of(name, things["import"], "portal") for name in imports),
            *(of(name, things["city place"], "portal") for name in ("keep_city_open", "open_city", "close_city")),
        ],
    }  # fmt: skip
    return {
        f"{who} of the cast": (None if who == "anonymous" else cast.browsers[who], addresses)
        for who, addresses in seeds.items()
    }


def _registers(things: dict[str, Any]) -> list[str]:
    """The records, and the forms that keep them."""
    names = {
        "company": ("platforms:change_company", "platforms:end_company", "platforms:new_permit"),
        "permit": ("platforms:permit", "platforms:change_permit", "platforms:end_permit"),
        "vehicle": ("drivers:vehicle", "platforms:change_vehicle", "platforms:end_vehicle"),
        "record": (
            "drivers:driver", "drivers:change_driver", "drivers:end_driver", "drivers:start_driving",
            "drivers:enter_lease", "drivers:start_engagement", "drivers:return_driver",
        ),
        "driving": ("drivers:end_driving",),
    }  # fmt: skip
    company = things["driving"].company
    return [
        *(reverse(name, args=[things[thing].code]) for thing, found in names.items() for name in found),
        reverse("drivers:end_engagement", args=[things["record"].code, company.code]),
    ]
