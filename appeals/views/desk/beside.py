"""What handlers do beside a case: internal notes, two cases of one driver beside each other."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from appeals.actions import linking, noting
from appeals.beside import Other
from appeals.casefile import CaseFile
from appeals.forms.answering import LinkForm, NoteForm, UnlinkForm, WithdrawNoteForm
from appeals.views import doors
from appeals.views.desk import entry


def note(request: HttpRequest, code: str) -> HttpResponse:
    """The note's form stands on the case; by itself it is a page, and where it comes back with what is missing."""
    now = timezone.now()
    post, appeal = entry.seen_case(request, code, now)
    form = NoteForm(request.POST or None)
    return doors.make_move(
        request,
        form,
        verb="appeals.note",
        subject=code,
        do=lambda values: noting.note(appeal.pk, by=post, text=values["text"], now=now).code,
        to=lambda _made: f"{reverse('appeals:case', args=[code])}#notes",
        template="appeals/desk/move.html",
        context={"case": CaseFile(appeal, post, now), "follows": form.follows, **entry.frame_words(post)},
    )


def withdraw_note(request: HttpRequest, code: str, note: str) -> HttpResponse:
    """His own note, taken back; to everybody else there is no such page."""
    now = timezone.now()
    post, appeal = entry.seen_case(request, code, now)
    own = get_object_or_404(appeal.notes, code=note, by__person=post.person_id)
    form = WithdrawNoteForm(request.POST or None)
    return doors.make_move(
        request,
        form,
        verb="appeals.withdraw_note",
        subject=note,
        do=lambda _values: noting.withdraw(own.pk, by=post, now=now).code,
        to=lambda _made: f"{reverse('appeals:case', args=[code])}#notes",
        template="appeals/desk/move.html",
        context={"case": CaseFile(appeal, post, now), "follows": form.follows, **entry.frame_words(post)},
    )


def link(request: HttpRequest, code: str, other: str) -> HttpResponse:
    """Asks before it is done: the driver reads of it too. Who may not see one of the two finds no such page."""
    return _about_two(
        request, code, other, LinkForm(request.POST or None), "link",
        lambda case, far, values: linking.link(case.appeal.pk, far.appeal.pk, by=case.post, now=case.now, **values),
    )  # fmt: skip


def unlink(request: HttpRequest, code: str, other: str) -> HttpResponse:
    """Two cases that stand beside each other are taken apart, with a reason the driver reads too."""

    def do(case: CaseFile, far: Other, values: dict[str, Any]) -> Any:
        # where it is undone already: no such link, which the action says
        return linking.unlink(far.link.pk if far.link else 0, by=case.post, now=case.now, **values)

    return _about_two(request, code, other, UnlinkForm(request.POST or None), "unlink", do)


def _about_two(
    request: HttpRequest,
    code: str,
    other: str,
    form: LinkForm | UnlinkForm,
    verb: str,
    do: Callable[[CaseFile, Other, dict[str, Any]], Any],
) -> HttpResponse:
    now = timezone.now()
    post, appeal = entry.seen_case(request, code, now)
    shown = CaseFile(appeal, post, now)
    far = next((one for one in shown.beside.others if one.appeal.code == other), None)
    if far is None or (verb == "unlink" and request.method != "POST" and far.link is None):
        raise Http404
    return doors.make_move(
        request,
        form,
        verb=f"appeals.{verb}",
        subject=code,
        do=lambda values: do(shown, far, values).code,
        to=lambda _made: reverse("appeals:case", args=[code]),
        template="appeals/desk/link.html",
        context={"case": shown, "other": far, **entry.frame_words(post)},
    )
