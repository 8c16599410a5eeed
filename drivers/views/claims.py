"""Doors of a driver's claim: how far it is, trying by himself, asking the branch, objecting, letting go."""

from typing import Any

from allauth.core.internal.ratelimit import get_ip
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from drivers import claim_words
from drivers.actions import claims, tying
from drivers.forms.claims import AskForm, KeyForm, LicenceForm, ObjectForm
from drivers.models import Claim, Driver
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import User
from portal.once import answer_to, once
from portal.views.doors import answered_before, make_move

NO = "no"


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _to(code: str) -> str:
    return reverse("drivers:claim_shown", args=[code])


def claim(request: HttpRequest) -> HttpResponse:
    """Whether he is verified, what he claimed, and what somebody else claims of his."""
    person, now = _person(request), timezone.now()
    words = {
        "driver": Driver.objects.listed().of(person).first(),
        "open": Claim.objects.of(person).open().first(),
        "past": Claim.objects.of(person).order_by("-made_at", "-pk")[: claim_words.SHOWN],
        "against": claims.claimed_with_number_of(person, now),
        "today": beijing_day(now),
    }
    return render(request, "drivers/claim.html", words)


@never_cache
@sensitive_post_parameters()
def claim_match(request: HttpRequest) -> HttpResponse:
    """Licence and name against the register, with the number he signed in with. One answer to all that does not fit."""
    person = _person(request)
    form = LicenceForm(request.POST or None, initial={"name": person.name})
    is_no = False
    if form.is_valid():
        try:
            answer = once(
                form.cleaned_data["key"],
                by=person,
                verb="drivers.claim_match",
                body={"licence": form.given.number, "name": form.given.name},
                now=timezone.now(),
                do=lambda: _try(request, form, person),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            if answer != NO:
                return redirect(_to(answer))
            is_no = True
            # the same words once more are another try, not the answer to this one
            form.data = form.data.copy()
            form.data["key"] = ""
    words = {"form": form, "is_no": is_no, "is_verified": Driver.objects.of(person).exists(), "phone": person}
    return render(request, "drivers/claim_match.html", words, status=422 if form.errors or is_no else 200)


def _try(request: HttpRequest, form: LicenceForm, person: User) -> str:
    made = claims.match(form.given, by=person, address=str(get_ip(request)), now=timezone.now())
    return made.code if made else NO


@sensitive_post_parameters()
def claim_ask(request: HttpRequest) -> HttpResponse:
    """Ask the branch of a district to check what did not fit."""
    person, now = _person(request), timezone.now()
    form = AskForm(request.POST or None, initial={"name": person.name}, today=beijing_day(now))

    def do(values: dict[str, Any]) -> str:
        return claims.ask_branch(form.given, place=form.place, said=values["said"], by=person, now=now).code

    return make_move(
        request,
        form,
        verb="drivers.claim_ask",
        subject=person.code,
        do=do,
        to=_to,
        template="drivers/claim_ask.html",
        context={},
    )


def claim_object(request: HttpRequest, code: str) -> HttpResponse:
    """Whoever has the register's number says that the record is his."""
    person, now = _person(request), timezone.now()
    other = get_object_or_404(claims.claimed_with_number_of(person, now), code=code)

    def do(values: dict[str, Any]) -> str:
        return claims.object_to(other.code, said=values["said"], by=person, now=now).code

    return make_move(
        request,
        ObjectForm(request.POST or None),
        verb="drivers.claim_object",
        subject=other.code,
        do=do,
        to=_to,
        template="drivers/claim_object.html",
        context={"other": other},
    )


def claim_shown(request: HttpRequest, code: str) -> HttpResponse:
    """One of his own claims, step by step."""
    person = _person(request)
    found = get_object_or_404(Claim.objects.of(person).listed(), code=code)
    words = {"claim": found, "entries": claim_words.timeline(found), "form": KeyForm()}
    return render(request, "drivers/claim_shown.html", words)


def claim_withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Take one's own claim back."""
    person = _person(request)
    if again := answered_before(request, _to):
        return again
    found = get_object_or_404(Claim.objects.of(person).open(), code=code)
    return make_move(
        request,
        KeyForm(request.POST or None),
        verb="drivers.claim_withdraw",
        subject=found.code,
        do=lambda _values: claims.withdraw(found.pk, by=person, now=timezone.now()).code,
        to=_to,
        template="drivers/claim_withdraw.html",
        context={"claim": found},
    )


def let_go(request: HttpRequest) -> HttpResponse:
    """This is not me, or I no longer drive."""
    person = _person(request)
    driver = Driver.objects.listed().of(person).first()
    # sent twice: the first one has let it go, and the key gives its answer
    if driver is None and not answer_to(request.POST.get("key", ""), by=person):
        raise Http404
    return make_move(
        request,
        KeyForm(request.POST or None),
        verb="drivers.let_go",
        subject=person.code,
        do=lambda _values: tying.let_go(by=person, now=timezone.now()).code,
        to=lambda _code: reverse("drivers:claim"),
        template="drivers/let_go.html",
        context={"driver": driver},
    )
