"""Posts: choosing one's own, and the security administrator's list of everybody's."""

import datetime
from typing import Any

from django.contrib import auth, messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal import permissions, roles, same_person, sign_in
from portal.actions import handing_over, leaves, switching
from portal.actions import posts as actions
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.forms import AppointForm, EndForm, LeaveForm
from portal.models import Invitation, Post, Role, User
from portal.models.people import phone_hash
from portal.phone import tidy_phone
from portal.post_forms import ReasonForm
from portal.views.doors import make_move
from portal.views.me import frame_for

PAGE = 25


def posts(request: HttpRequest) -> HttpResponse:
    """One's own posts and "as myself"; at most one of them is active."""
    held = sign_in.own_posts(request.user, timezone.now())  # type: ignore[arg-type]
    laid_down, active = request.session.get(sign_in.LAID_DOWN), permissions.active_post(request)
    words = frame_for(request) | {
        "posts": held,
        "active": active,
        "decides_leave": active is not None and leaves.may_decide(active, timezone.now()),
        "invitations": Invitation.objects.open(timezone.now())
        .filter(phone_hash=request.user.phone_hash)
        .select_related("organisation"),  # type: ignore[union-attr]
        "laid_down": next((post for post in held if post.code == laid_down), None),
    }
    return render(request, "portal/posts.html", words)


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Take up a post of one's own, or act as oneself."""
    wanted = request.POST.get("post", "")
    if wanted:
        request.session[sign_in.WANTED] = wanted
        return sign_in.take_wanted(request, now=timezone.now())
    if sign_in.POST in request.session:
        actions.choose(None, by=request.user, now=timezone.now())  # type: ignore[arg-type]
        sign_in.lay_down(request)
    return redirect("portal:start")


@require_POST
def show_name(request: HttpRequest, code: str) -> HttpResponse:
    """The holder agrees, or no longer agrees, that drivers see his name and number in this post."""
    post = get_object_or_404(Post, code=code, person=request.user)
    try:
        actions.set_public(post.pk, is_public="yes" in request.POST, by=request.user, now=timezone.now())  # type: ignore[arg-type]
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("portal:posts")


@require_POST
def go_on(request: HttpRequest) -> HttpResponse:
    """After a second factor was set up: on to the post that asked for it."""
    if request.session.get(sign_in.WANTED):
        return sign_in.take_wanted(request, now=timezone.now())
    return redirect(request.session.pop(sign_in.NEXT, "") or "portal:me")


def sign_in_again(request: HttpRequest) -> HttpResponse:
    """A desk post wants a sign-in of today: out, and back to the number, with the reason."""
    auth.logout(request)
    request.session["ended"] = "post"
    return redirect("account_login")


def desk_posts(request: HttpRequest) -> HttpResponse:
    """People and their posts: searched by name, whole phone number, organisation; filtered by role.

    What was typed is sent as a body; of a phone number only its keyed hash (`found`) stands in the address.
    """
    office = require_administrator(request)
    if request.method == "POST":
        return redirect(f"{request.path}?{urlencode(_asked(request.POST))}")
    typed, key, role, state = (request.GET.get(name, "").strip() for name in ("q", "found", "role", "state"))
    day = beijing_day(timezone.now())
    found = _in_reach(office).select_related("person", "organisation", "deputy__person")
    if role in Role.values:
        found = found.filter(role=role)
    if state != "ended":
        found = found.filter(Q(until_date__isnull=True) | Q(until_date__gte=day))
    else:
        found = found.filter(until_date__lt=day)
    if key:
        found = found.filter(person__phone_hash=key)
    if typed:
        found = found.filter(Q(person__name__icontains=typed) | Q(organisation__name__icontains=typed))
    page = Paginator(found.order_by("organisation__path", "role", "pk"), PAGE).get_page(request.GET.get("page"))
    words = {"page": page, "q": typed, "key": key, "role": role, "state": state, "roles": Role.choices, "today": day}
    return render(request, "portal/desk_posts.html", words)


def desk_post(request: HttpRequest, code: str) -> HttpResponse:
    post = _post(request, code)
    others = Post.objects.filter(person=post.person).exclude(pk=post.pk).select_related("organisation")
    words = {
        "shown": post,
        "others": others.order_by("-from_date"),
        "today": beijing_day(timezone.now()),
        "has_factor": sign_in.has_factor(post.person),
        "needs_factor": roles.needs_second_factor(post.role),
        "work": handing_over.open_work(post, timezone.now()),
        "accounts": len(same_person.own_accounts(post.person_id)),
    }
    return render(request, "portal/desk_post.html", words)


def appoint(request: HttpRequest) -> HttpResponse:
    office, now = require_administrator(request), timezone.now()
    organisations = _organisations(office).live()
    given = {"from_date": beijing_day(now)}

    def do(values: dict[str, Any]) -> str:
        person = User.objects.with_phone(values.pop("phone"))
        if person is None:
            raise Refused(_("Nobody has signed in with this number yet. Ask the person to sign in once."))
        messages.success(request, _("Appointed. The post counts from the day you gave."))
        return actions.appoint(person, by=request.user, now=now, **values).code  # type: ignore[arg-type]

    return make_move(
        request, AppointForm(request.POST or None, organisations=organisations, initial=given), verb="portal.appoint",
        subject="", do=do, to=_shown_at, template="portal/appoint.html", context={},
    )  # fmt: skip


