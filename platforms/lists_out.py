"""The registers of companies and permits as lists that are taken out."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from platforms import permissions
from platforms.models import Company, Permit
from platforms.register_forms import CompanyFilter, PermitFilter
from portal.models import Post
from portal.registers_out import Column, Register
from portal.wording import listed


def iso(day: datetime.date | None) -> str:
    """A day as it sorts."""
    return day.isoformat() if day else ""


def short_name(company: Company | None) -> str:
    return company.organisation.short_name if company else ""


STATE = Column(_("State"), lambda row: str(row.get_state_display()))


class Companies(Register):
    code = "platforms.companies"
    word = pgettext_lazy("desk", "Companies and their rules")
    address = "platforms:companies"
    form = CompanyFilter

    def may_read(self, post: Post, day: datetime.date) -> bool:
        return permissions.may_see_companies(post, day)

    def rows(self, post: Post, wanted: Mapping[str, Any], today: datetime.date) -> QuerySet[Any]:
        return Company.objects.visible_to(post, today).fitting(wanted).listed(today)

    def columns(self) -> list[Column]:
        return [
            Column(_("Company"), str),
            Column(_("Kind"), lambda company: str(company.organisation.get_kind_display())),
            Column(_("Unified social credit code"), lambda company: company.credit_code),
            Column(_("Works in"), lambda company: listed([city.short_name for city in company.cities.all()])),
            Column(_("Cap on the take rate"), _cap),
            Column(_("Versions on file"), lambda company: company.version_count),
            Column(_("Last change"), lambda company: iso(company.changed_date)),
            STATE,
        ]


def _cap(company: Company) -> str:
    return "" if company.take_cap_permille is None else f"{company.take_cap_permille / 10:g}%"


class Permits(Register):
    code = "platforms.permits"
    word = _("Permits")
    address = "platforms:permits"
    form = PermitFilter

    def may_read(self, post: Post, day: datetime.date) -> bool:
        return permissions.may_see_companies(post, day)

    def rows(self, post: Post, wanted: Mapping[str, Any], today: datetime.date) -> QuerySet[Any]:
        return Permit.objects.visible_to(post, today).fitting(wanted, today).listed().order_by("-pk")

    def columns(self) -> list[Column]:
        return [
            Column(_("Company"), lambda permit: short_name(permit.company)),
            Column(_("City"), lambda permit: permit.city.short_name),
            Column(_("Permit number"), lambda permit: permit.number),
            Column(_("Valid from"), lambda permit: iso(permit.from_date)),
            Column(_("Valid until"), lambda permit: iso(permit.until_date)),
            STATE,
        ]


REGISTERS = (Companies(), Permits())
