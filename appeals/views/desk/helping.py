"""A volunteer at a driver home files for a driver: typed, read back, confirmed by the code on the driver's phone."""

import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from appeals import receipts, standing
from appeals.actions import helping
from appeals.forms.helping import ConfirmForm, FileForForm
from appeals.models import Appeal
from appeals.views import files
from appeals.views.desk import entry
from portal import challenge, sms
from portal.calendar import beijing_day
from portal.challenge import Asked, TooMany
from portal.errors import Refused
from portal.models import Post
from portal.once import once
from portal.roles import HELP_AT_HOME
from portal.views import errors
from portal.views.kept_sheet import KeptSheet

SHEET = KeptSheet(
    "file_for",
    gettext_lazy(
        "Code %(code)s, valid for 5 minutes: tell it to the volunteer only if the appeal read to you is yours."
    ),
)
FILED = "file_for_filed"  # the last case of this session
# what is no part of the words that one code confirms
APART = ("phone", "evidence")
RECEIPT_TIME = datetime.timedelta(minutes=30)


@sensitive_post_parameters()
def file_for(request: HttpRequest) -> HttpResponse:
    """The page that is typed. It is kept for half an hour, encrypted, for this session only."""
    now = timezone.now()
    post = entry.require_post(request, HELP_AT_HOME, now)
    kept = SHEET.kept(request)
    here = {"today": beijing_day(now), "home": post.organisation.place}
    form = FileForForm(request.POST or None, initial=kept, **here)
    files.take(request, form, meant_for=_meant_for(request))
    is_looking = "look" in request.POST
    if is_looking:
        form = FileForForm(initial=form.again(), **here)
    files.show(request, form, meant_for=_meant_for(request))
    if not is_looking and form.is_valid():
        SHEET.keep(request, form.answers())
        try:
            SHEET.send_first_code(request, form.cleaned_data["phone"], now)
        except TooMany as refusal:
            return errors.too_many(request, minutes=refusal.minutes)
        except (Refused, sms.SmsFailed) as refusal:
            form.add_error("phone", str(refusal))
        else:
            return redirect("appeals:file_for_confirm")
    words = {"form": form, **entry.frame_words(post)}
    return render(request, "appeals/desk/file_for.html", words, status=422 if form.errors else 200)


@sensitive_post_parameters()
def file_for_confirm(request: HttpRequest) -> HttpResponse:
    """What was typed, to be read back aloud; the driver's code files it."""
    now = timezone.now()
    post = entry.require_post(request, HELP_AT_HOME, now)
    sheet = FileForForm(SHEET.kept(request), today=beijing_day(now))
    files.show(request, sheet, meant_for=_meant_for(request))
    asked = SHEET.asked(request)
    if not sheet.is_valid() or asked is None or asked.number != sheet.cleaned_data["phone"]:
        # sent twice: the first one has filed it
        was_filed = request.method == "POST" and FILED in request.session
        return redirect("appeals:file_for_receipt" if was_filed else "appeals:file_for")
    form = ConfirmForm(request.POST or None, digits=asked.digits or challenge.DIGITS)
    if form.is_valid():
        try:
            code = _file(sheet, form, asked, post, now)
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            SHEET.forget(request)
            request.session[FILED] = code
            return redirect("appeals:file_for_receipt")
    words = {
        "form": form,
        "rows": sheet.read_back(),
        **SHEET.about(asked),
        **entry.frame_words(post),
    }
    return render(request, "appeals/desk/file_for_confirm.html", words, status=422 if form.errors else 200)


def _file(sheet: FileForForm, form: ConfirmForm, asked: Asked, post: Post, now: datetime.datetime) -> str:
    """One case for one code; sent twice, the key gives the first one's answer."""

    def do() -> str:
        number = challenge.check(asked, form.cleaned_data["code"], now=now)
        name = sheet.cleaned_data["name"]
        return helping.file_for(sheet.filing(), phone=number, name=name, by=post, now=now).code

    body = {"asked": asked.id, **{name: str(value) for name, value in sheet.cleaned_data.items() if name not in APART}}
    return once(form.cleaned_data["key"], by=post.person, verb="appeals.file_for", body=body, now=now, do=do)


@require_POST
def file_for_code(request: HttpRequest) -> HttpResponse:
    """Another code to the same phone; the one before stops."""
    now = timezone.now()
    entry.require_post(request, HELP_AT_HOME, now)
    asked = SHEET.asked(request)
    if asked is None:
        return redirect("appeals:file_for")
    try:
        SHEET.send_code(request, asked.number, now)
    except TooMany as refusal:
        return errors.too_many(request, minutes=refusal.minutes)
    return redirect("appeals:file_for_confirm")


def file_for_receipt(request: HttpRequest) -> HttpResponse:
    """The receipt of the case just filed, to be printed for the driver. After that the volunteer sees it no more."""
    now = timezone.now()
    post = entry.require_post(request, HELP_AT_HOME, now)
    mine = Appeal.objects.filter(filed_by=post, filed_at__gt=now - RECEIPT_TIME).select_related("place", "handling_org")
    appeal = get_object_or_404(mine, code=request.session.get(FILED, ""))
    words = {
        "appeal": appeal,
        "standing": standing.of(appeal, now),
        "qr": receipts.qr(receipts.link(appeal)),
        "head": receipts.filed_head(appeal),
        **entry.frame_words(post),
    }
    return render(request, "appeals/desk/file_for_receipt.html", words)


def _meant_for(request: HttpRequest) -> str:
    """Files received for the page that is typed now."""
    return f"for:{SHEET.key(request)}"
