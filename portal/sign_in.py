"""Who gets in: the person behind a phone number, and the second factor of staff, which allauth keeps."""

import unicodedata
from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import roles, sealing, session_clock
from portal.actions import people, posts
from portal.calendar import beijing_day
from portal.models import OrganisationKind, Post, User
from portal.models.people import phone_hash
from portal.session_clock import Clock, Limits

# what a session says about the post in it
POST = "post"
LIGHT_POST = "post_is_light"
LAID_DOWN = "post_laid_down"
# what a session remembers between the number and the end of sign-in
STAY = "stay"
NEXT = "next"
WANTED = "post_wanted"
RETURNING = "returning"
DEVICE_COOKIE = "portal_device"
DEVICE_SECONDS = 400 * 86_400
OWN_DEVICE = "own"
_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class PhoneBackend(BaseBackend):
    """Whoever holds the phone is the person. The code is checked before (portal.challenge); here only who he is."""

    def authenticate(self, request: HttpRequest | None, phone: str | None = None, **_credentials: Any) -> User | None:
        person = User.objects.with_phone(phone) if phone else None
        return person if person and person.is_active else None

    def get_user(self, user_id: int) -> User | None:
        """Asked on every request: a person who was switched off is out with his next one."""
        return User.objects.filter(pk=user_id, is_active=True).first()


