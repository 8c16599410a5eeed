"""What the histories of companies, permits and vehicles say. Words only."""

from typing import Any

from django.utils.translation import pgettext_lazy

from platforms.register_forms import CompanyForm, PermitForm, VehicleForm
from portal.register_forms import RecordForm

KINDS = {
    "platforms.company_registered": pgettext_lazy("history", "Entered in the register"),
    "platforms.company_changed": pgettext_lazy("history", "Changed"),
    "platforms.company_ended": pgettext_lazy("history", "Left the register"),
    "platforms.permit_entered": pgettext_lazy("history", "Entered in the register"),
    "platforms.permit_changed": pgettext_lazy("history", "Changed"),
    "platforms.permit_ended": pgettext_lazy("history", "Ended"),
    "platforms.vehicle_registered": pgettext_lazy("history", "Entered in the register"),
    "platforms.vehicle_changed": pgettext_lazy("history", "Changed"),
    "platforms.vehicle_ended": pgettext_lazy("history", "Left the register"),
    "portal.field_shown": pgettext_lazy("history", "Shown in full"),
}
ENDED = {"ended_date": pgettext_lazy("history", "Last day")}


def labels(form: type[RecordForm]) -> dict[str, Any]:
    return {name: field.label for name, field in form.base_fields.items()} | ENDED


COMPANY = labels(CompanyForm) | {"take_cap_permille": pgettext_lazy("history", "Cap on the take rate, in permille")}
PERMIT = labels(PermitForm)
VEHICLE = labels(VehicleForm)
