"""Ground floor and front door. The Celery app is imported here: every command that publishes knows its broker."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
