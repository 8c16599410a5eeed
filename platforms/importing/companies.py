"""Platform and leasing companies from a file: some hundred rows, each an organisation and what it does."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from platforms.actions import importing
from platforms.importing.known import RegisterTable
from platforms.models import Company
from portal import codes
from portal.imports import cells
from portal.imports.tables import Batch, Column, Row, Settled, Values
from portal.models import Organisation, OrganisationKind, PlaceKind, Post
from portal.namemarks import marks_of

KINDS = {
    "平台": OrganisationKind.PLATFORM, "平台公司": OrganisationKind.PLATFORM, "网约车平台": OrganisationKind.PLATFORM,
    "platform": OrganisationKind.PLATFORM, "租赁": OrganisationKind.LEASING, "租赁公司": OrganisationKind.LEASING,
    "汽车租赁": OrganisationKind.LEASING, "leasing": OrganisationKind.LEASING,
}  # fmt: skip


class Companies(RegisterTable):
    """Found by the credit code, by the name where the register has no code yet. A company's name and kind are not
    changed from a file: they stand in cases."""

    code = "platforms.companies"
    words = _("Platform and leasing companies")
    hint = _("One row a company, found by its unified social credit code.")
    model = Company
    fields = (
        "credit_code", "feed_id", "address", "business_scope", "legal_name", "contact_name", "contact_phone",
        "take_cap_permille",
    )  # fmt: skip
    single = ("credit_code", "feed_id")
    sentences = RegisterTable.sentences | {
        "other_name": _("The register has this credit code under another name. Change the name there first."),
        "other_kind": _("The register has this company as another kind. Correct the cell."),
        "elsewhere": _("This company works in other cities too. Leave this row to the province's administrators."),
        "no_cap": _("Only a platform has a cap on the take rate. Empty the cell."),
        "other_code": _("The register has this company with another credit code. Correct one of the two."),
        "feed_taken": _("Another company has this number of the ministry's. Correct one of the two."),
    }
    columns = (
        Column(
            "name",
            pgettext_lazy("import column", "Company name"),
            cells.text(120),
            "企业名称 公司名称 名称 企业全称",
            is_needed=True,
            example="川行约车科技有限公司",
        ),
        Column("short_name", pgettext_lazy("import column", "Short name"), cells.text(30), "简称 企业简称 公司简称"),
        Column(
            "kind",
            pgettext_lazy("import column", "Kind of company"),
            cells.choice(KINDS),
            "类型 企业类型 公司类型",
            for_new=True,
            example="平台",
        ),
        Column(
            "credit_code",
            pgettext_lazy("import column", "Credit code"),
            cells.credit_code,
            "统一社会信用代码 社会信用代码 信用代码",
            for_new=True,
            example="91510500MA6ABCDE1F",
        ),
        Column(
            "feed_id",
            pgettext_lazy("import column", "Number at the ministry"),
            cells.permit_number(32),
            "公司标识 企业标识 部级平台标识",
        ),
        Column("address", pgettext_lazy("import column", "Address"), cells.text(200), "地址 注册地址 通信地址"),
        Column("business_scope", pgettext_lazy("import column", "Business scope"), cells.text(300), "经营范围"),
        Column(
            "legal_name",
            pgettext_lazy("import column", "Legal representative"),
            cells.name(),
            "法定代表人 法人代表 法人",
            is_personal=True,
        ),
        Column(
            "contact_name",
            pgettext_lazy("import column", "Person to ask"),
            cells.name(),
            "联系人 联系人姓名",
            is_personal=True,
        ),
        Column(
            "contact_phone",
            pgettext_lazy("import column", "Phone of the person to ask"),
            cells.phone,
            "联系电话 联系人电话 联系方式",
            is_personal=True,
        ),
        Column(
            "take_cap_permille",
            pgettext_lazy("import column", "Cap on the take rate"),
            cells.permille,
            "抽成比例上限 抽成上限",
            note=_("As published, such as 29%; platforms only."),
        ),
    )

    def known(self, post: Post, day: Any) -> Any:
        known = super().known(post, day)
        known.place = post.organisation.place
        return known

    def resolve(self, rows: list[Row], known: Any) -> None:
        for row in rows:
            if row.values.get("kind") == OrganisationKind.LEASING and "take_cap_permille" in row.values:
                row.object("no_cap", self.column("take_cap_permille"))

    def key_of(self, values: Values) -> str:
        return str(values["name"])

    def records(self, rows: list[Row]) -> QuerySet[Any]:
        named = Q(organisation__name__in=[row.values["name"] for row in rows])
        coded = Q(credit_code__in=[row.values["credit_code"] for row in rows if row.values.get("credit_code")])
        found = Company.objects.filter(named | coded).select_related("organisation").prefetch_related("cities")
        return found.filter(organisation__merged_into__isnull=True, organisation__closed_at__isnull=True)

    def settle(self, rows: list[Row], known: Any, *, hold: bool = False) -> Settled:
        coded = {one.credit_code: one for one in self.records(rows) if one.credit_code}
        fed = dict(Company.objects.exclude(feed_id="").values_list("feed_id", "organisation__name"))
        for row in rows:
            held = coded.get(row.values.get("credit_code", ""))
            if held is not None and held.organisation.name != row.values["name"]:
                row.object("other_name", self.column("credit_code"), row.values["credit_code"])
            if fed.get(row.values.get("feed_id", ""), row.values["name"]) != row.values["name"]:
                row.object("feed_taken", self.column("feed_id"), row.values["feed_id"])
        return super().settle([row for row in rows if not row.problems], known, hold=hold)

    def key_in(self, record: Any) -> str:
        return str(record.organisation.name)

    def compare(self, row: Row, record: Any, was: Values, known: Any) -> None:
        cities = [city.pk for city in record.cities.all()]
        if known.place.kind != PlaceKind.PROVINCE and not (cities and all(map(known.places.keeps, cities))):
            row.object("elsewhere")
        if row.values.get("kind", record.organisation.kind) != record.organisation.kind:
            row.object("other_kind", self.column("kind"))
        if was.get("credit_code"):
            row.object("other_code", self.column("credit_code"), row.values["credit_code"])
        if was.keys() & {"take_cap_permille"} and record.organisation.kind != OrganisationKind.PLATFORM:
            row.object("no_cap", self.column("take_cap_permille"))

    def build(self, values: Values, known: Any) -> Any:
        code = codes.new_code()
        name = values["name"]
        short = values.get("short_name") or name[:30]
        organisation = Organisation(
            code=code, kind=values["kind"], name=name, short_name=short, path=f"{code}/", place=known.place,
            is_demo=known.is_demo,
        )  # fmt: skip
        own = {field: value for field, value in values.items() if field in self.fields}
        return Company(organisation=organisation, marks=sorted({*marks_of(name), *marks_of(short)}), **own)

    def enter(self, records: list[Any]) -> None:
        for record in records:
            record.organisation.save()
            record.organisation_id = record.organisation.pk
        super().enter(records)

    def used(self, records: list[Any]) -> set[int]:
        """A company that somebody named is kept: in a case, as an employer, as whom one drives for."""
        found = super().used(records)
        by_organisation = {record.organisation_id: record.pk for record in records}
        for relation in Organisation._meta.related_objects:
            if relation.related_model is not Company:
                name = relation.field.name  # type: ignore[union-attr]
                rows = relation.related_model._base_manager.filter(**{f"{name}__in": by_organisation})  # type: ignore[union-attr]
                found |= {by_organisation[one] for one in rows.values_list(name, flat=True).distinct()}
        return found

    def take_out(self, restored: list[Any], removed: list[Any]) -> None:
        super().take_out(restored, removed)
        Organisation.objects.filter(pk__in=[record.organisation_id for record in removed]).delete()

    def write(self, rows: list[Row], batch: Batch, known: Any) -> Settled:
        return importing.write_companies(self, rows, batch, known)

    def undo(self, restored: list[Any], removed: list[Any], batch: Batch) -> None:
        importing.undo(self, restored, removed, batch, kind="platforms.companies_taken_back")
