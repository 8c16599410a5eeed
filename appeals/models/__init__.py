from appeals.models.answer import Alarm, AlarmKind, Answer, Finding, Hearing, Unsealing
from appeals.models.appeal import Appeal, Bar, Category, DeductionKind, Draft, Identity, Leg, RespondentKind, Status
from appeals.models.clock import ClockSetting, DutyPost
from appeals.models.evidence import Evidence, EvidenceKind, EvidenceState, Scan
from appeals.models.export import Export, ExportPart
from appeals.models.filter import ListColumns, SavedFilter
from appeals.models.group import Group, GroupMember
from appeals.models.hearing import Consent, Detail, FactKind, HearingCase, Paraphrase, Reply, Stance
from appeals.models.link import Link, LinkKind
from appeals.models.note import Note
from appeals.models.published import PublishedAnswer, Publishing
from appeals.models.quality import QualityDraw, QualityReading
from appeals.models.reminder import Digest, Reminder, ReminderKind
from appeals.models.sight import Gist, Sight
from appeals.models.template import AnswerTemplate, AnswerTemplateVersion, FieldKind
from appeals.models.watch import Watch, WatchMeasure

__all__ = [
    "Alarm",
    "AlarmKind",
    "Answer",
    "AnswerTemplate",
    "AnswerTemplateVersion",
    "Appeal",
    "Bar",
    "Category",
    "ClockSetting",
    "Consent",
    "DeductionKind",
    "Detail",
    "Digest",
    "Draft",
    "DutyPost",
    "Evidence",
    "EvidenceKind",
    "EvidenceState",
    "Export",
    "ExportPart",
    "FactKind",
    "FieldKind",
    "Finding",
    "Gist",
    "Group",
    "GroupMember",
    "Hearing",
    "HearingCase",
    "Identity",
    "Leg",
    "Link",
    "LinkKind",
    "ListColumns",
    "Note",
    "Paraphrase",
    "PublishedAnswer",
    "Publishing",
    "QualityDraw",
    "QualityReading",
    "Reminder",
    "ReminderKind",
    "Reply",
    "RespondentKind",
    "SavedFilter",
    "Scan",
    "Sight",
    "Stance",
    "Status",
    "Unsealing",
    "Watch",
    "WatchMeasure",
]
