"""What rows of the room's registers refer to, and what all of its registers ask of a row."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from platforms.models import Company, RegisterState
from portal.imports.lookups import Places
from portal.imports.tables import Column, Row, Table, Values
from portal.models import OrganisationKind, Post

SENTENCES = {
    "no_such_city": _(
        "This city is not known. Write its name or the six digits of its code, such as 泸州市 or 510500."
    ),
    "other_city": _("Your post keeps the register of its own city only. Leave this row to the administrators there."),
    "no_such_company": _("This company is not in the register. Import the companies first, or correct its name."),
    "company_ended": _("This company has left the register."),
    "not_a_platform": _("A platform belongs here, not a leasing company."),
    "ended_record": _("This record has ended; it is kept as it was. Take the row out."),
    "ends_before": _("The last day lies before the first. Correct one of the two."),
    "two_owners": _("A vehicle has one owner: a company or a person. Empty one of the two cells."),
    "other_company": _("A permit with this number belongs to another company or city in the register."),
}


@dataclass(frozen=True)
class Firm:
    pk: int
    organisation: int
    is_platform: bool
    is_ended: bool


class Firms:
    """Companies by name, short name, credit code and the ministry's own name for them."""

    def __init__(self) -> None:
        self._found: dict[str, Firm] = {}
        for company in Company.objects.select_related("organisation"):
            where = company.organisation
            firm = Firm(
                company.pk,
                where.pk,
                where.kind == OrganisationKind.PLATFORM,
                company.state == RegisterState.ENDED or where.merged_into_id is not None,
            )
            for word in (where.name, where.short_name, company.credit_code, company.feed_id):
                if word and (word not in self._found or self._found[word].is_ended):
                    self._found[word] = firm

    def of(self, row: Row, column: Column, word: str, *, platform: bool) -> Firm | None:
        firm = self._found.get(word)
        if firm is None:
            row.object("no_such_company", column, word[:40])
        elif firm.is_ended:
            row.object("company_ended", column, word[:40])
        elif platform and not firm.is_platform:
            row.object("not_a_platform", column, word[:40])
        else:
            return firm
        return None


class Known:
    """What rows of this room refer to."""

    def __init__(self, post: Post) -> None:
        self.places, self.firms, self.is_demo = Places(post), Firms(), post.person.is_demo

    def city_of(self, row: Row, column: Column) -> int | None:
        word = row.values.pop(column.name)
        city = self.places.city(word)
        if city is None:
            row.object("no_such_city", column, word[:40])
        elif not self.places.keeps(city.pk):
            row.object("other_city", column, word[:40])
        else:
            return city.pk
        return None


class RegisterTable(Table):
    """A register of this room that is kept city by city."""

    sentences = SENTENCES

    def known(self, post: Post, day: datetime.date) -> Known:
        return Known(post)

    def build(self, values: Values, known: Any) -> Any:
        return self.model(**values, is_demo=known.is_demo)

    def compare(self, row: Row, record: Any, was: Values, known: Any) -> None:
        if record.state == RegisterState.ENDED:
            row.object("ended_record")
        elif not known.places.keeps(record.city_id):
            row.object("other_city")

    def require_order(self, row: Row, record: Any, first: str, last: str) -> None:
        begins = row.values.get(first, getattr(record, first, None))
        ends = row.values.get(last, getattr(record, last, None))
        if begins and ends and ends < begins:
            row.object("ends_before", self.column(last), ends.isoformat())
