"""What runs out: papers of drivers, vehicles and companies, by the day on which they do. Reads only."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Model, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from drivers import permissions
from drivers.models import Contract, Driver
from platforms.models import Permit, Vehicle
from platforms.permissions import may_see_companies, register_places
from portal.models import Place, Post
from portal.spans import SOON, between, days_around

DAYS_SHOWN = 31
Rows = Callable[[Post, datetime.date], QuerySet[Any]]


@dataclass(frozen=True)
class Paper:
    """A kind of paper: the rows that have one, the field of its last day, and where its city stands."""

    code: str
    word: Promise
    model: type[Model]
    field: str
    rows: Rows
    city: str
    may: Callable[[Post | None, datetime.date], bool]


@dataclass(frozen=True)
class Day:
    date: datetime.date
    count: int


@dataclass(frozen=True)
class Row:
    """A record whose paper runs out, as the list shows it."""

    url: str
    title: str
    sub: str
    date: datetime.date


def _drivers(post: Post, today: datetime.date) -> QuerySet[Any]:
    return Driver.objects.readable_by(post, today).registered().select_related("place__parent", "branch")


def _contracts(post: Post, today: datetime.date) -> QuerySet[Any]:
    drivers = Driver.objects.readable_by(post, today).registered().values("pk")
    return Contract.objects.filter(driver__in=drivers).select_related("driver__place__parent", "company")


def _vehicles(post: Post, today: datetime.date) -> QuerySet[Any]:
    return Vehicle.objects.visible_to(post, today).registered().listed()


def _permits(post: Post, today: datetime.date) -> QuerySet[Any]:
    return Permit.objects.visible_to(post, today).filter(ended_date__isnull=True).listed()


def _may_read_vehicles(post: Post | None, today: datetime.date) -> bool:
    return register_places(post, today) is not None


PAPERS = (
    Paper("certificate", _("Drivers' certificates"), Driver, "certificate_until_date", _drivers, "place__parent",
          permissions.may_read_drivers),
    Paper("driving", _("Driving licences"), Driver, "licence_until_date", _drivers, "place__parent",
          permissions.may_read_drivers),
    Paper("contract", _("Contracts and leases"), Contract, "until_date", _contracts, "driver__place__parent",
          permissions.may_read_drivers),
    Paper("transport", _("Transport licences"), Vehicle, "licence_until_date", _vehicles, "city", _may_read_vehicles),
    Paper("insurance", _("Insurance"), Vehicle, "insured_until_date", _vehicles, "city", _may_read_vehicles),
    Paper("inspection", _("Inspection"), Vehicle, "inspected_until_date", _vehicles, "city", _may_read_vehicles),
    Paper("permit", _("Companies' permits"), Permit, "until_date", _permits, "city", may_see_companies),
)  # fmt: skip


def papers_for(post: Post | None, today: datetime.date) -> list[Paper]:
    return [paper for paper in PAPERS if paper.may(post, today)]


def running_out(paper: Paper, post: Post, today: datetime.date, *, expiry: str, city: Place | None) -> QuerySet[Any]:
    """The rows whose paper runs out within 30 days, or has run out."""
    rows = paper.rows(post, today).filter(between(paper.field, *days_around(expiry, today)))
    return rows.filter(**{paper.city: city}) if city else rows


def chosen(paper: Paper, post: Post, today: datetime.date, wanted: Mapping[str, Any]) -> QuerySet[Any]:
    """The list itself: of one day where a day was asked for, the soonest or the latest first."""
    expiry = wanted.get("expiry", SOON)
    rows = running_out(paper, post, today, expiry=expiry, city=wanted.get("city"))
    chosen = rows.filter(**{paper.field: wanted["day"]}) if wanted.get("day") else rows
    return chosen.order_by(paper.field if expiry == SOON else f"-{paper.field}", "-pk")


def driver_of(record: Any) -> Driver:
    """Whose paper it is."""
    return record if isinstance(record, Driver) else record.driver


def by_day(paper: Paper, rows: QuerySet[Any], *, newest_first: bool) -> list[Day]:
    """How many run out on each day. What the days add up to is the list's length."""
    order = f"-{paper.field}" if newest_first else paper.field
    counted = rows.order_by(order).values_list(paper.field).annotate(count=Count("pk"))
    return [Day(date, count) for date, count in counted]


def shown(paper: Paper, record: Any) -> Row:
    """A row of the list: who or what, where, and the day."""
    date = getattr(record, paper.field)
    if isinstance(record, Driver):
        return Row(reverse("drivers:driver", args=[record.code]), record.name, str(record.place.city), date)
    if isinstance(record, Contract):
        url = reverse("drivers:driver", args=[record.driver.code])
        sub = f"{record.get_kind_display()} · {record.company.short_name} · {record.driver.place.city}"
        return Row(url, record.driver.name, sub, date)
    if isinstance(record, Vehicle):
        company = record.company.organisation.short_name if record.company else ""
        sub = " · ".join(part for part in (str(record.city), company) if part)
        return Row(reverse("drivers:vehicle", args=[record.code]), record.masked_plate, sub, date)
    sub = f"{record.city} · {record.number}"
    return Row(reverse("platforms:permit", args=[record.code]), record.company.organisation.short_name, sub, date)
