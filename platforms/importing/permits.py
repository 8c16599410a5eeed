"""Permits of platforms from a file."""

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from platforms.actions import importing
from platforms.importing.columns import CITY, COMPANY
from platforms.importing.known import RegisterTable
from platforms.models import Permit
from portal.imports import cells
from portal.imports.tables import Batch, Column, Row, Settled, Values


class Permits(RegisterTable):
    code = "platforms.permits"
    words = _("Permits of platforms")
    hint = _("One row a permit: which platform may work in which city, and until when.")
    model = Permit
    fields = (
        "company_id", "city_id", "number", "file_number", "issuer", "area", "from_date", "until_date",
        "first_issued_date",
    )  # fmt: skip
    columns = (
        replace(COMPANY, words=pgettext_lazy("import column", "Platform")),
        replace(CITY, is_needed=True),
        Column(
            "number",
            pgettext_lazy("import column", "Permit number"),
            cells.permit_number(64),
            "许可证号 经营许可证号 许可证编号 证号",
            is_needed=True,
            example="川交运管许可网字510500000001号",
        ),
        Column("file_number", pgettext_lazy("import column", "File number"), cells.permit_number(64), "文号 档案号"),
        Column(
            "issuer",
            pgettext_lazy("import column", "Issued by"),
            cells.text(120),
            "发证机关 发证机构",
            example="泸州市交通运输局",
        ),
        Column("area", pgettext_lazy("import column", "Area"), cells.text(128), "经营区域 经营范围"),
        Column(
            "from_date",
            pgettext_lazy("import column", "Holds from"),
            cells.day,
            "有效期起 有效期开始 起始日期 生效日期",
            is_needed=True,
            example="2025-01-01",
        ),
        Column(
            "until_date",
            pgettext_lazy("import column", "Holds until"),
            cells.day,
            "有效期止 有效期至 有效期截止 到期日期 终止日期",
            is_needed=True,
            example="2028-12-31",
        ),
        Column(
            "first_issued_date",
            pgettext_lazy("import column", "First issued"),
            cells.day,
            "初次发证日期 首次发证日期",
        ),
    )

    def resolve(self, rows: list[Row], known: Any) -> None:
        company, city = self.column("company"), self.column("city")
        assert company is not None
        assert city is not None
        for row in rows:
            firm = known.firms.of(row, company, row.values.pop("company"), platform=True)
            row.values |= {"company_id": firm.pk if firm else 0, "city_id": known.city_of(row, city)}
            self.require_order(row, None, "from_date", "until_date")

    def key_of(self, values: Values) -> str:
        return str(values["number"])

    def records(self, rows: list[Row]) -> QuerySet[Any]:
        return Permit.objects.filter(number__in=[row.key for row in rows])

    def key_in(self, record: Any) -> str:
        return str(record.number)

    def compare(self, row: Row, record: Any, was: Values, known: Any) -> None:
        super().compare(row, record, was, known)
        if {"company_id", "city_id"} & was.keys():
            row.object("other_company", self.column("number"), row.values["number"])

    def write(self, rows: list[Row], batch: Batch, known: Any) -> Settled:
        return importing.write_permits(self, rows, batch, known)

    def undo(self, restored: list[Any], removed: list[Any], batch: Batch) -> None:
        importing.undo(self, restored, removed, batch, kind="platforms.permits_taken_back")
