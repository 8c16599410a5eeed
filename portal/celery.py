"""The Celery app: worker and beat, with the request id carried into each task's log."""

import os
from typing import Any

import structlog
from celery import Celery
from django.dispatch import receiver
from django_structlog.celery.signals import bind_extra_task_metadata
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@receiver(bind_extra_task_metadata)
def _name_the_task(task: Any, **_signal: Any) -> None:
    """Every line of a task says which task it was."""
    structlog.contextvars.bind_contextvars(task=task.name)
