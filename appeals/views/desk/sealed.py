"""The custodian's pages: opening a sealed name with a second person. They show number, tier and dates, never words."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from appeals import permissions
from appeals.actions import overseeing
from appeals.forms.overseeing import AskUnsealingForm, DecideUnsealingForm
from appeals.models import Appeal, Unsealing
from appeals.views import doors
from appeals.views.desk import entry
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Post
from portal.once import once
from portal.roles import UNSEAL
from portal.views import errors

SHOWN_DECIDED = 50


def sealed(request: HttpRequest) -> HttpResponse:
    """Requests that wait for a second person, and those that were decided."""
    now = timezone.now()
    post = entry.require_post(request, UNSEAL, now)
    rows = _requests(post, now)
    words = {
        "waiting": [(asked, _is_own(asked, post)) for asked in rows.filter(decided_at=None).order_by("asked_at")],
        "decided": rows.exclude(decided_at=None).order_by("-decided_at")[:SHOWN_DECIDED],
        "now": now,
    }
    return render(request, "appeals/desk/sealed.html", words)


def unsealing(request: HttpRequest, code: str) -> HttpResponse:
    """One request: the second person reads the motive and agrees or refuses."""
    now = timezone.now()
    post = entry.require_post(request, UNSEAL, now)
    asked = get_object_or_404(_requests(post, now), code=code)
    form = DecideUnsealingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        is_agreed = form.cleaned_data["decision"] == "agree"

        def do() -> str:
            return overseeing.decide_unsealing(asked.pk, by=post, is_agreed=is_agreed, now=now).code

        body = {"request": code, "is_agreed": is_agreed}
        try:
            once(form.cleaned_data["key"], by=post.person, verb="appeals.decide_unsealing", body=body, now=now, do=do)
        except Refused as refusal:
            return errors.refused(request, refusal, back=reverse("appeals:unsealing", args=[code]))
        return redirect("appeals:unsealing", code)
    motive = asked.asked_event.texts.filter(name="motive").first()
    words = {"asked": asked, "motive": motive.text if motive else "", "is_own": _is_own(asked, post), "form": form}
    return render(request, "appeals/desk/unsealing.html", {**words, "now": now})


def ask_unsealing(request: HttpRequest) -> HttpResponse:
    """Ask for a name to be opened: by the case number and a motive, shown once more before it is sent."""
    now = timezone.now()
    post = entry.require_post(request, UNSEAL, now)
    form = AskUnsealingForm(request.POST or None)
    appeal = _named(form, post, now) if request.method == "POST" and form.is_valid() else None
    if appeal and "preview" in request.POST:
        return render(request, "appeals/desk/ask_unsealing_preview.html", {"form": form, "appeal": appeal})
    if "edit" in request.POST:
        return render(request, "appeals/desk/ask_unsealing.html", {"form": form})

    def do(values: dict[str, Any]) -> str:
        assert appeal is not None  # an unknown number is an error of the form
        return overseeing.ask_unsealing(appeal.pk, by=post, motive=values["motive"], now=now).code

    return doors.make_move(
        request, form, verb="appeals.ask_unsealing", subject=post.organisation.code, do=do,
        to=lambda code: reverse("appeals:unsealing", args=[code]), template="appeals/desk/ask_unsealing.html",
        context={},
    )  # fmt: skip


def _named(form: AskUnsealingForm, post: Post, now: Any) -> Appeal | None:
    rows = permissions.sealed_appeals(post, beijing_day(now)).select_related("handler__person", "handling_org")
    appeal: Appeal | None = rows.filter(number=form.cleaned_data["number"]).first()
    if appeal is None:
        # not sealed, of another line, barred, unknown: one sentence for all, so that it tells nothing
        form.add_error("number", _("There is no sealed case with this number in this line."))
    return appeal


def _requests(post: Post, now: Any):
    """Requests about the sealed cases of the custodian's line."""
    rows = Unsealing.objects.filter(appeal__in=permissions.sealed_appeals(post, beijing_day(now)))
    related = ("asked_by__person", "decided_by__person", "for_person", "appeal__handling_org")
    return rows.select_related("asked_event", *related).defer("appeal__title", "appeal__order_number")


def _is_own(asked: Unsealing, post: Post) -> bool:
    """Asked by this custodian himself, or for him: somebody else has to decide."""
    return post.person_id in (asked.asked_by.person_id, asked.for_person_id)
