"""Publishing an answer without names: proposed, agreed to by a second person, announced to the driver, out, down."""

import datetime
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from appeals import giveaways, nameless, permissions, publications
from appeals.actions import moving
from appeals.models import Answer, Appeal, Identity, PublishedAnswer, Publishing, RespondentKind
from portal.calendar import beijing_day, calendar_days
from portal.errors import Refused
from portal.models import Organisation, OrganisationKind, Post, User
from portal.permissions import has_permission
from portal.roles import HANDLE
from portal.same_person import are_one
from portal.wording import listed

OBJECTION_DAYS = 7  # calendar days in which the driver may keep it back before it is out
FEWEST_DRIVERS, CROWD_DAYS = 3, 90  # a company is named only where that many filed about it in that kind
COMPANIES = (OrganisationKind.PLATFORM, OrganisationKind.LEASING)


@dataclass(frozen=True)
class Wording:
    """The words as everybody will read them."""

    asked: str
    answered: str
    done: str = ""

    @property
    def text(self) -> str:
        # apart: the end of one field and the beginning of the next are not one word
        return "\n。\n".join((self.asked, self.answered, self.done))


# -- what may not stand in it -----------------------------------------------------------------------------------------


def known_of(appeal: Appeal) -> list[nameless.Known]:
    """What might name the driver, or anybody who had the case in hand."""
    driver = appeal.driver
    legs = appeal.legs.exclude(handler=None)
    helpers = {*legs.values_list("handler__person__name", flat=True), *_answerers(appeal), *_named(appeal)}
    own = {appeal.filer.name, driver.name if driver else ""}
    phones = {appeal.filer.phone, driver.phone if driver else ""}
    licences = (driver.licence,) if driver else ()
    return [
        nameless.Known(tuple(own), tuple(phones), (appeal.order_number, appeal.number), licences),
        nameless.Known(tuple(helpers)),
    ]


def _answerers(appeal: Appeal) -> set[str]:
    return set(appeal.answers.values_list("by__person__name", flat=True))


def _named(appeal: Appeal) -> set[str]:
    return set(appeal.bars.values_list("person__name", flat=True))


def require_nameless(wording: Wording, appeal: Appeal, *, companies: set[str]) -> None:
    """Whoever reads it learns of no person, phone, plate, order, licence, exact date or time, and of none of these
    companies."""
    found = giveaways.found_in(wording.text, known_of(appeal), companies)
    if found:
        words = listed([giveaways.WORDS[kind] for kind in found])
        raise Refused(_("Everybody will read this, and it holds: %(found)s. Rewrite it.") % {"found": words})


def _company_names(without: Organisation | None = None) -> set[str]:
    rows = Organisation.objects.filter(kind__in=COMPANIES)
    if without:
        rows = rows.exclude(pk=without.pk)
    return {name for pair in rows.values_list("name", "short_name") for name in pair}


def _require_crowd(appeal: Appeal) -> None:
    """A company is named only if several drivers filed about it in that kind around then: else it tells whose it is."""
    if appeal.respondent_at_event is None or appeal.respondent_kind != RespondentKind.COMPANY:
        raise Refused(_("This case is about no company that could be named."))
    span = datetime.timedelta(days=CROWD_DAYS)
    around = Appeal.objects.filter(
        respondent_at_event=appeal.respondent_at_event_id,
        category=appeal.category,
        filed_at__range=(appeal.filed_at - span, appeal.filed_at + span),
    )
    if around.values("filer").distinct().count() < FEWEST_DRIVERS:
        raise Refused(
            _("Too few drivers filed about this company and kind in 90 days: it would tell whose case it is.")
            + _("Publish it without the company's name.")
        )


# -- proposing ---------------------------------------------------------------------------------------------------------


def _last_answer(appeal: Appeal) -> Answer:
    given = appeal.answers.order_by("-at", "-pk").first()
    assert given is not None  # there is one, or nothing was proposed
    return given


