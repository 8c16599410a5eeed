"""Vehicles from a file."""

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from platforms.actions import importing
from platforms.importing.columns import CITY, PLATE
from platforms.importing.known import RegisterTable
from platforms.models import Energy, PlateColour, Vehicle
from platforms.models.vehicles import transport_licence_hash, vin_hash
from portal.imports import cells
from portal.imports.tables import Batch, Column, Row, Settled, Values
from portal.plates import plate_hash

ENERGIES = {
    "纯电动": Energy.ELECTRIC, "电动": Energy.ELECTRIC, "新能源": Energy.ELECTRIC, "electric": Energy.ELECTRIC,
    "混合动力": Energy.HYBRID, "插电混动": Energy.HYBRID, "油电混合": Energy.HYBRID, "hybrid": Energy.HYBRID,
    "汽油": Energy.PETROL, "petrol": Energy.PETROL, "柴油": Energy.DIESEL, "diesel": Energy.DIESEL,
    "天然气": Energy.GAS, "gas": Energy.GAS, "其他": Energy.OTHER, "other": Energy.OTHER,
}  # fmt: skip
COLOURS = {
    "绿": PlateColour.GREEN, "绿色": PlateColour.GREEN, "渐变绿": PlateColour.GREEN, "green": PlateColour.GREEN,
    "蓝": PlateColour.BLUE, "蓝色": PlateColour.BLUE, "blue": PlateColour.BLUE, "黄": PlateColour.YELLOW,
    "黄色": PlateColour.YELLOW, "yellow": PlateColour.YELLOW, "黑": PlateColour.BLACK, "黑色": PlateColour.BLACK,
    "black": PlateColour.BLACK, "白": PlateColour.WHITE, "白色": PlateColour.WHITE, "white": PlateColour.WHITE,
    "其他": PlateColour.OTHER, "other": PlateColour.OTHER,
}  # fmt: skip


