"""What a driver's history says. Words only."""

from django.utils.translation import pgettext_lazy

from drivers.register_forms import DriverForm
from platforms.register_words import KINDS as BELOW
from platforms.register_words import labels

KINDS = BELOW | {
    "drivers.driver_registered": pgettext_lazy("history", "Entered in the register"),
    "drivers.driver_changed": pgettext_lazy("history", "Changed"),
    "drivers.driver_ended": pgettext_lazy("history", "Left the register"),
    "drivers.driver_returned": pgettext_lazy("history", "Returned to the register"),
    "drivers.person_attached": pgettext_lazy("history", "Tied to an account"),
    "drivers.engagement_started": pgettext_lazy("history", "Began to drive for a company"),
    "drivers.engagement_ended": pgettext_lazy("history", "Stopped driving for a company"),
    "drivers.contract_entered": pgettext_lazy("history", "A contract was entered"),
    "drivers.driving_started": pgettext_lazy("history", "Began to drive a vehicle"),
    "drivers.driving_ended": pgettext_lazy("history", "Stopped driving a vehicle"),
    "drivers.branch_set": pgettext_lazy("history", "The branch was written down"),
}
DRIVER = labels(DriverForm)
