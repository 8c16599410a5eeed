"""Drivers from a file."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from drivers.actions import importing
from drivers.models import Driver, certificate_hash, licence_hash
from platforms.importing import SENTENCES, Known, RegisterTable
from platforms.models import RegisterState
from portal.imports import cells
from portal.imports.tables import Batch, Column, Row, Settled, Values
from portal.models.people import phone_hash
from portal.namemarks import marks_of

LICENCE = Column(
    "licence",
    pgettext_lazy("import column", "Driving licence"),
    cells.number(6, 24),
    "驾驶证号 驾驶证号码 机动车驾驶证号 驾驶证编号 证件号码 身份证号",
    is_needed=True,
    is_personal=True,
    example="510502199001011234",
    note=_("Text, not a number: format the column as text before typing."),
)


class Drivers(RegisterTable):
    code = "drivers.drivers"
    words = _("Drivers")
    hint = _("One row a driver, found by his driving licence: name, phone, district, papers and their last days.")
    model = Driver
    fields = (
        "name", "phone", "licence", "place_id", "since_date", "licence_until_date", "certificate",
        "certificate_from_date", "certificate_until_date",
    )  # fmt: skip
    derived = ("phone_hash", "licence_hash", "certificate_hash", "marks")
    sentences = SENTENCES | {
        "no_such_district": _(
            "This district is not known. Write its name or the six digits of its code, such as 江阳区 or 510502."
        ),
        "district_twice": _("Districts of this name are in several cities: fill in the city too."),
    }
    columns = (
        Column(
            "name",
            pgettext_lazy("import column", "Name"),
            cells.name(),
            "姓名 司机姓名 驾驶员姓名 从业人员姓名",
            for_new=True,
            is_personal=True,
            example="周建平",
        ),
        Column(
            "phone",
            pgettext_lazy("import column", "Mobile number"),
            cells.phone,
            "手机号 手机号码 联系电话 电话 联系方式 移动电话",
            for_new=True,
            is_personal=True,
            example="19900000001",
        ),
        LICENCE,
        Column(
            "licence_until_date",
            pgettext_lazy("import column", "Driving licence until"),
            cells.last_day,
            "驾驶证有效期至 驾驶证有效期止 驾驶证到期日期 驾驶证有效期",
            example="2030-05-31",
        ),
        Column("city", pgettext_lazy("import column", "City"), cells.text(20), "城市 所属城市 市州 地市"),
        Column(
            "district",
            pgettext_lazy("import column", "District"),
            cells.text(20),
            "区县 所属区县 区 县区 行政区划代码 注册地",
            "place_id",
            for_new=True,
            example="江阳区",
            note=_("Name or six digits."),
        ),
        Column(
            "since_date",
            pgettext_lazy("import column", "Drives since"),
            cells.day,
            "从业起始日期 开始从业日期 注册日期 入职日期",
            for_new=True,
            example="2024-03-01",
        ),
        Column(
            "certificate",
            pgettext_lazy("import column", "Driver's certificate"),
            cells.number(6, 32),
            "驾驶员证号 网约车驾驶员证号 从业资格证号 资格证号",
            is_personal=True,
        ),
        Column(
            "certificate_from_date",
            pgettext_lazy("import column", "Certificate from"),
            cells.day,
            "驾驶员证发证日期 资格证发证日期 初领日期",
        ),
        Column(
            "certificate_until_date",
            pgettext_lazy("import column", "Certificate until"),
            cells.last_day,
            "驾驶员证有效期至 驾驶员证有效期止 资格证有效期至 资格证有效期止",
            example="2028-12-31",
        ),
    )

    def resolve(self, rows: list[Row], known: Any) -> None:
        column = self.column("district")
        assert column is not None
        for row in rows:
            word, city = row.values.pop("district", None), row.values.pop("city", None)
            if word is not None:
                self._place(row, column, word, city, known)
            self.require_order(row, None, "certificate_from_date", "certificate_until_date")

    def _place(self, row: Row, column: Column, word: str, city: str | None, known: Known) -> None:
        where = known.places.city(city) if city else None
        if city and where is None:
            row.object("no_such_city", self.column("city"), city)
            return
        found = known.places.districts(word, where)
        if len(found) != 1:
            row.object("district_twice" if found else "no_such_district", column, word)
        elif not known.places.keeps(found[0].city):
            row.object("other_city", column, word)
        else:
            row.values["place_id"] = found[0].pk

    def key_of(self, values: Values) -> str:
        return licence_hash(values["licence"])

    def records(self, rows: list[Row]) -> QuerySet[Any]:
        return Driver.objects.filter(licence_hash__in=[row.key for row in rows])

    def key_in(self, record: Any) -> str:
        return str(record.licence_hash)

    def derive(self, record: Any) -> None:
        record.phone_hash, record.licence_hash = phone_hash(record.phone), licence_hash(record.licence)
        record.certificate_hash = certificate_hash(record.certificate) if record.certificate else ""
        record.marks = marks_of(record.name)

    def compare(self, row: Row, record: Any, was: Values, known: Any) -> None:
        if record.state == RegisterState.ENDED:
            row.object("ended_record")
        elif not known.places.keeps_district(record.place_id):
            row.object("other_city")
        self.require_order(row, record, "certificate_from_date", "certificate_until_date")

    def used(self, records: list[Any]) -> set[int]:
        return super().used(records) | {record.pk for record in records if record.person_id}

    def write(self, rows: list[Row], batch: Batch, known: Any) -> Settled:
        return importing.write(self, rows, batch, known, kind="drivers.drivers_imported")

    def undo(self, restored: list[Any], removed: list[Any], batch: Batch) -> None:
        importing.undo(self, restored, removed, batch, kind="drivers.drivers_taken_back")