class Vehicles(RegisterTable):
    code = "platforms.vehicles"
    words = _("Vehicles")
    hint = _("One row a vehicle, found by its plate: owner, platform, papers and their last days.")
    model = Vehicle
    fields = (
        "plate", "plate_colour", "city_id", "company_id", "owner_company_id", "owner_name", "brand", "model", "colour",
        "energy", "seats", "vin", "first_registered_date", "licence", "licence_from_date", "licence_until_date",
        "insurer", "insured_until_date", "inspected_until_date",
    )  # fmt: skip
    derived = ("plate_hash", "vin_hash", "licence_hash")
    columns = (
        PLATE,
        Column(
            "plate_colour",
            pgettext_lazy("import column", "Plate colour"),
            cells.choice(COLOURS),
            "车牌颜色 号牌颜色",
            example="绿",
        ),
        replace(CITY, for_new=True),
        Column(
            "company",
            pgettext_lazy("import column", "Platform"),
            cells.text(120),
            "平台公司 所属平台 网约车平台 平台企业",
            "company_id",
            example="川行约车",
        ),
        Column(
            "owner_company",
            pgettext_lazy("import column", "Owner: company"),
            cells.text(120),
            "车辆所属公司 租赁公司 所属企业 所有人单位",
            "owner_company_id",
            note=_("A leased car has a company as its owner."),
        ),
        Column(
            "owner_name",
            pgettext_lazy("import column", "Owner: person"),
            cells.name(),
            "所有人 车主 车主姓名 车辆所有人",
            is_personal=True,
        ),
        Column("brand", pgettext_lazy("import column", "Make"), cells.text(64), "品牌 厂牌 车辆品牌"),
        Column("model", pgettext_lazy("import column", "Model"), cells.text(64), "型号 车型 车辆型号 厂牌型号"),
        Column("colour", pgettext_lazy("import column", "Colour"), cells.text(20), "车身颜色 颜色 车辆颜色"),
        Column(
            "energy",
            pgettext_lazy("import column", "Energy"),
            cells.choice(ENERGIES),
            "燃料类型 能源类型 动力类型",
            example="纯电动",
        ),
        Column("seats", pgettext_lazy("import column", "Seats"), cells.whole(2, 9), "座位数 核定载客位 核载人数"),
        Column(
            "vin",
            pgettext_lazy("import column", "VIN"),
            cells.number(17, 17),
            "车架号 车辆识别代号 车辆识别代码 VIN",
            is_personal=True,
        ),
        Column(
            "first_registered_date",
            pgettext_lazy("import column", "First registered"),
            cells.day,
            "初次登记日期 注册日期 车辆注册日期",
        ),
        Column(
            "licence",
            pgettext_lazy("import column", "Transport licence"),
            cells.permit_number(64),
            "运输证号 网约车运输证号 运输证字号 道路运输证号",
            is_personal=True,
        ),
        Column(
            "licence_from_date",
            pgettext_lazy("import column", "Licence from"),
            cells.day,
            "运输证有效期起 运输证发证日期",
        ),
        Column(
            "licence_until_date",
            pgettext_lazy("import column", "Licence until"),
            cells.last_day,
            "运输证有效期止 运输证有效期至 运输证到期日期",
            example="2028-12-31",
        ),
        Column("insurer", pgettext_lazy("import column", "Insurer"), cells.text(64), "保险公司 承保公司"),
        Column(
            "insured_until_date",
            pgettext_lazy("import column", "Insured until"),
            cells.day,
            "保险到期日期 保险有效期至 保险止期 保险有效期止",
            example="2027-06-30",
        ),
        Column(
            "inspected_until_date",
            pgettext_lazy("import column", "Inspection until"),
            cells.day,
            "年检到期日期 年检有效期至 检验有效期至 检验有效期止",
            example="2027-06-30",
        ),
    )

    def resolve(self, rows: list[Row], known: Any) -> None:
        for row in rows:
            if "city" in row.values:
                row.values["city_id"] = known.city_of(row, self._named("city"))
            for name in ("company", "owner_company"):
                if name in row.values:
                    column = self._named(name)
                    firm = known.firms.of(row, column, row.values.pop(name), platform=name == "company")
                    row.values[column.field] = firm.pk if firm else None
            if row.values.get("owner_company_id") and row.values.get("owner_name"):
                row.object("two_owners", self._named("owner_name"))
            self.require_order(row, None, "licence_from_date", "licence_until_date")

    def _named(self, name: str) -> Column:
        column = self.column(name)
        assert column is not None
        return column

    def key_of(self, values: Values) -> str:
        return plate_hash(values["plate"])

    def records(self, rows: list[Row]) -> QuerySet[Any]:
        return Vehicle.objects.filter(plate_hash__in=[row.key for row in rows], ended_date=None)

    def key_in(self, record: Any) -> str:
        return str(record.plate_hash)

    def derive(self, record: Any) -> None:
        record.plate_hash = plate_hash(record.plate)
        record.vin_hash = vin_hash(record.vin) if record.vin else ""
        record.licence_hash = transport_licence_hash(record.licence) if record.licence else ""

    def compare(self, row: Row, record: Any, was: Values, known: Any) -> None:
        super().compare(row, record, was, known)
        self.require_order(row, record, "licence_from_date", "licence_until_date")
        owner = row.values.get("owner_company_id"), row.values.get("owner_name")
        if (owner[0] and record.owner_name) or (owner[1] and record.owner_company_id):
            # a sale: the row names the new owner alone, the former one goes
            other = "owner_name" if owner[0] else "owner_company_id"
            was[other], row.values[other] = getattr(record, other), "" if owner[0] else None

    def write(self, rows: list[Row], batch: Batch, known: Any) -> Settled:
        return importing.write(self, rows, batch, known, kind="platforms.vehicles_imported")

    def undo(self, restored: list[Any], removed: list[Any], batch: Batch) -> None:
        importing.undo(self, restored, removed, batch, kind="platforms.vehicles_taken_back")
