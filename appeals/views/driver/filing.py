"""Filing in five short pages. Every page works without scripts; a draft is kept on the server and on the device."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from appeals import publications, standing
from appeals.actions import evidencing, filing
from appeals.drafts import LAST, Sheet
from appeals.forms.filing import StepForm
from appeals.models import Category, PublishedAnswer
from appeals.views import files
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.once import answer_to, once

VERB = "appeals.file"
AFTER_KIND = 3  # the page that follows the choice of the kind


def _sheet(request: HttpRequest) -> Sheet:
    return Sheet.load(request.user, today=beijing_day(timezone.now()))  # type: ignore[arg-type]


def new(request: HttpRequest) -> HttpResponse:
    """Start at once, or choose between going on with a draft and throwing it away."""
    sheet = _sheet(request)
    if sheet.is_new:
        return redirect("appeals:new_step", 1)
    context = {"sheet": sheet, "step": min(sheet.first_open(), LAST), "of": LAST}
    return render(request, "appeals/new.html", context)


@require_POST
def new_discard(request: HttpRequest) -> HttpResponse:
    filing.discard_draft(request.user)  # type: ignore[arg-type]
    messages.success(request, _("The draft is gone."))
    return redirect("appeals:new_step", 1)


def new_step(request: HttpRequest, number: int) -> HttpResponse:
    """One of the five pages."""
    if not 1 <= number <= LAST:
        raise Http404
    sheet = _sheet(request)
    if request.method == "POST":
        return _submit(request, sheet) if _is_final(request, number) else _go_on(request, sheet, number)
    if sheet.is_new and number > 1:
        # back from the receipt: what was filed is in the list
        return redirect("appeals:mine")
    open_at = sheet.first_open()
    if number > open_at:
        return redirect("appeals:new_step", open_at)
    return _page(request, sheet, number, sheet.form(number, is_checked="check" in request.GET))


def _is_final(request: HttpRequest, number: int) -> bool:
    return number == LAST and not {"save", "back"} & set(request.POST)


def _go_on(request: HttpRequest, sheet: Sheet, number: int) -> HttpResponse:
    """Keep the page's answers, then go where the button says."""
    if _is_over(request, sheet):
        return _filed_already(request)
    form = sheet.read(number, request.POST)
    if not _keep(request, sheet):
        return _filed_already(request)
    turned_away = files.take(request, form, meant_for=sheet.key)
    _hold(request, sheet)
    if {"save", "back"} & set(request.POST):
        for sentence in turned_away:
            messages.warning(request, sentence)
    if "save" in request.POST:
        messages.success(request, _("The draft is saved. You find it under “File an appeal”."))
        return redirect("appeals:mine")
    if "back" in request.POST:
        return redirect("appeals:new_step", number - 1) if number > 1 else redirect("appeals:mine")
    if not form.is_valid():
        return _page(request, sheet, number, form, status=422)
    return redirect("appeals:new_step", LAST if "review" in request.GET else number + 1)


def _submit(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    """File what the draft holds: once, whatever the network does to the reply."""
    if sheet.is_new or _is_over(request, sheet):
        return _filed_already(request)
    form = sheet.read(LAST, request.POST)
    if not _keep(request, sheet):
        return _filed_already(request)
    open_at = sheet.first_open()
    if open_at == LAST:
        return _page(request, sheet, LAST, form, status=422)
    if open_at < LAST:
        return redirect(reverse("appeals:new_step", args=[open_at]) + "?check")
    now = timezone.now()
    try:
        code = once(
            sheet.key,
            by=request.user,  # type: ignore[arg-type]
            verb=VERB,
            body=sheet.answers,
            now=now,
            do=lambda: filing.file_draft(sheet.filing(), by=request.user, now=now).code,  # type: ignore[arg-type]
        )
    except Refused as refusal:
        if answer_to(sheet.key, by=request.user):  # type: ignore[arg-type]
            return _filed_already(request)
        form.add_error(None, str(refusal))
        return _page(request, sheet, LAST, form, status=422)
    return redirect("appeals:receipt", code)


def _is_over(request: HttpRequest, sheet: Sheet) -> bool:
    """The page belongs to a draft that is not there any more."""
    key = request.POST.get("key", "")
    return bool(key) and key != sheet.key


def _keep(request: HttpRequest, sheet: Sheet) -> bool:
    """Save the draft; False when it was filed meanwhile from another page."""
    now = timezone.now()
    person = request.user
    if sheet.is_new:
        draft = filing.save_draft(person, body=sheet.body(), now=now)  # type: ignore[arg-type]
    else:
        kept = filing.amend_draft(person, key=sheet.key, body=sheet.body(), now=now)  # type: ignore[arg-type]
        if kept is None:
            return False
        draft = kept
    sheet.keep(draft)
    _hold(request, sheet)
    return True


def _hold(request: HttpRequest, sheet: Sheet) -> None:
    """The files of a draft stay as long as the draft does."""
    evidencing.hold(request.user, meant_for=sheet.key, now=timezone.now())  # type: ignore[arg-type]


def _filed_already(request: HttpRequest) -> HttpResponse:
    """The reply was lost, or it was sent from two pages: the first one's receipt, else the beginning."""
    code = answer_to(request.POST.get("key", ""), by=request.user)  # type: ignore[arg-type]
    if code:
        messages.info(request, _("This appeal was filed already. Here is its receipt."))
        return redirect("appeals:receipt", code)
    messages.warning(request, _("That draft is not there any more: it was filed or thrown away."))
    return redirect("appeals:mine")


@require_POST
def draft_save(request: HttpRequest) -> HttpResponse:
    """What the page sends by itself while he types. Only into the draft it was opened with."""
    sheet = _sheet(request)
    number = request.POST.get("step", "")
    if sheet.is_new or _is_over(request, sheet) or number not in {str(step) for step in range(1, LAST + 1)}:
        return HttpResponse(status=204)
    sheet.read(int(number), request.POST)
    if not _keep(request, sheet):
        return HttpResponse(status=204)
    return JsonResponse({"at": _stamp(sheet)})


def _stamp(sheet: Sheet) -> str:
    return sheet.saved_at.isoformat() if sheet.saved_at else ""


def _page(request: HttpRequest, sheet: Sheet, number: int, form: StepForm, *, status: int = 200) -> HttpResponse:
    is_urgent = sheet.answers.get("is_urgent") == "yes"
    files.show(request, form, meant_for=sheet.key)
    back = reverse("appeals:new_step", args=[number - 1]) if number > 1 else reverse("appeals:mine")
    context: dict[str, Any] = {
        "sheet": sheet,
        "form": form,
        "step": number,
        "of": LAST,
        "stamp": _stamp(sheet),
        "back": reverse("appeals:new_step", args=[LAST]) if "review" in request.GET else back,
        "is_review": "review" in request.GET,
        "is_urgent": is_urgent,
        "duty": standing.duty_words(sheet.city, timezone.now()) if is_urgent or number == 1 else "",
        "review": sheet.review() if number == LAST else [],
        "already": _already(sheet, number),
    }
    return render(request, "appeals/new_step.html", context, status=status)


def _already(sheet: Sheet, number: int) -> list[PublishedAnswer]:
    """Answers that may spare him the filing: once the kind is chosen, then by his own words; not in an emergency."""
    category = str(sheet.answers.get("category") or "")
    if number not in (AFTER_KIND, LAST) or category not in Category.values or sheet.answers.get("is_urgent") == "yes":
        return []
    said = f"{sheet.answers.get('title') or ''} {sheet.answers.get('story') or ''}" if number == LAST else ""
    return publications.offered(category, said)
