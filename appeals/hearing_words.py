"""What a timeline says of questions to a company, of consents and of group appeals."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from appeals.models import Detail
from portal.wording import listed

# facts beside the moves
BESIDE = frozenset(
    f"appeals.{kind}"
    for kind in (
        "platform_added", "paraphrase_written", "paraphrase_returned", "consent_asked", "consent_given",
        "consent_refused", "consent_withdrawn", "group_invited", "group_joined", "group_declined", "group_left",
        "group_asked", "group_replied", "group_answer_offered", "group_answer_kept",
    )
)  # fmt: skip
COMPANY_KINDS = frozenset(
    f"appeals.{kind}" for kind in ("platform_replied", "platform_silent", "platform_added", "group_replied")
)


def own_sentences(kind: str, facts: dict[str, Any], company: str, day: Callable[[str | None], str]) -> list[str]:
    """What the facts of such an event say, for `company` as it is called."""
    match kind.removeprefix("appeals."):
        case "platform_asked" | "group_asked":
            reply = _("%(company)s is to reply by %(day)s.") % {"company": company, "day": day(facts["due"])}
            return [reply, shown_with(facts.get("items") or [])]
        case "consent_asked" | "consent_given" | "consent_refused" | "consent_withdrawn":
            return [listed([Detail(item).label for item in facts["items"]])]
        case "platform_replied" | "platform_added" | "group_replied" if facts.get("is_late"):
            return [_("The reply came late; that is counted.")]
        case "platform_silent":
            return [_("That is counted, and the decision does not wait for it.")]
    return []


def shown_with(items: list[str]) -> str:
    """What the company sees beside the question."""
    if items:
        return _("With consent it sees: %(items)s.") % {"items": listed([Detail(item).label for item in items])}
    return _("It sees no name, plate, order or exact time.")
