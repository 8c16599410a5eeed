"""The registers of drivers and vehicles, and what runs out, as lists that are taken out.

Vehicles stand in room platforms; who drives one, and so reads who took its plate out, is known here.
"""

import datetime
from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from drivers import expiring, permissions
from drivers.models import Contract, Driver, Driving
from drivers.register_forms import DriverFilter, ExpiringForm
from platforms.lists_out import STATE, iso, short_name
from platforms.models import Permit, Vehicle
from platforms.permissions import register_places
from platforms.register_forms import VehicleFilter
from portal.models import Post
from portal.privacy import Kind
from portal.registers_out import Column, Register
from portal.spans import SOON

People = Iterable[tuple[int | None, Collection[Kind]]]
# the list of drivers is taken out as their records, or as what they drive
BESIDE = ("drivers.drivers", "drivers.drivings")


def drivers_of(vehicles: Collection[int], day: datetime.date) -> People:
    """Those who drive these vehicles now: the plate is a datum of theirs."""
    rows = Driving.objects.filter(vehicle__in=vehicles).on_day(day).order_by().distinct()
    return [(person, [Kind.PLATE]) for person in rows.values_list("driver__person", flat=True)]


class Drivers(Register):
    code = "drivers.drivers"
    word = pgettext_lazy("register", "Drivers")
    address = "drivers:drivers"
    form = DriverFilter
    reading = "drivers.taken_out"
    beside = BESIDE

    def may_read(self, post: Post, day: datetime.date) -> bool:
        return permissions.may_read_drivers(post, day)

    def rows(self, post: Post, wanted: Mapping[str, Any], today: datetime.date) -> QuerySet[Any]:
        rows = Driver.objects.readable_by(post, today).fitting(wanted, today)
        return rows.select_related("place__parent", "branch").order_by("-pk")

    def columns(self) -> list[Column]:
        return [
            Column(_("Name"), lambda driver: driver.name),
            Column(_("District or county"), lambda driver: f"{driver.place.city.short_name} {driver.place.name}"),
            Column(pgettext_lazy("of a driver", "Branch"), lambda driver: _short_name(driver.branch)),
            Column(_("Mobile number"), lambda driver: driver.masked_phone, lambda driver: driver.phone),
            Column(_("Driving licence number"), lambda driver: driver.masked_licence, lambda driver: driver.licence),
            Column(_("Driving licence until"), lambda driver: iso(driver.licence_until_date)),
            Column(_("Certificate until"), lambda driver: iso(driver.certificate_until_date)),
            STATE,
        ]

    def taken(self, row: Driver) -> int | None:
        return row.person_id

    def people(self, taken: Collection[int], day: datetime.date, *, is_whole: bool) -> People:
        kinds = [Kind.NAME, Kind.PHONE, Kind.LICENCE] if is_whole else [Kind.NAME]
        return [(person, kinds) for person in taken]


class Drivings(Register):
    """Who drives what for whom now: of the drivers of the list."""

    code = "drivers.drivings"
    word = _("Who drives what")
    address = "drivers:drivers"
    form = DriverFilter
    reading = "drivers.taken_out"
    beside = BESIDE

    def may_read(self, post: Post, day: datetime.date) -> bool:
        return permissions.may_read_drivers(post, day)

    def rows(self, post: Post, wanted: Mapping[str, Any], today: datetime.date) -> QuerySet[Any]:
        drivers = Driver.objects.readable_by(post, today).fitting(wanted, today).values("pk")
        rows = Driving.objects.on_day(today).filter(driver__in=drivers)
        rows = rows.filter(company=wanted["company"]) if wanted.get("company") else rows
        return rows.select_related("driver", "vehicle", "company").order_by("-driver", "-pk")

    def columns(self) -> list[Column]:
        return [
            Column(_("Name"), lambda driving: driving.driver.name),
            Column(_("Plate"), lambda driving: driving.vehicle.masked_plate, lambda driving: driving.vehicle.plate),
            Column(_("For the platform"), lambda driving: driving.company.short_name),
            Column(_("From"), lambda driving: iso(driving.from_date)),
            Column(_("Until"), lambda driving: iso(driving.until_date)),
        ]

    def taken(self, row: Driving) -> int | None:
        return row.driver.person_id

    def people(self, taken: Collection[int], day: datetime.date, *, is_whole: bool) -> People:
        kinds = [Kind.NAME, Kind.PLATE] if is_whole else [Kind.NAME]
        return [(person, kinds) for person in taken]


