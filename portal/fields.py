"""Model fields of the house."""

from typing import Any

from django.db import models

from portal import codes, sealing


class SealedTextField(models.TextField):
    """Text encrypted in the database and plain in memory; it cannot be filtered on (keep a keyed hash beside it)."""

    @property
    def purpose(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def get_prep_value(self, value: Any) -> Any:
        return sealing.seal(value, self.purpose) if value else value

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> Any:
        return sealing.unseal(value, self.purpose) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name in {"isnull", "exact"}:
            return super().get_lookup(lookup_name)
        raise TypeError("A sealed column cannot be searched: look up its keyed hash.")


class CodeField(models.CharField):
    """The public key of a row: 16 random Crockford base32 characters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            *args, **{**kwargs, "max_length": 16, "unique": True, "editable": False, "default": codes.new_code}
        )
