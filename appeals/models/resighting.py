"""Triggers by which the database itself keeps the sights of an appeal in step with what they are derived from."""

import pgtrigger


def resighted(appeal: str, *watched: str, also: str = "") -> list[pgtrigger.Trigger]:
    """After rows are added, or one of the watched columns changes, derive the sights of their appeals anew.

    `appeal` is the column that names the appeal; `also` adds further ones of the `changed` rows. Once a statement,
    however many rows it wrote.
    """
    fresh, stale = (", ".join(f"{row}.{column}" for column in watched) for row in ("fresh", "stale"))
    changed = f"SELECT fresh.* FROM fresh JOIN stale USING (id) WHERE ({fresh}) IS DISTINCT FROM ({stale})"
    return [
        pgtrigger.Trigger(
            name="resight_added",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="fresh"),
            func=_resight("SELECT * FROM fresh", appeal, also),
        ),
        pgtrigger.Trigger(
            name="resight_changed",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Update,
            referencing=pgtrigger.Referencing(old="stale", new="fresh"),
            func=_resight(changed, appeal, also),
        ),
    ]


def _resight(changed: str, appeal: str, also: str) -> str:
    ids = f"WITH changed AS ({changed}) SELECT {appeal} FROM changed{also}"
    return f"PERFORM appeals_resight(ARRAY({ids})); RETURN NULL;"