class Vehicles(Register):
    code = "platforms.vehicles"
    word = _("Vehicles")
    address = "platforms:vehicles"
    form = VehicleFilter
    reading = "drivers.taken_out"

    def may_read(self, post: Post, day: datetime.date) -> bool:
        return register_places(post, day) is not None

    def rows(self, post: Post, wanted: Mapping[str, Any], today: datetime.date) -> QuerySet[Any]:
        return Vehicle.objects.visible_to(post, today).fitting(wanted, today).listed().order_by("-pk")

    def columns(self) -> list[Column]:
        return [
            Column(_("Plate"), lambda vehicle: vehicle.masked_plate, lambda vehicle: vehicle.plate),
            Column(_("Brand"), lambda vehicle: vehicle.brand),
            Column(_("Model"), lambda vehicle: vehicle.model),
            Column(_("City"), lambda vehicle: vehicle.city.short_name),
            Column(_("Registered with"), lambda vehicle: short_name(vehicle.company)),
            Column(_("Owner"), _masked_owner, _owner),
            Column(_("Transport licence until"), lambda vehicle: iso(vehicle.licence_until_date)),
            Column(_("Insured until"), lambda vehicle: iso(vehicle.insured_until_date)),
            Column(_("Inspection valid until"), lambda vehicle: iso(vehicle.inspected_until_date)),
            STATE,
        ]

    def taken(self, row: Vehicle) -> int | None:
        return row.pk

    def people(self, taken: Collection[int], day: datetime.date, *, is_whole: bool) -> People:
        return drivers_of(taken, day) if is_whole else ()


def _short_name(organisation: Any) -> str:
    return organisation.short_name if organisation else ""


def _owner(vehicle: Vehicle) -> str:
    return short_name(vehicle.owner_company) if vehicle.owner_company else vehicle.owner_name


def _masked_owner(vehicle: Vehicle) -> str:
    return short_name(vehicle.owner_company) if vehicle.owner_company else vehicle.masked_owner_name


class Expiring(Register):
    """What runs out, or has run out, of one kind of paper."""

    address = "drivers:expiring"
    form: ClassVar[type[forms.Form]] = ExpiringForm
    reading = "drivers.taken_out"

    def __init__(self, paper: expiring.Paper) -> None:
        self.paper = paper
        self.code = f"drivers.expiring_{paper.code}"
        self.word = format_lazy("{what} · {paper}", what=pgettext_lazy("desk", "Running out"), paper=paper.word)

    def may_read(self, post: Post, day: datetime.date) -> bool:
        return self.paper.may(post, day)

    def asked(self, data: Mapping[str, str]) -> dict[str, str]:
        return {"expiry": SOON, **super().asked(data), "paper": self.paper.code}

    def rows(self, post: Post, wanted: Mapping[str, Any], today: datetime.date) -> QuerySet[Any]:
        return expiring.chosen(self.paper, post, today, wanted)

    def columns(self) -> list[Column]:
        return [*self._columns(), Column(_("Last day"), lambda row: iso(getattr(row, self.paper.field)))]

    def _columns(self) -> list[Column]:
        model = self.paper.model
        if model is Permit:
            return [
                Column(_("Company"), lambda permit: short_name(permit.company)),
                Column(_("City"), lambda permit: permit.city.short_name),
                Column(_("Permit number"), lambda permit: permit.number),
            ]
        if model is Vehicle:
            return [
                Column(_("Plate"), lambda vehicle: vehicle.masked_plate, lambda vehicle: vehicle.plate),
                Column(_("City"), lambda vehicle: vehicle.city.short_name),
                Column(_("Registered with"), lambda vehicle: short_name(vehicle.company)),
            ]
        columns = [
            Column(_("Name"), lambda row: expiring.driver_of(row).name),
            Column(_("City"), lambda row: expiring.driver_of(row).place.city.short_name),
            Column(
                _("Mobile number"),
                lambda row: expiring.driver_of(row).masked_phone,
                lambda row: expiring.driver_of(row).phone,
            ),
        ]
        if model is Contract:
            columns += [
                Column(_("Kind"), lambda contract: str(contract.get_kind_display())),
                Column(_("Company"), lambda contract: contract.company.short_name),
            ]
        return columns

    def taken(self, row: Any) -> int | None:
        if isinstance(row, Vehicle):
            return row.pk
        return None if isinstance(row, Permit) else expiring.driver_of(row).person_id

    def people(self, taken: Collection[int], day: datetime.date, *, is_whole: bool) -> People:
        if self.paper.model is Vehicle:
            return drivers_of(taken, day) if is_whole else ()
        kinds = [Kind.NAME, Kind.PHONE] if is_whole else [Kind.NAME]
        return [(person, kinds) for person in taken]


REGISTERS = (Drivers(), Drivings(), Vehicles(), *(Expiring(paper) for paper in expiring.PAPERS))
