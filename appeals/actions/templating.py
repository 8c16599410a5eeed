"""An organisation's library of answers: writing a template, a new version of it, retiring, copying from above."""

import datetime
from dataclasses import asdict, dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from appeals import blanks, libraries, nameless
from appeals.models import AnswerTemplate, AnswerTemplateVersion, FieldKind, Finding
from portal import events
from portal.calendar import beijing_day
from portal.errors import Refused, Stale
from portal.models import Post
from portal.permissions import has_permission
from portal.roles import HANDLE

MOST_DAYS = 30
PERSONAL = frozenset({nameless.PHONE, nameless.PLATE, nameless.LICENCE})
WITH_REMEDY = (Finding.UPHELD, Finding.PARTLY, Finding.SETTLED)


@dataclass(frozen=True)
class Body:
    """The words of a version and what is to be filled in."""

    finding: str
    reasons: str
    remedy: str = ""
    carry_out_days: int | None = None
    fields: tuple[blanks.Blank, ...] = ()

    def columns(self) -> dict[str, object]:
        return {
            "finding": self.finding,
            "reasons": blanks.tidy(self.reasons),
            "remedy": blanks.tidy(self.remedy),
            "carry_out_days": self.carry_out_days,
            "fields": [asdict(blank) for blank in self.fields],
        }


def require_body(body: Body) -> None:
    """A template fits whoever uses it: every blank is listed, a promise has its days, no person stands in it."""
    _require_blanks(body)
    if body.finding in WITH_REMEDY and not body.remedy:
        raise Refused(_("An answer with this finding needs a remedy: say what will be done."))
    if bool(body.remedy) != (body.carry_out_days is not None):
        raise Refused(_("A remedy needs the usual number of working days, and the days need a remedy."))
    if body.carry_out_days is not None and not 0 <= body.carry_out_days <= MOST_DAYS:
        raise Refused(_("A remedy is usually carried out within 30 working days."))
    if nameless.found_in(f"{body.reasons}\n{body.remedy}", []) & PERSONAL:
        raise Refused(_("A template is used for many: nobody's phone number, plate or licence stands in it."))


def _require_blanks(body: Body) -> None:
    named = [blank.label for blank in body.fields]
    used = blanks.labels(body.reasons, body.remedy)
    if len(set(named)) < len(named):
        raise Refused(_("Two fields have the same name."))
    if len(named) > blanks.MOST_BLANKS:
        raise Refused(_("A template has at most %(n)d fields.") % {"n": blanks.MOST_BLANKS})
    if unknown := [label for label in used if label not in named]:
        raise Refused(_("Say below what {%(label)s} is.") % {"label": unknown[0]})
    if idle := [label for label in named if label not in used]:
        raise Refused(_("{%(label)s} stands nowhere in the words.") % {"label": idle[0]})
    if any(blank.kind not in FieldKind.values for blank in body.fields):
        raise Refused(_("Choose what kind of field it is."))


def _add_version(template: AnswerTemplate, body: Body, number: int, by: Post, at: datetime.datetime) -> None:
    AnswerTemplateVersion.objects.create(template=template, number=number, by=by, at=at, **body.columns())


def _write(
    by: Post, category: str, title: str, body: Body, now: datetime.datetime, copied_from: AnswerTemplate | None = None
) -> AnswerTemplate:
    template = AnswerTemplate.objects.create(
        organisation=by.organisation, category=category, title=title.strip(), copied_from=copied_from
    )
    _add_version(template, body, 1, by, now)
    facts = {"organisation": by.organisation.code, "category": category, "number": 1}
    if copied_from:
        facts["from"] = copied_from.code
    events.record("appeals.template_written", template, by=by.person, post=by, at=now, facts=facts)
    return template


@transaction.atomic
def write(*, by: Post, category: str, title: str, body: Body, now: datetime.datetime) -> AnswerTemplate:
    """Put a template into the library of one's own organisation."""
    if not has_permission(by, HANDLE, beijing_day(now)):
        raise PermissionDenied
    require_body(body)
    return _write(by, category, title, body, now)


def _own(template_id: int, by: Post, now: datetime.datetime) -> AnswerTemplate:
    template = AnswerTemplate.objects.select_for_update(no_key=True).get(pk=template_id)
    libraries.require_editor(by, template, beijing_day(now))
    if template.is_retired:
        raise Refused(_("This template is retired. Copy it to go on with its words."))
    return template


@transaction.atomic
def revise(
    template_id: int, *, by: Post, category: str, title: str, body: Body, now: datetime.datetime, seen: int
) -> AnswerTemplate:
    """Write a template anew as its next version; answers given with an earlier one keep naming that one."""
    template = _own(template_id, by, now)
    last = template.versions.select_related("by__person").order_by("-number")[0]
    if last.number != seen:
        line = _("Version %(number)d, by %(name)s") % {"number": last.number, "name": last.by.person.name}
        raise Stale(_("Somebody wrote a new version meanwhile. Your text is still below."), line)
    require_body(body)
    template.category, template.title = category, title.strip()
    template.save(update_fields=["category", "title"])
    _add_version(template, body, last.number + 1, by, now)
    facts = {"category": category, "number": last.number + 1}
    events.record("appeals.template_revised", template, by=by.person, post=by, at=now, facts=facts)
    return template


@transaction.atomic
def retire(template_id: int, *, by: Post, now: datetime.datetime) -> AnswerTemplate:
    """Offer a template no more; its versions stay readable for the answers that used them."""
    template = _own(template_id, by, now)
    template.is_retired = True
    template.save(update_fields=["is_retired"])
    events.record("appeals.template_retired", template, by=by.person, post=by, at=now)
    return template


@transaction.atomic
def copy(template_id: int, *, by: Post, now: datetime.datetime) -> AnswerTemplate:
    """Take a template one can read into one's own library, as the first version of a template of its own."""
    source = libraries.readable(by, beijing_day(now)).filter(pk=template_id).first()
    if source is None:
        raise PermissionDenied
    last = source.versions.order_by("-number")[0]
    body = Body(last.finding, last.reasons, last.remedy, last.carry_out_days, tuple(blanks.of(last.fields)))
    return _write(by, source.category, source.title, body, now, copied_from=source)