def require_words(wording: Wording, appeal: Appeal) -> None:
    """Question and answer are there and give nobody away; a company's name is decided on later. Also asked before the
    preview."""
    if not wording.asked.strip() or not wording.answered.strip():
        raise Refused(_("A question and an answer are needed."))
    require_nameless(wording, appeal, companies=set())


@transaction.atomic
def propose(appeal_id: int, *, by: Post, wording: Wording, now: datetime.datetime) -> PublishedAnswer:
    """Whoever sees an answered case proposes its answer, told anew without names; a second person decides."""
    appeal = Appeal.objects.for_update(appeal_id)
    day = beijing_day(now)
    if not has_permission(by, HANDLE, day) or not permissions.visible_appeals(by, day).filter(pk=appeal.pk).exists():
        raise PermissionDenied
    if reason := publications.why_not(appeal):
        raise Refused(reason)
    require_words(wording, appeal)
    company = appeal.respondent_at_event
    made = PublishedAnswer.objects.create(
        appeal=appeal,
        answer=_last_answer(appeal),
        category=appeal.category,
        company_kind=company.kind if company and company.kind in COMPANIES else "",
        asked=wording.asked.strip(),
        answered=wording.answered.strip(),
        done=wording.done.strip(),
        proposed_by=by,
        proposed_at=now,
    )
    _on_case(made, appeal, "publication_proposed", by=by.person, post=by, now=now)
    return made


def _on_case(
    publication: PublishedAnswer,
    appeal: Appeal,
    verb: str,
    *,
    by: User | None,
    now: datetime.datetime,
    post: Post | None = None,
    facts: dict[str, str] | None = None,
    words: dict[str, str] | None = None,
) -> None:
    moving.log(
        appeal, verb, by=by, post=post, now=now, facts={"publication": publication.code, **(facts or {})}, words=words
    )
    appeal.save(update_fields=["position", "moved_at"])


def _held(publication_id: int) -> tuple[PublishedAnswer, Appeal]:
    """The case first, as every move does, then the publication as it is now."""
    appeal_id = PublishedAnswer.objects.values_list("appeal", flat=True).get(pk=publication_id)
    appeal = Appeal.objects.for_update(appeal_id)
    publication = PublishedAnswer.objects.select_for_update(no_key=True, of=("self",)).get(pk=publication_id)
    publication.appeal = appeal
    return publication, appeal


def _require_state(publication: PublishedAnswer, *states: Publishing) -> None:
    if publication.state not in states:
        now_it_is = publication.get_state_display()
        raise Refused(_("That is not possible any more. It is now: %(state)s.") % {"state": now_it_is})


def _end(
    publication: PublishedAnswer, state: Publishing, *, by: Post | None, reason: str, now: datetime.datetime
) -> None:
    """It is not out, or no more: found by no words from now on."""
    publication.state, publication.ended_by, publication.ended_at = state, by, now
    publication.reason, publication.pairs = reason.strip(), []
    publication.save()


# -- the second person ------------------------------------------------------------------------------------------------


def require_second(by: Post, publication: PublishedAnswer, appeal: Appeal, now: datetime.datetime) -> None:
    """Staff of the committee of the line, who did not propose it himself."""
    permissions.require_overseer(by, appeal, now)
    if are_one(publication.proposed_by.person_id, by.person_id):
        raise Refused(_("A second person has to decide: not the one who proposed it."))


@transaction.atomic
def decline(publication_id: int, *, by: Post, reason: str, now: datetime.datetime) -> PublishedAnswer:
    """The committee sends a proposal back with a reason; it may be proposed anew in other words."""
    publication, appeal = _held(publication_id)
    require_second(by, publication, appeal, now)
    _require_state(publication, Publishing.PROPOSED)
    if not reason.strip():
        raise Refused(_("Say what is to be written differently, or why it is not published."))
    _end(publication, Publishing.DECLINED, by=by, reason=reason, now=now)
    _on_case(publication, appeal, "publication_declined", by=by.person, post=by, now=now)
    return publication


