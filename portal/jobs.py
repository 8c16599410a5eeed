"""Background work: the one place that catches whatever a job or a delivery raises, notes it and carries on or fails."""

import datetime
import functools
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.utils import timezone

from portal import celery_app
from portal.models import Heartbeat, JobRun

logger = structlog.get_logger(__name__)

Counts = Mapping[str, int] | None


def attempt(what: str, do: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[Any, Exception | None]:
    """Run it and hand back its answer, or the error, which is then in the log under `what`."""
    try:
        return do(*args, **kwargs), None
    except Exception as error:
        logger.error("attempt_failed", what=what, error=name_of(error), exc_info=error)
        return None, error


def name_of(error: Exception) -> str:
    """`IntegrityError at appeals/actions/filing.py:88`: never its message, which may quote a person's row."""
    ours = [
        f"{Path(frame.filename).relative_to(settings.ROOT_DIR)}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(settings.ROOT_DIR) and "site-packages" not in frame.filename
    ]
    return f"{type(error).__name__} at {ours[-1]}" if ours else type(error).__name__


def beat(name: str, at: datetime.datetime) -> None:
    """A sign of life; an older one never replaces a newer."""
    Heartbeat.objects.bulk_create([Heartbeat(name=name, at=at)], ignore_conflicts=True)
    Heartbeat.objects.filter(name=name, at__lt=at).update(at=at)


def job(name: str, *, is_recorded: bool = True) -> Callable[[Callable[..., Counts]], Any]:
    """Make a function the Celery task of this name.

    It takes keyword ids, calls one action and gives back counts. A recorded job (every periodic one) leaves a JobRun
    with its counts or the name of its error, and a sign of life under its own name; a run that had nothing to do
    leaves the sign of life only. The error itself is raised again, so that Celery knows.
    """

    def register(do: Callable[..., Counts]) -> Any:
        @functools.wraps(do)
        def run(**ids: Any) -> None:
            if is_recorded:
                _run_recorded(name, do, ids)
            else:
                do(**ids)

        return celery_app.task(name=name)(run)

    return register


def _run_recorded(name: str, do: Callable[..., Counts], ids: dict[str, Any]) -> None:
    row = JobRun.objects.create(name=name, started_at=timezone.now())
    counts, error = attempt(name, do, **ids)
    row.finished_at = timezone.now()
    row.counts = dict(counts or {})
    if error:
        row.error = name_of(error)[:300]
        row.save()
        raise error
    beat(name, row.finished_at)
    if any(row.counts.values()):
        row.save()
    else:
        row.delete()
