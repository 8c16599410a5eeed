"""The room's registers as they are filled from a file."""

from platforms.importing.companies import Companies
from platforms.importing.known import SENTENCES, Known, RegisterTable
from platforms.importing.permits import Permits
from platforms.importing.vehicles import Vehicles
from portal.imports.tables import Table

__all__ = ["SENTENCES", "TABLES", "Known", "RegisterTable"]

TABLES: list[Table] = [Companies(), Permits(), Vehicles()]
