from portal.models.administering import Invitation, InvitationAnswer, LeaveRequest, LogFilter, SamePersonProposal
from portal.models.budgets import RecordUse
from portal.models.calendar import CalendarDay, CalendarNotice
from portal.models.events import DailyRoot, Delivery, Event, EventHead, EventText
from portal.models.exports import (
    ExportFormat,
    ExportState,
    FilePart,
    RegisterExport,
    RegisterExportPart,
    TakenOut,
)
from portal.models.imports import Import, ImportedRow, ImportProblem, ImportState, RowChange, RowUndone
from portal.models.jobs import Heartbeat, JobRun, OnceKey
from portal.models.machines import ApiToken, Hook, HookAttempt, HookMessage
from portal.models.notices import Notice, NoticeSetting, SmsMessage
from portal.models.organisations import Organisation, OrganisationKind, Post, Role
from portal.models.people import User
from portal.models.places import Place, PlaceKind, PlaceOpening
from portal.models.privacy import Correction, Erasure, PurposeConsent, Reading

__all__ = [
    "ApiToken",
    "CalendarDay",
    "CalendarNotice",
    "Correction",
    "DailyRoot",
    "Delivery",
    "Erasure",
    "Event",
    "EventHead",
    "EventText",
    "ExportFormat",
    "ExportState",
    "FilePart",
    "Heartbeat",
    "Hook",
    "HookAttempt",
    "HookMessage",
    "Import",
    "ImportProblem",
    "ImportState",
    "ImportedRow",
    "Invitation",
    "InvitationAnswer",
    "JobRun",
    "LeaveRequest",
    "LogFilter",
    "Notice",
    "NoticeSetting",
    "OnceKey",
    "Organisation",
    "OrganisationKind",
    "Place",
    "PlaceKind",
    "PlaceOpening",
    "Post",
    "PurposeConsent",
    "Reading",
    "RecordUse",
    "RegisterExport",
    "RegisterExportPart",
    "Role",
    "RowChange",
    "RowUndone",
    "SamePersonProposal",
    "SmsMessage",
    "TakenOut",
    "User",
]
