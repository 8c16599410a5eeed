"""Everything the desk shows of one case, read in a constant number of queries however long it is."""

import datetime
from dataclasses import dataclass, replace
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from appeals import chain, evidence_list, inbox, leading, permissions, standing
from appeals.beside import Beside
from appeals.company_side import CompanySide
from appeals.evidence_list import Shown
from appeals.hand import Hand, hand_of
from appeals.hearings import state_of as hearing_state
from appeals.models import Alarm, Answer, Appeal, Hearing, Identity, Leg, Unsealing
from appeals.offers import Offer, offers_of
from appeals.timeline import Entry, Timeline
from appeals.timeline import of as timeline_of
from appeals.told import Told
from portal import events
from portal.calendar import beijing_day
from portal.models import CalendarNotice, EventText, OrganisationKind, Post
from portal.wording import Due, day_and_weekday, money, staff_date, staff_time

IDENTITY_TAGS = {
    Identity.OPEN: pgettext_lazy("identity of a case", "Open to the company"),
    Identity.NAMED: pgettext_lazy("identity of a case", "Only for handlers"),
    Identity.SEALED: pgettext_lazy("identity of a case", "Sealed"),
}
LEFT_BY: dict[str, Promise] = {
    "answered": pgettext_lazy("end of a stay", "Answered"),
    "escalate": pgettext_lazy("end of a stay", "Passed up"),
    "return_down": pgettext_lazy("end of a stay", "Returned"),
    "transfer": pgettext_lazy("end of a stay", "Transferred"),
    "mark_urgent": pgettext_lazy("end of a stay", "Made urgent"),
    "challenge": pgettext_lazy("end of a stay", "Handler changed"),
    "pass_up": pgettext_lazy("end of a stay", "Late, moved up"),
    "limit": pgettext_lazy("end of a stay", "60 days over"),
    "withdraw": pgettext_lazy("end of a stay", "Withdrawn"),
    "vacant": pgettext_lazy("end of a stay", "Nobody left to act"),
}


