"""Two accounts of one person: they bar each other, and give each other nothing."""

from collections.abc import Iterable

from django.db.models import Q

from portal.models import User


def accounts_of(person_ids: Iterable[int]) -> dict[int, set[int]]:
    """Each account with all accounts of the same person, itself among them."""
    asked = set(person_ids)
    if not asked:
        return {}
    near = Q(pk__in=asked) | Q(same_person_as__in=asked) | Q(same_person_as__other_accounts__in=asked)
    rows = User.objects.filter(near, same_person_as__isnull=False)
    roots: dict[int, int] = {account: root for account, root in rows.values_list("pk", "same_person_as") if root}
    groups: dict[int, set[int]] = {}
    for account, root in roots.items():
        groups.setdefault(root, {root}).add(account)
    return {person: {person} | groups.get(roots.get(person, person), set()) for person in asked}


def own_accounts(person_id: int) -> set[int]:
    return accounts_of([person_id])[person_id]


def are_one(one_id: int, other_id: int) -> bool:
    """Is it the same person? For every rule that asks for a second one."""
    return one_id == other_id or other_id in own_accounts(one_id)
