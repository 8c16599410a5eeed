"""The company's side of a case, as its handler reads it: questions, replies, silences, consents, what may be asked."""

import datetime
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _

from appeals import chain, hearings, permissions, releases
from appeals.hearings import Heard
from appeals.models import Appeal, Consent, Detail, RespondentKind
from portal.models import Post
from portal.wording import listed


@dataclass(frozen=True)
class CompanySide:
    """What the company was asked and said in one case."""

    appeal: Appeal
    post: Post
    now: datetime.datetime

    @cached_property
    def heard(self) -> list[Heard]:
        return hearings.of_case(self.appeal, self.now) if self.is_about_a_company else []

    @property
    def is_about_a_company(self) -> bool:
        return self.appeal.respondent_kind == RespondentKind.COMPANY and bool(self.appeal.respondent_at_event_id)

    @cached_property
    def is_waiting(self) -> bool:
        """A question is written and the branch has not released it."""
        return self.is_about_a_company and releases.waiting_of(self.appeal).exists()

    @property
    def is_asked(self) -> bool:
        """The company still has time to reply, or will have once the branch lets the question go."""
        return any(one.state == "waits" for one in self.heard) or self.is_waiting

    @property
    def silences(self) -> int:
        """Questions of this case whose day passed without a reply, whatever came later."""
        return sum(1 for one in self.heard if one.hearing.silent_at is not None)

    @cached_property
    def _consents(self) -> list[Consent]:
        return list(self.appeal.consents.order_by("-asked_at", "-pk")) if self.is_about_a_company else []

    @property
    def consents(self) -> list[tuple[str, str, str]]:
        """Details the driver was asked about, how that stands, and its tone."""
        return [(listed([Detail(name).label for name in one.items]), *_state(one)) for one in self._consents]

    @property
    def consent_url(self) -> str:
        """Where the handler asks the driver, if he may now."""
        is_asking = any(one.decided_at is None for one in self._consents)
        if not self.is_about_a_company or is_asking or self.appeal.status != chain.IN_HAND:
            return ""
        if not permissions.may_handle(self.post, self.appeal, self.now):
            return ""
        return reverse("appeals:ask_consent", args=[self.appeal.code])


def _state(consent: Consent) -> tuple[str, str]:
    if consent.decided_at is None:
        return _("the driver has not said yet"), "blue"
    if not consent.is_given:
        return _("the driver said no"), ""
    if consent.withdrawn_at:
        return _("the driver took it back"), "amber"
    return (_("shown to the company"), "green") if consent.shown_at else (_("the driver agreed"), "green")
