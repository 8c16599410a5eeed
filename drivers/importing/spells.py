"""Whom drivers drive for and what they drive, from a file."""

import datetime
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from drivers.actions import importing
from drivers.importing.people import LICENCE
from drivers.models import Driver, Driving, Engagement, licence_hash
from platforms.importing import SENTENCES, RegisterTable
from platforms.importing.columns import COMPANY, PLATE
from platforms.models import RegisterState, Vehicle
from portal.imports import cells
from portal.imports.tables import Batch, Column, Row, Settled, Values
from portal.plates import plate_hash


class SpellTable(RegisterTable):
    """Something of a driver's that goes on from a day, until a day where one is set. Its key is what it is and its
    first day; the last day alone may change."""

    sentences = SENTENCES | {
        "no_such_driver": _("No driver with this licence is in the register. Import the drivers first."),
        "driver_ended": _("This driver has left the register."),
        "no_such_vehicle": _("No vehicle with this plate is in the register. Import the vehicles first."),
        "not_engaged": _("He does not drive for this company on that day. Import whom he drives for first."),
        "overlaps": _("The register has the same from another first day, and the two overlap. Correct the days."),
    }

    def build(self, values: Values, known: Any) -> Any:
        return self.model(**values)

    def resolve(self, rows: list[Row], known: Any) -> None:
        company = self.column("company")
        assert company is not None
        hashes = [licence_hash(row.values["licence"]) for row in rows]
        found = Driver.objects.filter(licence_hash__in=hashes)
        drivers = {one[0]: one[1:] for one in found.values_list("licence_hash", "pk", "place_id", "state")}
        for row, key in zip(rows, hashes, strict=True):
            licence = row.values.pop("licence")
            driver, place, state = drivers.get(key, (0, 0, ""))
            if not driver:
                row.object("no_such_driver", LICENCE, LICENCE.shown(licence))
            elif state == RegisterState.ENDED:
                row.object("driver_ended", LICENCE, LICENCE.shown(licence))
            elif not known.places.keeps_district(place):
                row.object("other_city", LICENCE, LICENCE.shown(licence))
            firm = known.firms.of(row, company, row.values.pop("company"), platform=self.model is Driving)
            row.values |= {"driver_id": driver, "company_id": firm.organisation if firm else 0}
            self.require_order(row, None, "from_date", "until_date")

    def settle(self, rows: list[Row], known: Any, *, hold: bool = False) -> Settled:
        self.require_room(rows)
        return super().settle([row for row in rows if not row.problems], known, hold=hold)

    def require_room(self, rows: list[Row]) -> None:
        """The same never overlaps with itself, in the register or in the file."""
        drivers = {row.values["driver_id"] for row in rows}
        spells: dict[tuple[int, ...], list[tuple[datetime.date, datetime.date]]] = {}
        for record in self.model._base_manager.filter(driver__in=drivers):
            spell = record.from_date, record.until_date or datetime.date.max  # type: ignore[attr-defined]
            spells.setdefault(self.what(self.state_of(record)), []).append(spell)
        for row in rows:
            begins, ends = row.values["from_date"], row.values.get("until_date") or datetime.date.max
            held = spells.setdefault(self.what(row.values), [])
            if any(first <= ends and begins <= last and first != begins for first, last in held):
                row.object("overlaps", self.column("from_date"), begins.isoformat())
            else:
                held.append((begins, ends))

    def what(self, values: Values) -> tuple[int, ...]:
        return tuple(values[name] for name in self.fields if name.endswith("_id"))

    def key_of(self, values: Values) -> str:
        return f"{self.what(values)}{values['from_date']}"

    def key_in(self, record: Any) -> str:
        return self.key_of(self.state_of(record))

    def records(self, rows: list[Row]) -> QuerySet[Any]:
        return self.model._base_manager.filter(driver__in={row.values["driver_id"] for row in rows})

    def compare(self, row: Row, record: Any, was: Values, known: Any) -> None:
        """Only the last day differs: everything else is the key."""


FROM = Column(
    "from_date",
    pgettext_lazy("import column", "First day"),
    cells.day,
    "起始日期 开始日期 自",
    is_needed=True,
    example="2024-03-01",
)
UNTIL = Column(
    "until_date",
    pgettext_lazy("import column", "Last day"),
    cells.last_day,
    "终止日期 结束日期 截止日期 至",
    note=_("Blank while it goes on."),
)


class Engagements(SpellTable):
    code = "drivers.engagements"
    words = _("Whom drivers drive for")
    hint = _("One row a driver and company: from which day, and until which day where it has ended.")
    model = Engagement
    fields = ("driver_id", "company_id", "from_date", "until_date")
    columns = (LICENCE, COMPANY, FROM, UNTIL)

    def write(self, rows: list[Row], batch: Batch, known: Any) -> Settled:
        return importing.write(self, rows, batch, known, kind="drivers.engagements_imported")

    def undo(self, restored: list[Any], removed: list[Any], batch: Batch) -> None:
        importing.undo(self, restored, removed, batch, kind="drivers.engagements_taken_back")


class Drivings(SpellTable):
    code = "drivers.drivings"
    words = _("Who drives which vehicle")
    hint = _("One row a driver, vehicle and platform. Drivers, vehicles and whom they drive for come first.")
    model = Driving
    fields = ("driver_id", "vehicle_id", "company_id", "from_date", "until_date")
    columns = (
        LICENCE,
        replace(PLATE, field="vehicle_id"),
        COMPANY,
        FROM,
        UNTIL,
    )

    def resolve(self, rows: list[Row], known: Any) -> None:
        column = self.column("plate")
        assert column is not None
        hashes = [plate_hash(row.values["plate"]) for row in rows]
        vehicles = dict(Vehicle.objects.filter(plate_hash__in=hashes, ended_date=None).values_list("plate_hash", "pk"))
        for row, key in zip(rows, hashes, strict=True):
            plate = row.values.pop("plate")
            row.values["vehicle_id"] = vehicles.get(key, 0)
            if not row.values["vehicle_id"]:
                row.object("no_such_vehicle", column, column.shown(plate))
        super().resolve(rows, known)
        self._require_engaged([row for row in rows if not row.problems])

    def _require_engaged(self, rows: list[Row]) -> None:
        drivers = {row.values["driver_id"] for row in rows}
        spells: dict[tuple[int, int], list[Engagement]] = {}
        for one in Engagement.objects.filter(driver__in=drivers):
            spells.setdefault((one.driver_id, one.company_id), []).append(one)
        for row in rows:
            day = row.values["from_date"]
            held = spells.get((row.values["driver_id"], row.values["company_id"]), [])
            if not any(one.from_date <= day and (one.until_date is None or day <= one.until_date) for one in held):
                row.object("not_engaged", self.column("company"))

    def write(self, rows: list[Row], batch: Batch, known: Any) -> Settled:
        return importing.write(self, rows, batch, known, kind="drivers.drivings_imported")

    def undo(self, restored: list[Any], removed: list[Any], batch: Batch) -> None:
        importing.undo(self, restored, removed, batch, kind="drivers.drivings_taken_back")