@dataclass(frozen=True)
class CaseFile:
    """A case as the holder of a post sees it at an instant."""

    appeal: Appeal
    post: Post
    now: datetime.datetime

    @cached_property
    def today(self) -> datetime.date:
        return beijing_day(self.now)

    @cached_property
    def name(self) -> str:
        """周** , 化名 014 for a sealed case, or for its handler the name that was unsealed for him."""
        return self.appeal.filer.name if self.unsealing else inbox.name_of(self.appeal)

    @cached_property
    def is_sealed(self) -> bool:
        return self.appeal.identity == Identity.SEALED and self.unsealing is None

    @cached_property
    def unsealing(self) -> Unsealing | None:
        """The consent of two people by which this reader sees a sealed name now."""
        if self.appeal.identity != Identity.SEALED:
            return None
        agreed = self.appeal.unsealings.filter(for_person=self.post.person_id, is_agreed=True, until_at__gt=self.now)
        return agreed.order_by("-until_at").first()

    @property
    def title(self) -> str:
        return standing.title_of(self.appeal)

    @property
    def is_over(self) -> bool:
        """The present tier has done its part."""
        return self.appeal.status in (chain.ANSWERED, chain.CLOSED, chain.TRANSFERRED)

    @property
    def place_words(self) -> str:
        return str(self.appeal.district or self.appeal.place)

    @property
    def identity_words(self) -> Promise:
        return IDENTITY_TAGS[Identity(self.appeal.identity)]

    @property
    def respondent(self) -> str:
        return inbox.respondent_words(self.appeal)

    # -- the chain and its clock --------------------------------------------------------------------------------------

    @cached_property
    def legs(self) -> list[Leg]:
        return list(self.appeal.legs.select_related("organisation", "handler__person", "designated__person"))

    @property
    def stays(self) -> list[tuple[Leg, Promise | str]]:
        """Each stay at a tier, the newest first, and how it ended."""
        return [(leg, LEFT_BY.get(leg.left_by, "") if leg.left_at else "") for leg in reversed(self.legs)]

    @property
    def passed_over(self) -> list[int]:
        """Tiers below the present one at which the case never was."""
        been = {leg.tier for leg in self.legs}
        return [tier for tier in (chain.CONTACT, chain.BRANCH) if tier < self.appeal.tier and tier not in been]

    @property
    def second(self) -> str:
        kinds = {leg.organisation.kind for leg in self.legs if leg.tier == chain.BRANCH}
        return "enterprise" if OrganisationKind.ENTERPRISE in kinds else "branch"

    @cached_property
    def due(self) -> Due | None:
        calendar = CalendarNotice.objects.calendar()
        owed = self.last_answer.carry_out_date if self.last_answer and self.last_answer.is_owed else None
        return inbox.clock_of(self.appeal, now=self.now, calendar=calendar, promised_date=owed)

    @property
    def due_left(self) -> Due | None:
        """The same clock where the date stands beside it: 还有 2 天 instead of the date once more."""
        if self.due and self.due.state in ("far", "soon"):
            return replace(self.due, staff=self.due.driver)
        return self.due

    @cached_property
    def hand(self) -> Hand:
        return hand_of(self.appeal, self.legs, self.last_answer, self.today)

    # -- what was said ------------------------------------------------------------------------------------------------

    @cached_property
    def story(self) -> str:
        """The driver's words at filing; a reopened series has them in the log of the case it goes back to."""
        first = self.appeal
        while first.reopened_from:
            first = first.reopened_from
        found = EventText.objects.filter(event__subject=events.subject_of(first), event__kind="appeals.filed")
        text = found.filter(name="story").first()
        return (text.text or "") if text else ""

    @cached_property
    def timeline(self) -> Timeline:
        """Everything that happened; the driver's words of the filing stand above it and are not said twice."""
        entries = timeline_of(self.appeal, is_driver=False, today=self.today).entries
        return Timeline([replace(one, say="") if one.kind == "appeals.filed" else one for one in entries])

    @property
    def added(self) -> list[Entry]:
        """What the driver added or answered after filing, the newest first."""
        return [entry for entry in self.timeline.entries if entry.kind in ("appeals.added", "appeals.replied")]

    @cached_property
    def evidence(self) -> list[Shown]:
        """Photos and documents of the case, as far as they were given to it."""
        return evidence_list.for_staff(self.appeal, self.post, self.now)

    @cached_property
    def answers(self) -> list[Answer]:
        rows = self.appeal.answers.select_related("by__person", "by__organisation", "leg")
        return list(rows.prefetch_related("event__texts").order_by("-at", "-pk"))

    @property
    def outcomes(self) -> list[tuple[Answer, str]]:
        """Each answer, and what became of what it promised."""
        return [(given, outcome_of(given, self.today)) for given in self.answers]

    @property
    def last_answer(self) -> Answer | None:
        return self.answers[0] if self.answers else None

    @cached_property
    def company_side(self) -> CompanySide:
        """What the company was asked and said."""
        return CompanySide(self.appeal, self.post, self.now)

    @property
    def hearings(self) -> list[tuple[Hearing, str]]:
        """What the company was asked, and how that stands."""
        return [(one.hearing, hearing_state(one.hearing, self.now)) for one in self.company_side.heard]

    @cached_property
    def alarms(self) -> list[Alarm]:
        return list(self.appeal.alarms.select_related("organisation", "seen_by__person").order_by("-raised_at"))

    @cached_property
    def told(self) -> Told:
        return Told(self.appeal, self.now)

    @cached_property
    def beside(self) -> Beside:
        """Notes, other cases of the driver, similar answers, the watch."""
        return Beside(self.appeal, self.post, self.now)

    # -- what the reader may do ---------------------------------------------------------------------------------------

    @cached_property
    def moves(self) -> list[str]:
        made = permissions.moves_for_post(self.post, self.appeal, self.now)
        return made + leading.moves(self.post, self.appeal, self.now)

    @cached_property
    def offers(self) -> list[Offer]:
        been = {leg.tier for leg in self.legs if leg.round_number == self.appeal.round_number}
        is_asked = self.company_side.is_asked
        is_owed = self.last_answer is not None and self.last_answer.is_owed
        return offers_of(self.appeal, self.moves, been=been, is_asked=is_asked, is_owed=is_owed)

    @cached_property
    def may_call(self) -> bool:
        """May look up the driver's number: whoever handles it now, unless the case is sealed to him."""
        return not self.is_sealed and self._is_handler

    @cached_property
    def _is_handler(self) -> bool:
        """While the chain gives a handler something to do, his moves say whether he is one."""
        if self.appeal.status in (*chain.OPEN, chain.ANSWERED):
            return any(chain.MOVES[verb].actor is chain.Actor.HANDLER for verb in self.moves if verb in chain.MOVES)
        return permissions.may_handle(self.post, self.appeal, self.now)

    @property
    def rest_day(self) -> str:
        """Until when a question to the driver may rest the clock."""
        return self._day_after(chain.REST_DAYS)

    @property
    def reply_day(self) -> str:
        """Until when the company would have to reply."""
        return self._day_after(self.legs[-1].reply_days if self.legs else chain.REPLY_DAYS)

    def _day_after(self, days: int) -> str:
        return staff_date(CalendarNotice.objects.calendar().due(self.now, days).due_date, today=self.today)

    # -- facts --------------------------------------------------------------------------------------------------------

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Term and description; what is empty is left out by the page."""
        appeal = self.appeal
        district = str(appeal.district) if appeal.district else ""
        return [
            (pgettext("column", "Kind"), str(appeal.get_category_display())),
            (_("About"), appeal.respondent_at_event.name if appeal.respondent_at_event else self.respondent),
            (_("Rule version at the time"), _rule_words(appeal)),
            (_("Happened on"), day_and_weekday(appeal.happened_date, today=self.today)),
            (_("Place"), f"{appeal.place} {district}".strip()),
            (_("Order number"), appeal.order_number),
            (_("Taken off"), str(appeal.get_deduction_kind_display()) if appeal.deduction_kind else ""),
            (_("How much"), money(appeal.amount_fen) if appeal.amount_fen else ""),
            (_("Filed"), staff_time(appeal.filed_at, today=self.today)),
            (_("Typed by"), appeal.filed_by.organisation.short_name if appeal.filed_by else ""),
            (_("Round"), str(appeal.round_number) if appeal.round_number > 1 else ""),
            (_("Broken promises"), str(appeal.breaches or "")),
            (_("Reopened from"), appeal.reopened_from.number if appeal.reopened_from else ""),
        ]


def _rule_words(appeal: Appeal) -> str:
    version = appeal.rule_version
    if version is None:
        return ""
    return _("%(rule)s, version %(number)d") % {"rule": version.rule.title, "number": version.number}


def outcome_of(given: Answer, today: datetime.date) -> str:
    """One of: kept, late, owed, or empty where nothing was promised."""
    if given.carry_out_date is None:
        return ""
    if given.carried_out_at:
        return "kept"
    return "late" if given.carry_out_date < today else "owed"
