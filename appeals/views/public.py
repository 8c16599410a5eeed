"""Following a case without an account: number and secret open its state and due time, and nothing private."""

from typing import Any

import structlog
from allauth.core.internal.ratelimit import get_ip
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from appeals import following, standing
from appeals.actions import driving
from appeals.forms.driver import FollowForm, RateForm
from appeals.models import Appeal
from portal.errors import Refused
from portal.once import once
from portal.views import errors

logger = structlog.get_logger(__name__)


@never_cache
@login_not_required
@sensitive_post_parameters("secret")
def follow(request: HttpRequest) -> HttpResponse:
    """The form; a wrong number and a wrong secret give the same answer."""
    form = FollowForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        found = _found(request, values["number"], values["secret"])
        if isinstance(found, HttpResponse):
            return found
        if found:
            return redirect("appeals:receipt_link", found.number, following.tidy_secret(values["secret"]))
        form.add_error(None, _("Number and secret do not belong together. Check both on the receipt."))
        return render(request, "appeals/follow.html", {"form": form}, status=404)
    status = 422 if form.errors else 200
    return render(request, "appeals/follow.html", {"form": form}, status=status)


@never_cache
@login_not_required
def receipt_link(request: HttpRequest, number: str, secret: str) -> HttpResponse:
    """The same case by the receipt's address: state and due time only, and the rating after an answer."""
    found = _found(request, number, secret)
    if isinstance(found, HttpResponse):
        return found
    if found is None:
        raise Http404
    form = RateForm(request.POST or None)
    now = timezone.now()
    given = standing.last_answer(found.answers.all())
    may_rate = given is not None and given.rating is None and found.status in following.RATED_IN
    if request.method == "POST" and form.is_valid():
        try:
            _rate(found, secret, form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Rated. Thank you."))
            return redirect(request.path)
    context = {
        "appeal": found,
        "state": following.state_of(found, now),
        "given": given,
        "form": form if may_rate or form.errors else None,
        "mine": reverse("appeals:detail", args=[found.code]) if found.filer_id == request.user.pk else "",
    }
    return render(request, "appeals/receipt_link.html", context, status=422 if form.errors else 200)


def _rate(appeal: Appeal, secret: str, values: dict[str, Any]) -> None:
    now = timezone.now()
    once(
        values["key"],
        by=None,
        verb="appeals.rate_by_receipt",
        body={"subject": appeal.code, "stars": values["stars"], "words": values["words"]},
        now=now,
        do=lambda: (
            driving.rate(
                appeal.pk,
                by=None,
                stars=values["stars"],
                words=values["words"],
                now=now,
                secret=following.tidy_secret(secret),
            ).code
        ),
    )


def _found(request: HttpRequest, number: str, secret: str) -> Appeal | HttpResponse | None:
    """The case, a page that says to wait, or None; misses are counted and logged, never with the secret."""
    try:
        found = following.find(number, secret, address=get_ip(request), now=timezone.now())
    except following.TooMany as too_many:
        logger.warning("appeals.follow_slowed")
        return errors.too_many(request, minutes=too_many.minutes)
    if found is None:
        logger.warning("appeals.follow_missed")
    return found
