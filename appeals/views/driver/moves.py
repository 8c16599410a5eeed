"""The driver's moves: one page, one form, one action each, and back to the case."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from appeals import chain, standing, timeline
from appeals.actions import driving
from appeals.forms import driver as forms
from appeals.models import Appeal
from appeals.views import files
from appeals.views.doors import make_move
from appeals.views.driver.cases import own_appeal
from portal.calendar import beijing_day
from portal.wording import driver_date


def _page(
    request: HttpRequest,
    appeal: Appeal,
    form: forms.MoveForm,
    *,
    done: str,
    do: Any,
    heading: str,
    yes: str,
    words: str = "",
    **more: Any,
) -> HttpResponse:
    """The form of a move; `do` calls its action with the cleaned values. What cannot be done now is said at once."""
    move = request.resolver_match.url_name if request.resolver_match else ""
    assert move is not None
    leg = appeal.legs.order_by("-number").first()
    given = standing.last_answer(appeal.answers.all())
    if request.method != "POST" and move not in standing.moves(appeal, request.user, timezone.now(), leg, given):  # type: ignore[arg-type]
        messages.warning(request, _why_not(appeal, move))
        return redirect("appeals:detail", appeal.code)

    def to(code: str) -> str:
        messages.success(request, done)
        files.drop(request, meant_for=meant_for)
        return reverse("appeals:detail", args=[code])

    meant_for = f"{move}:{appeal.code}"
    files.take(request, form, meant_for=meant_for)
    files.show(request, form, meant_for=meant_for)
    context = {"appeal": appeal, "title": standing.title_of(appeal), "heading": heading, "words": words, "yes": yes}
    return make_move(
        request,
        form,
        verb=f"appeals.{move}",
        subject=appeal.code,
        do=do,
        to=to,
        template="appeals/move.html",
        context={**context, "move": move, **more},
    )


def _why_not(appeal: Appeal, move: str) -> str:
    why = chain.why_not(move, appeal.status, appeal.tier, was_challenged=appeal.challenged_at is not None)
    return str(why) if why else _("That is not possible as things stand now.")


def add(request: HttpRequest, code: str) -> HttpResponse:
    appeal = own_appeal(request, code)
    return _page(
        request,
        appeal,
        forms.AddForm(request.POST or None),
        do=lambda values: driving.add(appeal.pk, by=request.user, now=timezone.now(), **values).code,  # type: ignore[arg-type]
        done=_("Added; whoever has the case has been told."),
        heading=_("Add something"),
        yes=_("Add"),
        is_draft=True,
    )


def reply(request: HttpRequest, code: str) -> HttpResponse:
    appeal = own_appeal(request, code)
    question = timeline.last_of(appeal, "appeals.asked", today=beijing_day(timezone.now()))
    return _page(
        request,
        appeal,
        forms.ReplyForm(request.POST or None),
        do=lambda values: driving.reply(appeal.pk, by=request.user, now=timezone.now(), **values).code,  # type: ignore[arg-type]
        done=_("Answered. The clock runs on with the days it rested."),
        heading=_("Answer the question"),
        yes=_("Send the answer"),
        question=question,
        is_draft=True,
    )


def challenge(request: HttpRequest, code: str) -> HttpResponse:
    appeal = own_appeal(request, code)
    return _page(
        request,
        appeal,
        forms.ChallengeForm(request.POST or None),
        do=lambda values: driving.challenge(appeal.pk, by=request.user, now=timezone.now(), **values).code,  # type: ignore[arg-type]
        done=_("Changed. The one before no longer sees the case."),
        heading=_("Ask for another handler"),
        words=_(
            "This is possible once. The present handler can then no longer see the case; it goes to somebody else at "
            "this tier, or up when there is nobody."
        ),
        yes=_("Change the handler"),
    )


def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    appeal = own_appeal(request, code)
    form = forms.WithdrawForm(request.POST or None)
    return _page(
        request,
        appeal,
        form,
        do=lambda _values: (
            driving.withdraw(
                appeal.pk,
                by=request.user,  # type: ignore[arg-type]
                reason=form.reason(),
                now=timezone.now(),
            ).code
        ),
        done=_("Withdrawn. You can take it up again within 15 days."),
        heading=_("Withdraw the appeal"),
        words=_("You can take it up again within 15 days; the days that are left go on counting then."),
        yes=_("Withdraw"),
        no=_("Leave it as it is"),
    )


def come_back(request: HttpRequest, code: str) -> HttpResponse:
    appeal = own_appeal(request, code)
    return _page(
        request,
        appeal,
        forms.MoveForm(request.POST or None),
        do=lambda _values: driving.come_back(appeal.pk, by=request.user, now=timezone.now()).code,  # type: ignore[arg-type]
        done=_("Taken up again."),
        heading=_("Take it up again"),
        words=_("It goes on where it was, with the working days that were left: %(days)d.")
        % {"days": appeal.days_left or 0},
        yes=_("Take it up again"),
    )


def go_on(request: HttpRequest, code: str) -> HttpResponse:
    appeal = own_appeal(request, code)
    return _page(
        request,
        appeal,
        forms.GoOnForm(request.POST or None),
        do=lambda values: driving.go_on(appeal.pk, by=request.user, now=timezone.now(), **values).code,  # type: ignore[arg-type]
        done=_("It went on to the next tier; its clocks start now."),
        heading=_("Go on to the next tier"),
        words=_window_words(appeal),
        yes=_("Go on"),
        is_draft=True,
    )


def _window_words(appeal: Appeal) -> str:
    if appeal.due_kind != "window" or appeal.due_date is None:
        return ""
    today = beijing_day(timezone.now())
    return _("You have time %(date)s. A new round begins at the next tier, with days of its own.") % {
        "date": driver_date(appeal.due_date, today=today)
    }


def accept(request: HttpRequest, code: str) -> HttpResponse:
    appeal = own_appeal(request, code)
    given = standing.last_answer(appeal.answers.all())
    owed = given is not None and given.is_owed
    return _page(
        request,
        appeal,
        forms.MoveForm(request.POST or None),
        do=lambda _values: driving.accept(appeal.pk, by=request.user, now=timezone.now()).code,  # type: ignore[arg-type]
        done=_("Accepted."),
        heading=_("Accept the answer"),
        words=_("It stays open until what was promised has been done; then it is closed.")
        if owed
        else _("The case is closed with it. You can then no longer go on to the next tier."),
        yes=_("Accept"),
    )


def not_carried_out(request: HttpRequest, code: str) -> HttpResponse:
    appeal = own_appeal(request, code)
    return _page(
        request,
        appeal,
        forms.NotCarriedOutForm(request.POST or None),
        do=lambda values: driving.not_carried_out(appeal.pk, by=request.user, now=timezone.now(), **values).code,  # type: ignore[arg-type]
        done=_("It is back at the tier that promised it; its clocks start now."),
        heading=_("It was not carried out"),
        yes=_("Send it back"),
        is_draft=True,
    )


def rate(request: HttpRequest, code: str) -> HttpResponse:
    appeal = own_appeal(request, code)
    return _page(
        request,
        appeal,
        forms.RateForm(request.POST or None),
        do=lambda values: driving.rate(appeal.pk, by=request.user, now=timezone.now(), **values).code,  # type: ignore[arg-type]
        done=_("Rated. Thank you."),
        heading=_("Rate the answer"),
        yes=_("Send the rating"),
    )
