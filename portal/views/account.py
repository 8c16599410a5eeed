"""Signing in by number and code, giving the code again for a post, and signing out."""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from portal import challenge, phone, proofs, session_clock, sign_in, sms
from portal.actions import people
from portal.challenge import Asked, Asker, TooMany
from portal.errors import Refused
from portal.forms import CodeForm, PhoneForm, SamePersonForm
from portal.models import User
from portal.session_clock import Clock
from portal.views import errors


@never_cache
@login_not_required
@sensitive_post_parameters()
def login(request: HttpRequest) -> HttpResponse:
    """Ask for the number; the answer is the same whether it is known here or not."""
    if request.user.is_authenticated:
        return redirect(_safe(request, request.GET.get("next", "")) or "portal:start")
    form = PhoneForm(request.POST or None)
    if form.is_valid():
        try:
            asked = _ask(request, form.cleaned_data["phone"])
        except TooMany as refusal:
            return errors.too_many(request, minutes=refusal.minutes)
        except (Refused, sms.SmsFailed) as refusal:
            form.add_error(None, str(refusal))
        else:
            request.session[sign_in.STAY] = form.cleaned_data["stay"]
            request.session[sign_in.NEXT] = _safe(request, request.POST.get("next", ""))
            request.session[challenge.KEY] = asked.stored()
            return redirect("account_code")
    return render(request, "account/login.html", _login_words(request, form))


@never_cache
@login_not_required
@sensitive_post_parameters()
def code(request: HttpRequest) -> HttpResponse:
    """Check the code; the person is in, or on to his second factor."""
    asked = Asked.load(request.session.get(challenge.KEY))
    if asked is None:
        return redirect("account_login")
    form = CodeForm(request.POST or None, digits=asked.digits or challenge.DIGITS)
    if form.is_valid():
        now = timezone.now()
        try:
            person = people.register(challenge.check(asked, form.cleaned_data["code"], now=now), now=now)
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            is_strange = sign_in.was_long_absent(person, now) and not sign_in.is_own_device(request, person)
            if is_strange and person.is_active:
                request.session[sign_in.RETURNING] = person.code
                return redirect("account_returning")
            return enter(request, person)
    return render(request, "account/code.html", _code_words(asked, form))


@never_cache
@login_not_required
@sensitive_post_parameters()
def returning(request: HttpRequest) -> HttpResponse:
    """The number was not proved here for three months: the same person says what only he knows, another begins anew.

    A verified driver gives his licence, whoever filed an appeal the number of one: a name alone is known to many.
    """
    person = User.objects.filter(code=request.session.get(sign_in.RETURNING, ""), is_active=True).first()
    if person is None or not person.phone:
        # parted from this number in another window meanwhile: what was proved here is no proof of him any more
        request.session.pop(sign_in.RETURNING, None)
        return redirect("account_login")
    proof = proofs.of(person)
    form = SamePersonForm(request.POST if "name" in request.POST else None, proof=proof)
    if "anew" in request.POST:
        number, now = person.phone, timezone.now()
        people.part_from_number(person, now=now)
        request.session.pop(sign_in.RETURNING)
        return enter(request, people.register(number, now=now))
    if form.is_valid():
        if not challenge.may_try_name(person.code):
            form.add_error("name", _("That was tried too often today. Try again tomorrow, or begin anew."))
        elif form.holds(sign_in.is_named(person, form.cleaned_data["name"])):
            request.session.pop(sign_in.RETURNING)
            return enter(request, person)
        else:
            form.add_error(None, _("That is not what is kept here. Nothing is lost; look at it once more."))
    return render(request, "account/returning.html", {"form": form, "phone": person.masked_phone})


