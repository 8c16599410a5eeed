"""The room's registers as they are filled from a file."""

from drivers.importing.people import Drivers
from drivers.importing.spells import Drivings, Engagements
from portal.imports.tables import Table

TABLES: list[Table] = [Drivers(), Engagements(), Drivings()]
