"""Rotation of the key that encrypts columns: everything sealed with an older key is sealed anew with the first one."""

from collections import Counter
from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from portal import sealing
from portal.fields import SealedTextField

BATCH = 500
SECOND_FACTOR = "second-factor"
# the words allauth keeps encrypted in an authenticator's JSON
FACTOR_SECRETS = ("secret", "seed")


def current_key() -> str:
    return next(iter(settings.FIELD_KEYS))


def sealed_columns() -> Iterator[tuple[type[models.Model], SealedTextField]]:
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, SealedTextField):
                yield model, field


def outdated() -> Counter[str]:
    """How many values each column still holds under an older key; such a key may be retired when this is empty."""
    found = Counter[str]()
    for model, field in sealed_columns():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {_table(model)} WHERE {_is_old(field)}", [_mark()])
            found[field.purpose] = cursor.fetchone()[0]
    found[SECOND_FACTOR] = sum(_is_outdated(factor) for factor in Authenticator.objects.all())
    return +found


def reseal() -> Counter[str]:
    """Seal every outdated value anew, in short transactions beside the running portal; twice is once."""
    done = Counter[str]()
    for model, field in sealed_columns():
        while count := _reseal_batch(model, field):
            done[field.purpose] += count
    for factor_id in Authenticator.objects.values_list("pk", flat=True):
        done[SECOND_FACTOR] += _reseal_factor(factor_id)
    return +done


@transaction.atomic
def _reseal_batch(model: type[models.Model], field: SealedTextField) -> int:
    key = connection.ops.quote_name(str(model._meta.pk.column))
    column = connection.ops.quote_name(str(field.column))
    rows = f"SELECT {key}, {column} FROM {_table(model)} WHERE {_is_old(field)} LIMIT {BATCH} FOR NO KEY UPDATE"
    with connection.cursor() as cursor:
        cursor.execute(rows, [_mark()])
        found = [(_renewed(token, field.purpose), pk) for pk, token in cursor.fetchall()]
        # raw, and only this column: an update through the model would read the row and write back what it read
        cursor.executemany(f"UPDATE {_table(model)} SET {column} = %s WHERE {key} = %s", found)
    return len(found)


@transaction.atomic
def _reseal_factor(factor_id: int) -> int:
    factor = Authenticator.objects.select_for_update(no_key=True).filter(pk=factor_id).first()
    if factor is None or not _is_outdated(factor):
        return 0
    for name in FACTOR_SECRETS:
        if name in factor.data:
            factor.data[name] = _renewed(factor.data[name], SECOND_FACTOR)
    factor.save(update_fields=["data"])
    return 1


def _is_outdated(factor: Authenticator) -> bool:
    return any(not factor.data[name].startswith(f"{current_key()}:") for name in FACTOR_SECRETS if name in factor.data)


def _renewed(token: str, purpose: str) -> str:
    return sealing.seal(sealing.unseal(token, purpose), purpose)


def _mark() -> str:
    return f"{current_key()}:"


def _is_old(field: SealedTextField) -> str:
    column = connection.ops.quote_name(str(field.column))
    return f"{column} <> '' AND NOT starts_with({column}, %s)"


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