@never_cache
@login_not_required
@require_POST
def code_again(request: HttpRequest) -> HttpResponse:
    """Another code for the same number; the one before stops."""
    asked = Asked.load(request.session.get(challenge.KEY))
    if asked is None:
        return redirect("account_login")
    try:
        request.session[challenge.KEY] = _ask(request, asked.number).stored()
    except TooMany as refusal:
        return errors.too_many(request, minutes=refusal.minutes)
    except sms.SmsFailed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("A new code is on its way. Only the newest one counts."))
    return redirect("account_confirm" if request.user.is_authenticated else "account_code")


@never_cache
@sensitive_post_parameters()
def confirm(request: HttpRequest) -> HttpResponse:
    """A contact or volunteer takes his post up again after a pause: with a code, as he signed in with one."""
    asked = Asked.load(request.session.get(challenge.KEY))
    if asked is None or asked.number != request.user.phone:
        try:
            asked = _ask(request, request.user.phone)
        except TooMany as refusal:
            return errors.too_many(request, minutes=refusal.minutes)
        request.session[challenge.KEY] = asked.stored()
    form = CodeForm(request.POST or None, digits=asked.digits or challenge.DIGITS)
    if form.is_valid():
        now = timezone.now()
        try:
            challenge.check(asked, form.cleaned_data["code"], now=now)
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            clock = Clock.load(request.session.get(session_clock.KEY)) or Clock.start(now, is_long=False)
            request.session.pop(challenge.KEY)
            request.session[session_clock.KEY] = clock.reconfirmed(now).stored()
            request.session.cycle_key()
            return sign_in.take_wanted(request, now=now)
    return render(request, "account/confirm.html", _code_words(asked, form))


@login_not_required
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Out, everywhere in this browser: caches and what pages kept on the device go too, so that Back shows nothing."""
    if request.user.is_authenticated:
        people.signed_out(request.user, now=timezone.now())
    auth.logout(request)
    response = redirect("portal:start")
    response["Clear-Site-Data"] = '"cache", "storage"'
    response["Cache-Control"] = "no-store, private"
    return response


@never_cache
@login_not_required
@require_POST
def demo(request: HttpRequest, person: str, post: str = "") -> HttpResponse:
    """One tap into a demo person's account. Exists only in the demo."""
    if not settings.DEMO:
        raise Http404
    who = get_object_or_404(User, code=person, is_demo=True, is_active=True)
    auth.logout(request)
    request.session[sign_in.WANTED] = post
    return enter(request, who)


def enter(request: HttpRequest, person: User) -> HttpResponse:
    """The code was right: hand over to allauth's stages, which ask for a second factor where one is enrolled."""
    if not person.is_active:
        return errors.denied(request)
    request.session.pop(challenge.KEY, None)
    record_authentication(request, person, method="code")
    return perform_login(request, Login(user=person, redirect_url=request.session.get(sign_in.NEXT) or None))


def _ask(request: HttpRequest, number: str) -> Asked:
    asker = Asker(get_ip(request), sign_in.device_of(request)[0])
    return challenge.ask(Asked.load(request.session.get(challenge.KEY)), number, asker=asker, now=timezone.now())


def _safe(request: HttpRequest, url: str) -> str:
    """Where he wanted to go, if that is a page of ours."""
    allowed = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if allowed and url.startswith("/") else ""


def _login_words(request: HttpRequest, form: PhoneForm) -> dict[str, object]:
    return {
        "form": form,
        "next": _safe(request, request.GET.get("next", "") or request.POST.get("next", "")),
        "ended": request.session.pop("ended", "") if request.method == "GET" else "",
        "idle_minutes": settings.STAFF_IDLE_MINUTES,
        "demo_posts": sign_in.demo_posts() if settings.DEMO else [],
        "second_factor_off": not settings.STAFF_SECOND_FACTOR,
    }


def _code_words(asked: Asked, form: CodeForm) -> dict[str, object]:
    now = timezone.now()
    return {
        "form": form,
        "phone": phone.masked(asked.number),
        "digits": asked.digits,
        "is_waiting": asked.wait_until > 0,
        "seconds": asked.seconds_to_wait(now),
        "shown": sms.DemoDoor.last(asked.number) if settings.DEMO else "",
    }
