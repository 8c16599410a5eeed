from appeals.models.answer import Alarm, AlarmKind, Answer, Finding, Hearing, Unsealing
from appeals.models.appeal import Appeal, Bar, Category, Draft, Identity, Leg, RespondentKind, Status
from appeals.models.clock import ClockSetting, DutyPost

__all__ = [
    "Alarm",
    "AlarmKind",
    "Answer",
    "Appeal",
    "Bar",
    "Category",
    "ClockSetting",
    "Draft",
    "DutyPost",
    "Finding",
    "Hearing",
    "Identity",
    "Leg",
    "RespondentKind",
    "Status",
    "Unsealing",
]
