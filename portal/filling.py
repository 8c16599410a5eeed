"""Filling a column in a migration."""

from collections.abc import Callable
from typing import Any

from django.db.backends.utils import CursorWrapper
from django.db.migrations.operations.base import Operation


class FillRows(Operation):
    """Fill what older rows lack by plain SQL, through a cursor of the connection that migrates.

    RunPython would have the state of all models drawn up, and again at every change of a model that follows: a minute
    of each new installation and of each run of the tests.
    """

    reduces_to_sql = False
    reversible = True
    elidable = True

    def __init__(self, fill: Callable[[CursorWrapper], None]) -> None:
        self.fill = fill

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The shape of the models stays as it is."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            self.fill(cursor)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """What was filled goes with its column."""

    def describe(self) -> str:
        return f"Fill rows: {self.fill.__name__}"