class AccountAdapter(DefaultAccountAdapter):
    """allauth's account part, with our phone numbers. Its own e-mail and password pages are not in our addresses."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": gettext_lazy("Too many wrong codes. Try again in 5 minutes."),
        "rate_limited": gettext_lazy("Too many tries. Try again in 5 minutes."),
    }

    def get_phone(self, user: User) -> tuple[str, bool]:
        return user.phone, True

    def get_user_by_phone(self, phone: str) -> User | None:
        return User.objects.with_phone(phone)

    def get_login_stages(self) -> list[str]:
        """Our own code came first; what follows it is the second factor of those who have one."""
        return ["allauth.mfa.stages.AuthenticateStage"]

    def login(self, request: HttpRequest, user: User) -> None:
        """Django renews the session's key here; its clocks start, and end as the person chose."""
        user.backend = "portal.sign_in.PhoneBackend"
        is_long = bool(request.session.pop(STAY, False))
        super().login(request, user)
        request.session[session_clock.KEY] = Clock.start(timezone.now(), is_long=is_long).stored()
        request.session.set_expiry(timedelta(days=settings.DRIVER_SESSION_DAYS) if is_long else 0)

    def post_login(self, request: HttpRequest, user: User, **_about: Any) -> HttpResponse:
        """He is in: written down, his device remembered, and his post taken up if it is clear which."""
        now = timezone.now()
        people.signed_in(user, is_long=Clock.load(request.session[session_clock.KEY]).is_long, now=now)  # type: ignore[union-attr]
        response = arrive(request, user, now=now)
        response.set_signed_cookie(
            DEVICE_COOKIE,
            phone_hash(user.phone) + (f":{OWN_DEVICE}" if user.is_long_session else ""),
            salt="device",
            max_age=DEVICE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return response

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """The pages themselves say what happened; allauth's own sentences speak of e-mail and do not fit here."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nobody has an e-mail address here."""


class FactorAdapter(DefaultMFAAdapter):
    """allauth's second factors, with their secrets encrypted and without a name in the authenticator app."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("Not this code. Wait for the next one in the app, then try again."),
    }

    def encrypt(self, text: str) -> str:
        return sealing.seal(text, "second-factor")

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text, "second-factor")

    def get_totp_label(self, user: User) -> str:
        return user.masked_phone

    def get_totp_issuer(self) -> str:
        return str(settings.MFA_TOTP_ISSUER)

    def _get_site_name(self) -> str:
        return str(settings.MFA_TOTP_ISSUER)

    def _get_user_identifier(self, user: User) -> str:
        return user.masked_phone

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nobody has an e-mail address here."""


def has_factor(person: User) -> bool:
    """The person has enrolled a second factor (recovery codes alone are none)."""
    return Authenticator.objects.filter(user=person, type__in=_FACTORS).exists()


def factor_page(person: User) -> str:
    """Where the person gives his second factor, or sets one up: the app before the key, as a key needs scripts."""
    kinds = set(Authenticator.objects.filter(user=person, type__in=_FACTORS).values_list("type", flat=True))
    if Authenticator.Type.TOTP in kinds:
        return "mfa_reauthenticate"
    return "mfa_reauthenticate_webauthn" if kinds else "portal:factor"


def gave_factor(request: HttpRequest) -> bool:
    """A second factor was given since this session's sign-in. A new sign-in starts a new session, and an empty list."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


def lacks_factor(request: HttpRequest, post: Post) -> bool:
    """The post is not to be acted in yet: its role asks for a second factor and none was given."""
    return settings.STAFF_SECOND_FACTOR and roles.needs_second_factor(post.role) and not gave_factor(request)


def post_limits() -> Limits:
    """For whoever acts in a post."""
    return Limits(timedelta(minutes=settings.STAFF_IDLE_MINUTES), timedelta(hours=settings.STAFF_SESSION_HOURS))


def own_limits(clock: Clock) -> Limits:
    """For a person as himself: long on his own phone, when he chose so; short on anybody else's."""
    if clock.is_long:
        return Limits(timedelta(days=settings.DRIVER_IDLE_DAYS), timedelta(days=settings.DRIVER_SESSION_DAYS))
    return Limits(timedelta(minutes=settings.SHORT_IDLE_MINUTES), timedelta(hours=settings.STAFF_SESSION_HOURS))


def take_up(request: HttpRequest, post: Post) -> None:
    """The session acts in this post from now on, in no other."""
    request.session[POST] = post.code
    request.session[LIGHT_POST] = not roles.needs_second_factor(post.role)
    request.session.pop(LAID_DOWN, None)


def lay_down(request: HttpRequest) -> None:
    """The session acts as the person himself."""
    request.session.pop(POST, None)
    request.session.pop(LIGHT_POST, None)


def was_long_absent(person: User, now: datetime) -> bool:
    """He was here, and then not for so long that the number may be another person's by now."""
    return person.last_login is not None and now - person.last_login >= timedelta(days=settings.NUMBER_ABSENT_DAYS)


def device_of(request: HttpRequest) -> tuple[str, bool]:
    """The keyed hash of the number with which this device signed in last, and whether he called it his own phone."""
    kept = request.get_signed_cookie(DEVICE_COOKIE, default="", salt="device") or ""
    known, _sep, mark = kept.partition(":")
    return known, mark == OWN_DEVICE


def is_own_device(request: HttpRequest, person: User) -> bool:
    """Whoever was given his number has not got his phone: on it the number alone still tells that it is he."""
    known, is_own = device_of(request)
    return is_own and known == person.phone_hash


def is_named(person: User, typed: str) -> bool:
    """The full name the account was given, blanks and width aside. A family name alone proves nothing."""
    given, tried = (unicodedata.normalize("NFKC", "".join(name.split())).casefold() for name in (person.name, typed))
    return len(given) > 1 and given == tried


def own_posts(person: User, now: datetime) -> list[Post]:
    """The posts he may act in today."""
    live = Post.objects.filter(person=person).live(beijing_day(now)).select_related("organisation__place", "person")
    return list(live.order_by("from_date", "pk"))


def arrive(request: HttpRequest, person: User, *, now: datetime) -> HttpResponse:
    """Where a person goes who just signed in: on with the one post he holds, to the choice of posts, or to his page."""
    held = own_posts(person, now)
    wanted = request.session.get(WANTED)
    clear = next((post for post in held if post.code == wanted), None) or (held[0] if len(held) == 1 else None)
    if clear and wanted != "":
        request.session[WANTED] = clear.code
        return take_wanted(request, now=now)
    request.session.pop(WANTED, None)
    if len(held) > 1 and wanted is None:
        return redirect("portal:posts")
    if not person.name:
        return redirect("portal:name")
    return redirect(request.session.pop(NEXT, "") or "portal:start")


def take_wanted(request: HttpRequest, *, now: datetime) -> HttpResponse:
    """Take up the post the session wants, or go and get what it still asks for: a new code, a second factor."""
    wanted = request.session.get(WANTED)
    post = next((held for held in own_posts(request.user, now) if held.code == wanted), None)  # type: ignore[arg-type]
    if post is None:
        request.session.pop(WANTED, None)
        return redirect("portal:posts")
    clock = Clock.load(request.session.get(session_clock.KEY))
    if clock and clock.post_ended(post_limits(), now):
        return redirect("account_confirm" if not roles.needs_second_factor(post.role) else "portal:sign_in_again")
    if lacks_factor(request, post):
        return redirect(factor_page(request.user))  # type: ignore[arg-type]
    posts.choose(post.pk, by=request.user, now=now)  # type: ignore[arg-type]
    take_up(request, post)
    request.session.pop(WANTED, None)
    return redirect(request.session.pop(NEXT, "") or "portal:start")


def demo_people() -> list[tuple[str, User]]:
    """One demo person per role and kind of organisation, and a driver first: (what he is, who he is)."""
    return [(words, person) for words, person, _post in demo_posts()]


def demo_posts() -> list[tuple[str, User, Post | None]]:
    """The same with the post each is to act in."""
    found: list[tuple[str, User, Post | None]] = []
    driver = User.objects.filter(is_demo=True, is_active=True, posts__isnull=True).order_by("pk").first()
    if driver:
        found.append((_("Driver"), driver, None))
    seen: set[tuple[str, str]] = set()
    posts = Post.objects.filter(person__is_demo=True, person__is_active=True, until_date__isnull=True)
    for post in posts.select_related("person", "organisation").order_by("pk"):
        key = (post.role, post.organisation.kind)
        if key not in seen:
            seen.add(key)
            found.append((_role_words(post), post.person, post))
    return found


def _role_words(post: Post) -> str:
    """The role, and the kind of organisation where the same role is held at several."""
    if len(roles.kinds_for(post.role)) == 1 or post.organisation.kind == OrganisationKind.DEPARTMENT:
        return post.get_role_display()
    return _("%(role)s, %(kind)s") % {
        "role": post.get_role_display(),
        "kind": post.organisation.get_kind_display(),
    }
