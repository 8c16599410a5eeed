"""A case's events as the entries of parts/timeline.html, newest first: for the driver and for staff."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from appeals import hearing_words, outside, wording
from appeals.models import AlarmKind, Appeal, Finding, Identity
from portal import events
from portal.models import Event, EventText, Organisation, Post
from portal.wording import day_date, day_words, driver_date, staff_time

# facts beside the moves: drawn as a hollow mark, whatever their place in the list
BESIDE = frozenset(
    f"appeals.{kind}"
    for kind in (
        "added", "platform_asked", "platform_replied", "platform_silent", "alarm_raised", "alarm_seen",
        "phone_revealed", "unsealing_asked", "unsealed", "unsealing_refused", "due_recomputed", "rated",
        "evidence_added", "evidence_opened", "evidence_released", "evidence_rejected",
        "note_added", "note_withdrawn", "linked", "unlinked", "taken_out", "watch_attached",
        "publication_proposed", "publication_declined",
        "publication_announced", "publication_objected", "publication_released", "publication_withdrawn",
    )
) | hearing_words.BESIDE | {"portal.words_erased"}  # fmt: skip
# which of an event's texts are somebody's words to be quoted, in the order they are read
QUOTED = ("story", "question", "words", "reasons", "remedy", "rule", "facts", "offer", "reason", "note", "motive")
# never where the case is now: looks at the driver's name, alarms, ratings
ASIDE = BESIDE - {"appeals.added", "appeals.platform_asked", "appeals.platform_replied", "appeals.platform_silent"}
LINKED = frozenset({"appeals.reopened", "appeals.reopened_as"})
# the driver reads there what others will read, and may keep it back
PUBLISHED = frozenset({"appeals.publication_announced", "appeals.publication_released"})
# staff read of another case beside this one only where they may see that one
FOR_DRIVER_ONLY = frozenset({"appeals.linked", "appeals.unlinked"})
RECENT = 12


@dataclass(frozen=True)
class Entry:
    """One line of a timeline, with the names that parts/timeline.html reads."""

    kind: str
    at: datetime.datetime
    time: str
    title: str
    state: str = ""
    text: str = ""
    say: str = ""
    is_mine: bool = False
    by: str = ""
    url: str = ""
    link: str = ""


@dataclass(frozen=True)
class Timeline:
    """The entries of a case; `recent` stand on the page, `older` are folded behind them."""

    entries: list[Entry]

    @property
    def recent(self) -> list[Entry]:
        return self.entries[:RECENT]

    @property
    def older(self) -> list[Entry]:
        return self.entries[RECENT:]


def of(appeal: Appeal, *, is_driver: bool, today: datetime.date) -> Timeline:
    """Everything that happened in a case, in four queries however long it is."""
    found = Event.objects.filter(subject=events.subject_of(appeal))
    rows = list(
        (found if is_driver else found.exclude(kind__in=FOR_DRIVER_ONLY))
        .select_related("by", "post__organisation")
        .prefetch_related("texts")
        .order_by("-position")
    )
    reader = _Reader(appeal, is_driver, today, _names(rows), _series(rows) if is_driver else {})
    newest = next((row.pk for row in rows if row.kind not in ASIDE), None) if not appeal.closed_at else None
    return Timeline([reader.entry(row, is_newest=row.pk == newest) for row in rows])


def last_of(appeal: Appeal, kind: str, *, today: datetime.date) -> Entry | None:
    """The newest entry of a kind, as the driver reads it: the question that waits, for instance."""
    rows = list(
        Event.objects.filter(subject=events.subject_of(appeal), kind=kind)
        .select_related("by", "post__organisation")
        .prefetch_related("texts")
        .order_by("-position")[:1]
    )
    reader = _Reader(appeal, True, today, _names(rows), {})
    return reader.entry(rows[0], is_newest=True) if rows else None


def _names(rows: Iterable[Event]) -> dict[str, str]:
    """Short names of the organisations that the facts name by code, and of the colleagues a case was given to."""
    codes: set[str] = set()
    for row in rows:
        facts = row.facts
        late = facts.get("late") or {}
        skipped = [step.get("organisation") for step in facts.get("skipped") or []]
        found = [facts.get("organisation"), facts.get("company"), late.get("organisation"), *skipped]
        codes.update(code for code in found if code)
    names = dict(Organisation.objects.filter(code__in=codes).values_list("code", "short_name"))
    given_to = {row.facts["to"] for row in rows if row.kind == "appeals.assigned"}
    if given_to:
        names |= dict(Post.objects.filter(code__in=given_to).values_list("code", "person__name"))
    return names


def _series(rows: Iterable[Event]) -> dict[str, str]:
    """Case numbers named by a reopening, and the codes they are found under."""
    numbers = [_linked_number(row) for row in rows if row.kind in LINKED]
    if not numbers:
        return {}
    return dict(Appeal.objects.filter(number__in=numbers).values_list("number", "code"))


def _linked_number(event: Event) -> str:
    """The other series: the old one a case was reopened from, or the new one it goes on under."""
    number: str = event.facts["from" if event.kind == "appeals.reopened" else "number"]
    return number


@dataclass(frozen=True)
class _Reader:
    appeal: Appeal
    is_driver: bool
    today: datetime.date
    names: dict[str, str]
    series: dict[str, str]

    def entry(self, event: Event, *, is_newest: bool) -> Entry:
        texts = {text.name: text for text in event.texts.all()}
        url, link = self._leads_to(event)
        return Entry(
            kind=event.kind,
            at=event.at,
            time=day_words(event.at, today=self.today) if self.is_driver else staff_time(event.at, today=self.today),
            title=self._title(event),
            state="now" if is_newest else ("" if event.kind in BESIDE else "done"),
            text=self._sentences(event, texts),
            say=self._quoted(event, texts),
            is_mine=self.is_driver and event.kind in wording.SPOKEN_BY_DRIVER,
            by=self._by(event),
            url=url,
            link=link,
        )

    def _title(self, event: Event) -> str:
        title = str(wording.label(event.kind, is_driver=self.is_driver))
        finding = event.facts.get("finding")
        if event.kind == "appeals.answered" and finding:
            return _("%(what)s: %(finding)s") % {"what": title, "finding": Finding(finding).label}
        return title

    def _quoted(self, event: Event, texts: dict[str, EventText]) -> str:
        """The words spoken, each under its own head where there are several."""
        spoken = [(name, texts[name].text) for name in QUOTED if name in texts and texts[name].text]
        if len(spoken) < 2:
            return str(spoken[0][1]) if spoken else ""
        return "\n".join(
            _("%(head)s: %(words)s") % {"head": _head(name), "words": words} if _head(name) else str(words)
            for name, words in spoken
        )

    def _by(self, event: Event) -> str:
        if event.kind == "appeals.evidence_added" and event.facts.get("company"):
            return self.names.get(event.facts["company"], "")
        if event.kind in hearing_words.COMPANY_KINDS:
            company = self.names.get(event.facts.get("company", ""), "")
            if self.is_driver and self.appeal.identity != Identity.OPEN and not event.facts.get("items"):
                return _("%(company)s, which has not seen your name or plate") % {"company": company}
            return company
        return wording.who_spoke(event)

    def _leads_to(self, event: Event) -> tuple[str, str]:
        if event.kind in PUBLISHED and self.is_driver:
            return reverse("appeals:publication", args=[self.appeal.code]), _("Read it as others will")
        number = _linked_number(event) if event.kind in LINKED else ""
        if number not in self.series:
            return "", ""
        return reverse("appeals:detail", args=[self.series[number]]), _("Open %(number)s") % {"number": number}

    def _sentences(self, event: Event, texts: dict[str, EventText]) -> str:
        """What the facts say, in a sentence or two; the tiers passed over are said as they were."""
        parts = [
            self._own(event),
            self._lateness(event.facts.get("late")),
            self._passed_over(event.facts.get("skipped") or []),
            self._where(event.facts),
            _("The words were erased; the log still proves that they were there.")
            if any(text.erased_at for text in texts.values())
            else "",
        ]
        return join_sentences(parts)

    def _own(self, event: Event) -> str:
        facts = event.facts
        match event.kind.removeprefix("appeals."):
            case "filed":
                return self._filed(event)
            case "asked":
                return _("The clock rests until the answer, until %(day)s at the latest.") % {
                    "day": self._day(facts.get("rest_until"))
                }
            case "replied" | "rest_ended" | "came_back" if facts.get("answer_due"):
                return _("The answer is now due %(day)s.") % {"day": self._due(facts["answer_due"])}
            case "assigned":
                return self._given_to(facts)
            case "answered" if facts.get("carry_out"):
                return _("To be carried out by %(day)s.") % {"day": self._day(facts["carry_out"])}
            case "evidence_added":
                return wording.files_words(len(facts["files"]))
            case "carry_out_missed":
                return _("It was promised by %(day)s.") % {"day": self._day(facts.get("promised"))}
            case "transferred" if facts.get("target") in outside.BODIES:
                body = outside.BODIES[facts["target"]]
                return _("To %(body)s, phone %(phone)s.") % {"body": body.name, "phone": body.phone}
            case "rated":
                return _("%(stars)d of 5 stars") % {"stars": facts["stars"]}
            case "withdrawn" if facts.get("until"):
                return _("It can be taken up again until %(day)s.") % {"day": self._day(facts["until"])}
            case "alarm_raised" | "alarm_seen":
                return str(AlarmKind(facts["alarm"]).label)
            case "due_recomputed":
                return self._recomputed(facts)
            case "publication_announced":
                words = {"day": self._day(facts["appears"])}
                if self.is_driver:
                    return _("It appears on %(day)s unless you say no before.") % words
                return _("It appears on %(day)s unless the driver says no before.") % words
            case "linked":
                return _("With %(number)s. Each goes on with its own days.") % {"number": facts["other"]}
            case "unlinked":
                return _("It was with %(number)s. Each goes on as before.") % {"number": facts["other"]}
            case "taken_out" if self.is_driver:
                return _("It is one row of a list, with your name masked. The file is deleted after a day.")
            case "closed":
                return _closed(facts.get("why", ""))
        company = self.names.get(facts.get("company", ""), "")
        return join_sentences(hearing_words.own_sentences(event.kind, facts, company, self._day))

    def _filed(self, event: Event) -> str:
        if event.post is None:
            return ""
        return _("Typed by a volunteer at %(organisation)s and confirmed by the driver's code.") % {
            "organisation": event.post.organisation.short_name
        }

    def _given_to(self, facts: dict[str, Any]) -> str:
        name = self.names.get(facts["to"], "")
        if facts["in_hand"]:
            return _("%(name)s has it in hand now; the due date stays.") % {"name": name}
        return "" if self.is_driver else _("It is meant for %(name)s.") % {"name": name}

    def _recomputed(self, facts: dict[str, Any]) -> str:
        words = {"old": self._day(facts.get("old")), "day": self._due(facts.get("new"))}
        return _("It was %(old)s; the answer is now due %(day)s.") % words

    def _lateness(self, late: dict[str, Any] | None) -> str:
        if not late:
            return ""
        name = self.names.get(late.get("organisation", ""), "")
        if late.get("clock") == "take":
            return _("%(organisation)s did not take it in time.") % {"organisation": name}
        return _("%(organisation)s did not answer in time.") % {"organisation": name}

    def _passed_over(self, skipped: list[dict[str, Any]]) -> str:
        return join_sentences(
            passed_over(step["why"], self.names.get(step.get("organisation", ""), "")) for step in skipped
        )

    def _where(self, facts: dict[str, Any]) -> str:
        organisation = self.names.get(facts.get("organisation") or "", "")
        if not organisation or "answer_due" not in facts:
            return ""
        words = {"organisation": organisation, "day": self._due(facts["answer_due"])}
        return _("It went to %(organisation)s, answer due %(day)s.") % words

    def _day(self, iso: str | None) -> str:
        return day_date(datetime.date.fromisoformat(iso), today=self.today) if iso else ""

    def _due(self, iso: str | None) -> str:
        return driver_date(datetime.date.fromisoformat(iso), today=self.today) if iso else ""


def passed_over(why: str, organisation: str) -> str:
    """Why a tier was not asked, in a sentence; the names are the organisation's, never a person's."""
    words = {"organisation": organisation}
    match why:
        case "own_contact":
            return _("The contact could not act, so it went past him.")
        case "complained_of":
            return _("%(organisation)s is complained of, so it went past it.") % words
        case "no_branch":
            return _("No branch is responsible there yet, so it went straight to the committee.")
    if not organisation:
        return _("Nobody could act at that tier.")
    return _("At %(organisation)s nobody could act, so it went past it.") % words


def join_sentences(sentences: Iterable[str]) -> str:
    """Chinese sentences follow each other without a space."""
    between = "" if (get_language() or "").startswith("zh") else " "
    return between.join(sentence for sentence in sentences if sentence)


def _closed(why: str) -> str:
    return {
        "carried_out": _("Accepted, and what was promised has been done."),
        "accepted": _("The answer was accepted."),
        "withdrawn": _("It was not taken up again within 15 days."),
    }.get(why, "")


def _head(name: str) -> str:
    return {
        "reasons": _("Reasons"),
        "remedy": _("What will be done"),
        "rule": _("Rule and version"),
        "facts": _("Facts"),
        "offer": _("Offer"),
    }.get(name, "")