@transaction.atomic
def announce(publication_id: int, *, by: Post, names_company: bool, now: datetime.datetime) -> PublishedAnswer:
    """The second person agrees. The driver is told and has seven days to keep it back; then it is out.

    It never appears within 14 days of the answer. The company is named only if the committee says so and several
    drivers filed about it; else no company's name may stand in the words.
    """
    publication, appeal = _held(publication_id)
    require_second(by, publication, appeal, now)
    _require_state(publication, Publishing.PROPOSED)
    if appeal.identity == Identity.SEALED or appeal.status not in publications.ANSWERED:
        raise Refused(_("Only an answer that was given and stands can be published."))
    if names_company:
        _require_crowd(appeal)
        publication.company, publication.rule_version = appeal.respondent_at_event, appeal.rule_version
    wording = Wording(publication.asked, publication.answered, publication.done)
    require_nameless(wording, appeal, companies=_company_names(without=publication.company))
    publication.state = Publishing.ANNOUNCED
    publication.released_by, publication.committee, publication.announced_at = by, by.organisation, now
    publication.appears_at = max(calendar_days(now, OBJECTION_DAYS).due_at, publications.earliest(publication.answer))
    publication.save()
    _on_case(
        publication,
        appeal,
        "publication_announced",
        by=by.person,
        post=by,
        now=now,
        facts={"appears": beijing_day(publication.appears_at).isoformat()},
        words={"published": wording.text},
    )
    return publication


@transaction.atomic
def withdraw(publication_id: int, *, by: Post, reason: str, now: datetime.datetime) -> PublishedAnswer:
    """The committee takes it down at any time, before or after it is out; from then on nobody finds it."""
    publication, appeal = _held(publication_id)
    permissions.require_overseer(by, appeal, now)
    _require_state(publication, Publishing.ANNOUNCED, Publishing.RELEASED)
    if not reason.strip():
        raise Refused(_("Say why it is taken down."))
    _end(publication, Publishing.WITHDRAWN, by=by, reason=reason, now=now)
    _on_case(publication, appeal, "publication_withdrawn", by=by.person, post=by, now=now)
    return publication


# -- the driver -------------------------------------------------------------------------------------------------------


@transaction.atomic
def object_to(publication_id: int, *, by: User, now: datetime.datetime) -> PublishedAnswer:
    """The driver of the case does not want it: it does not appear, or is taken down at once. He need not say why."""
    publication, appeal = _held(publication_id)
    permissions.require_filer(by, appeal)
    _require_state(publication, Publishing.ANNOUNCED, Publishing.RELEASED)
    _end(publication, Publishing.OBJECTED, by=None, reason="", now=now)
    _on_case(publication, appeal, "publication_objected", by=by, now=now)
    return publication


# -- the portal -------------------------------------------------------------------------------------------------------


def release_due(*, now: datetime.datetime) -> dict[str, int]:
    """Let out what the drivers let pass. A case that goes on, or was reopened, is not told as if it were settled."""
    ready = Q(state=Publishing.ANNOUNCED, appears_at__lte=now)
    states = [_release(pk, now=now) for pk in PublishedAnswer.objects.filter(ready).values_list("pk", flat=True)]
    return {"released": states.count(Publishing.RELEASED), "held_back": states.count(Publishing.WITHDRAWN)}


@transaction.atomic
def _release(publication_id: int, *, now: datetime.datetime) -> str:
    publication, appeal = _held(publication_id)
    if publication.state != Publishing.ANNOUNCED or publication.appears_at is None or publication.appears_at > now:
        return ""
    newest = _last_answer(appeal)
    if appeal.status not in publications.ANSWERED or newest.pk != publication.answer_id or appeal.reopened_as.exists():
        _end(publication, Publishing.WITHDRAWN, by=None, reason="", now=now)
        _on_case(publication, appeal, "publication_withdrawn", by=None, now=now, facts={"why": "went_on"})
        return publication.state
    publication.state, publication.released_at = Publishing.RELEASED, now
    publication.pairs = publications.pairs_of(publication)
    publication.save()
    _on_case(publication, appeal, "publication_released", by=None, now=now)
    return publication.state
