"""What handlers do beside a case: write an internal note, put two cases of one driver beside each other."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from appeals.actions import linking, noting
from appeals.casefile import CaseFile
from appeals.forms.answering import LinkForm, NoteForm
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


def link(request: HttpRequest, code: str, other: str) -> HttpResponse:
    """Asks before it is done: the driver reads of it too. Who may not see one of the two finds no such page."""
    now = timezone.now()
    post, appeal = entry.seen_case(request, code, now)
    shown = CaseFile(appeal, post, now)
    far = next((one for one in shown.beside.others if one.appeal.code == other), None)
    if far is None:
        raise Http404
    form = LinkForm(request.POST or None)
    return doors.make_move(
        request,
        form,
        verb="appeals.link",
        subject=code,
        do=lambda values: linking.link(appeal.pk, far.appeal.pk, by=post, kind=values["kind"], now=now).code,
        to=lambda _made: reverse("appeals:case", args=[code]),
        template="appeals/desk/link.html",
        context={"case": shown, "other": far, **entry.frame_words(post)},
    )
