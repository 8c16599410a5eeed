"""The second factor: allauth's pages, and two things of ours: enrolling counts as giving it, then the post goes on."""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base.views import ReauthenticateView, authenticate, index
from allauth.mfa.recovery_codes.views import download_recovery_codes, generate_recovery_codes, view_recovery_codes
from allauth.mfa.totp.views import ActivateTOTPView, deactivate_totp
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    ReauthenticateWebAuthnView,
    edit_webauthn,
    list_webauthn,
    remove_webauthn,
)
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal import sign_in

__all__ = [
    "activate_totp",
    "add_webauthn",
    "authenticate",
    "begin",
    "deactivate_totp",
    "download_recovery_codes",
    "edit_webauthn",
    "generate_recovery_codes",
    "index",
    "list_webauthn",
    "reauthenticate",
    "reauthenticate_webauthn",
    "remove_webauthn",
    "view_recovery_codes",
]


@login_required
def begin(request: HttpRequest) -> HttpResponse:
    """Why a post needs a second factor, and the two ways to have one."""
    posts = sign_in.own_posts(request.user, timezone.now())  # type: ignore[arg-type]
    wanted = next((post for post in posts if post.code == request.session.get(sign_in.WANTED)), None)
    return render(request, "mfa/begin.html", {"wanted": wanted})


class _Enrolled:
    """Whoever enrols a factor has just proved that he holds it: no need to ask for it once more in this session."""

    request: HttpRequest

    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        record_authentication(self.request, self.request.user, method="mfa", reauthenticated=True)  # type: ignore[arg-type]
        return response


class ActivateTotp(_Enrolled, ActivateTOTPView):  # type: ignore[misc]
    pass


class AddWebAuthn(_Enrolled, AddWebAuthnView):  # type: ignore[misc]
    pass


class _Given:
    """The factor was given: on with the post that asked for it, else to what allauth had in hand."""

    request: HttpRequest

    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        if self.request.session.get(sign_in.WANTED):
            return sign_in.take_wanted(self.request, now=timezone.now())
        return response


class Reauthenticate(_Given, ReauthenticateView):  # type: ignore[misc]
    pass


class ReauthenticateWebAuthn(_Given, ReauthenticateWebAuthnView):  # type: ignore[misc]
    pass


activate_totp = ActivateTotp.as_view()
add_webauthn = AddWebAuthn.as_view()
reauthenticate = Reauthenticate.as_view()
reauthenticate_webauthn = ReauthenticateWebAuthn.as_view()