def end(request: HttpRequest, code: str) -> HttpResponse:
    post, now = _post(request, code), timezone.now()
    colleagues = handing_over.heirs(post, beijing_day(now))

    def do(values: dict[str, Any]) -> str:
        at_once = values["when"] == EndForm.NOW
        last = beijing_day(now) - datetime.timedelta(days=1) if at_once else values["last_date"]
        actions.end_post(post.pk, last_date=last, to=values["to"], by=request.user, now=now)  # type: ignore[arg-type]
        messages.success(request, _("The post has ended.") if at_once else _("The post ends after that day."))
        return post.code

    return make_move(
        request, EndForm(request.POST or None, colleagues=colleagues), verb="portal.end_post", subject=code, do=do,
        to=_shown_at, template="portal/end_post.html",
        context={"shown": post, "work": handing_over.open_work(post, now)},
    )  # fmt: skip


def switch_person(request: HttpRequest, code: str) -> HttpResponse:
    """Switch the account of a post's holder off, or on again, with a reason."""
    post, now = _post(request, code), timezone.now()
    is_off = not post.person.is_active

    def do(values: dict[str, Any]) -> str:
        switch_account = switching.switch_on if is_off else switching.switch_off
        switch_account(post.person, post=post, by=request.user, now=now, **values)  # type: ignore[arg-type]
        messages.success(request, _("The account is on again.") if is_off else _("The account is off, everywhere."))
        return post.code

    words = {"shown": post, "is_off": is_off, "work": [] if is_off else handing_over.open_work(post, now)}
    return make_move(
        request, ReasonForm(request.POST or None), verb=f"portal.switch_{'on' if is_off else 'off'}", subject=code,
        do=do, to=_shown_at, template="portal/switch_person.html",
        context=words,
    )  # fmt: skip


def leave(request: HttpRequest, code: str) -> HttpResponse:
    post, now = _post(request, code), timezone.now()
    given = {"from_date": post.leave_from_date, "until_date": post.leave_until_date, "deputy": post.deputy}

    def do(values: dict[str, Any]) -> str:
        first, last, deputy = (values[name] for name in ("from_date", "until_date", "deputy"))
        span = (first, last) if first else None
        actions.set_leave(post.pk, span=span, deputy=deputy, by=request.user, now=now)  # type: ignore[arg-type]
        messages.success(request, _("Leave and deputy are written down."))
        return post.code

    return make_move(
        request, LeaveForm(request.POST or None, deputies=deputies(post), initial=given), verb="portal.set_leave",
        subject=code, do=do, to=_shown_at, template="portal/leave.html", context={"shown": post},
    )  # fmt: skip


def reset_factor(request: HttpRequest, code: str) -> HttpResponse:
    """A lost authenticator: after the person was met, his second factors are taken away and he enrols anew."""
    post = _post(request, code)
    if request.method == "POST":
        try:
            actions.reset_factor(post.person, by=request.user, organisation=post.organisation, now=timezone.now())  # type: ignore[arg-type]
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request, _("The second factor was taken away. At the next sign-in a new one is asked for.")
            )
        return redirect("portal:desk_post", post.code)
    return render(
        request, "portal/reset_factor.html", {"shown": post, "back": reverse("portal:desk_post", args=[code])}
    )


def require_administrator(request: HttpRequest) -> Post:
    post = permissions.active_post(request)
    if post is None or not permissions.has_permission(post, roles.ADMINISTER_SECURITY):
        raise Http404
    return post


def _shown_at(code: str) -> str:
    return reverse("portal:desk_post", args=[code])


def _in_reach(office: Post) -> "Post.objects":  # type: ignore[valid-type]
    return Post.objects.filter(organisation__in=_organisations(office))


def _organisations(office: Post):  # type: ignore[no-untyped-def]
    return permissions.administered_organisations(office).order_by("path")


def _post(request: HttpRequest, code: str) -> Post:
    reach = _in_reach(require_administrator(request))
    return get_object_or_404(reach.select_related("person", "organisation", "deputy__person"), code=code)


def deputies(post: Post):  # type: ignore[no-untyped-def]
    path = post.organisation.path
    above = [path[: index + 1] for index, character in enumerate(path) if character == "/"]
    live = Post.objects.live(beijing_day(timezone.now())).filter(organisation__path__in=above)
    return live.exclude(person=post.person).select_related("person", "organisation").order_by("-organisation__path")


def _asked(sent: QueryDict) -> dict[str, str]:
    """The list's address; a new word takes the place of the number before."""
    asked = {name: sent.get(name, "").strip() for name in ("q", "found", "role", "state")}
    try:
        asked |= {"q": "", "found": phone_hash(tidy_phone(asked["q"]))}
    except ValidationError:
        asked |= {"found": ""} if asked["q"] else {}
    return {name: value for name, value in asked.items() if value}
