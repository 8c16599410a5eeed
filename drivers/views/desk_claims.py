"""Doors of claims at a desk: a volunteer with the driver before him, the second person, the branch's decision."""

import datetime
from typing import Any

from allauth.core.internal.ratelimit import get_ip
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from drivers import claim_words, permissions_claims
from drivers.actions import claims, claims_desk
from drivers.forms.claims import DeskForm, GrantForm, LookForm, RefuseForm, SeenForm
from drivers.models import OPEN, Claim, ClaimStatus
from portal import challenge, sms
from portal.calendar import beijing_day
from portal.challenge import Asked, TooMany
from portal.errors import Refused
from portal.models import Post
from portal.models.people import phone_hash
from portal.once import once
from portal.permissions import active_post, has_permission
from portal.roles import CODE_ONLY, HELP_AT_HOME
from portal.views import errors
from portal.views.doors import make_move
from portal.views.kept_sheet import KeptSheet

PAGE = 30
SHEET = KeptSheet(
    "claim_sheet",
    gettext_lazy(
        "Code %(code)s, valid for 5 minutes: tell it to the volunteer who is looking at your licence, nobody else."
    ),
)


def _require_post(request: HttpRequest, now: datetime.datetime) -> Post:
    post = active_post(request)
    if post is None or not permissions_claims.may_see_claims(post, beijing_day(now)):
        raise Http404
    return post


def _require_volunteer(request: HttpRequest, now: datetime.datetime) -> Post:
    post = _require_post(request, now)
    if not has_permission(post, HELP_AT_HOME, beijing_day(now)):
        raise Http404
    return post


def _frame(post: Post) -> dict[str, Any]:
    """A volunteer works on his own phone, everybody else at a desk."""
    is_phone = post.role in CODE_ONLY
    return {"page_frame": "drivers/frame_phone.html" if is_phone else "drivers/frame_staff.html", "post": post}


def desk_claims(request: HttpRequest) -> HttpResponse:
    """What waits for this desk, and what came to an end here."""
    now = timezone.now()
    post = _require_post(request, now)
    is_past = request.GET.get("show") == "past"
    rows = Claim.objects.visible_to(post, beijing_day(now)).listed()
    rows = rows.exclude(status__in=OPEN).order_by("-decided_at", "-pk") if is_past else rows.open()
    words = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "is_past": is_past,
        "is_volunteer": has_permission(post, HELP_AT_HOME, beijing_day(now)),
        **_frame(post),
    }
    return render(request, "drivers/desk_claims.html", words)


def _seen(request: HttpRequest, code: str, now: datetime.datetime) -> tuple[Post, Claim]:
    post = _require_post(request, now)
    return post, get_object_or_404(Claim.objects.visible_to(post, beijing_day(now)).listed(), code=code)


def desk_claim(request: HttpRequest, code: str) -> HttpResponse:
    """One claim: the two sides masked, what happened, and what this post may do now."""
    now = timezone.now()
    post, claim = _seen(request, code, now)
    day = beijing_day(now)
    claims_desk.show_words(claim, by=post, now=now)
    others = Claim.objects.visible_to(post, day).open().filter(driver=claim.driver) if claim.driver_id else []
    words = {
        "claim": claim,
        "sides": [claim_words.claimant(claim), claim_words.record(claim)],
        "entries": claim_words.timeline(claim),
        "others": [other for other in others if other.pk != claim.pk],
        "may_look": claim.status == ClaimStatus.SEEN and permissions_claims.may_look(post, claim, day),
        "may_decide": claim.is_at_branch and permissions_claims.may_decide(post, claim, day),
        "is_first": claim.first_by is not None and claim.first_by.person_id == post.person_id,
        **_frame(post),
    }
    return render(request, "drivers/desk_claim.html", words)


def _move(request: HttpRequest, code: str, form: Any, verb: str, words: dict[str, Any]) -> HttpResponse:
    """A move in a claim that this post sees and may decide or look at; who may not is told so."""
    now = timezone.now()
    post, claim = _seen(request, code, now)
    require = permissions_claims.require_looker if verb == "look" else permissions_claims.require_decider
    require(post, claim, now)

    def do(values: dict[str, Any]) -> str:
        match verb:
            case "look":
                claims_desk.look_again(claim.pk, by=post, now=now)
            case "grant":
                claims_desk.grant(claim.pk, form.given, reason=values["reason"], by=post, now=now)
            case _:
                claims_desk.refuse(claim.pk, reason=values["reason"], by=post, now=now)
        return claim.code

    return make_move(
        request,
        form,
        verb=f"drivers.claim_{verb}",
        subject=claim.code,
        do=do,
        to=lambda answer: reverse("drivers:desk_claim", args=[answer]),
        template="drivers/desk_move.html",
        context={
            "claim": claim,
            "sides": [claim_words.claimant(claim), claim_words.record(claim)],
            **words,
            **_frame(post),
        },
    )


