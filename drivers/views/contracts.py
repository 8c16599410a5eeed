"""Doors of the room: a driver's own contracts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from drivers.models import Contract, Driver
from portal.calendar import beijing_day

SOON_DAYS = 30


def my_contracts(request: HttpRequest) -> HttpResponse:
    """What the register knows of his contracts: with whom, of which kind, until when."""
    today = beijing_day(timezone.now())
    driver = Driver.objects.of(request.user).first()  # type: ignore[arg-type]
    contracts = Contract.objects.of(driver, today) if driver else []
    words = {"driver": driver, "contracts": contracts, "today": today, "soon_days": SOON_DAYS}
    return render(request, "drivers/my_contracts.html", words)
