from appeals.models.answer import Alarm, AlarmKind, Answer, Finding, Hearing, Unsealing
from appeals.models.appeal import Appeal, Bar, Category, DeductionKind, Draft, Identity, Leg, RespondentKind, Status
from appeals.models.clock import ClockSetting, DutyPost
from appeals.models.export import Export, ExportFormat, ExportPart, ExportState, RecordUse
from appeals.models.group import Group, GroupMember
from appeals.models.hearing import Consent, Detail, FactKind, HearingCase, Paraphrase, Reply, Stance

__all__ = [
    "Alarm",
    "AlarmKind",
    "Answer",
    "Appeal",
    "Bar",
    "Category",
    "ClockSetting",
    "Consent",
    "DeductionKind",
    "Detail",
    "Draft",
    "DutyPost",
    "Export",
    "ExportFormat",
    "ExportPart",
    "ExportState",
    "FactKind",
    "Finding",
    "Group",
    "GroupMember",
    "Hearing",
    "HearingCase",
    "Identity",
    "Leg",
    "Paraphrase",
    "RecordUse",
    "Reply",
    "RespondentKind",
    "Stance",
    "Status",
    "Unsealing",
]