def desk_claim_look(request: HttpRequest, code: str) -> HttpResponse:
    """The second of two looks at the licence."""
    words = {
        "heading": _("Look at the licence"),
        "button": _("I have seen both"),
        "follows": _("With this the record is his, unless another account has it: then the branch decides."),
    }
    return _move(request, code, LookForm(request.POST or None), "look", words)


@sensitive_post_parameters()
def desk_claim_grant(request: HttpRequest, code: str) -> HttpResponse:
    """The branch says yes."""
    words = {
        "heading": _("Verify the driver"),
        "button": _("Yes, verify him"),
        "follows": _("Where another account has the record, a second person of the line has to agree."),
    }
    return _move(request, code, GrantForm(request.POST or None), "grant", words)


def desk_claim_refuse(request: HttpRequest, code: str) -> HttpResponse:
    """The branch says no."""
    words = {
        "heading": _("Do not verify"),
        "button": _("Tell both sides"),
        "follows": _("The record stays as it is. He can go to a driver home with his licence, or ask again."),
    }
    return _move(request, code, RefuseForm(request.POST or None), "refuse", words)


@never_cache
@sensitive_post_parameters()
def desk_claim_new(request: HttpRequest) -> HttpResponse:
    """A volunteer reads licence and name from the paper; only where both fit a record the code is sent."""
    now = timezone.now()
    post = _require_volunteer(request, now)
    form = DeskForm(request.POST or None, initial=SHEET.kept(request))
    if form.is_valid():
        address = str(get_ip(request))
        try:
            if claims_desk.look_up(form.given, by=post, address=address, now=now) is None:
                raise Refused(str(claims_desk.NO_RECORD))
            SHEET.send_first_code(request, form.cleaned_data["phone"], now)
        except TooMany as refusal:
            return errors.too_many(request, minutes=refusal.minutes)
        except (Refused, sms.SmsFailed) as refusal:
            form.add_error(None, str(refusal))
        else:
            SHEET.keep(request, {name: form.cleaned_data[name] for name in ("licence", "name", "phone")})
            return redirect("drivers:desk_claim_confirm")
    words = {"form": form, **_frame(post)}
    return render(request, "drivers/desk_claim_new.html", words, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters()
def desk_claim_confirm(request: HttpRequest) -> HttpResponse:
    """What the register has, masked; the driver's code and the volunteer's word make the first of two looks."""
    now = timezone.now()
    post = _require_volunteer(request, now)
    sheet, asked = DeskForm(SHEET.kept(request) | {"key": "kept"}), SHEET.asked(request)
    if not sheet.is_valid() or asked is None or asked.number != sheet.cleaned_data["phone"]:
        return redirect("drivers:desk_claim_new")
    driver = claims.find(sheet.given)
    form = SeenForm(request.POST or None, digits=asked.digits or challenge.DIGITS)
    if form.is_valid():
        try:
            code = _see(sheet, form, asked, post, now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            SHEET.forget(request)
            return redirect("drivers:desk_claim", code=code)
    words = {
        "form": form,
        "driver": driver,
        "is_other_number": driver is not None and driver.phone_hash != phone_hash(asked.number),
        **SHEET.about(asked),
        **_frame(post),
    }
    return render(request, "drivers/desk_claim_confirm.html", words, status=422 if form.errors else 200)


def _see(sheet: DeskForm, form: SeenForm, asked: Asked, post: Post, now: datetime.datetime) -> str:
    def do() -> str:
        number = challenge.check(asked, form.cleaned_data["code"], now=now)
        return claims_desk.see(sheet.given, phone=number, by=post, now=now).code

    body = {"asked": asked.id, "licence": sheet.given.number, "name": sheet.given.name}
    return once(form.cleaned_data["key"], by=post.person, verb="drivers.claim_see", body=body, now=now, do=do)


@require_POST
def desk_claim_code(request: HttpRequest) -> HttpResponse:
    """Another code to the same phone; the one before stops."""
    now = timezone.now()
    _require_volunteer(request, now)
    asked = SHEET.asked(request)
    if asked is None:
        return redirect("drivers:desk_claim_new")
    try:
        SHEET.send_code(request, asked.number, now)
    except TooMany as refusal:
        return errors.too_many(request, minutes=refusal.minutes)
    except sms.SmsFailed as refusal:
        messages.error(request, str(refusal))
    return redirect("drivers:desk_claim_confirm")
