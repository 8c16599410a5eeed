"""Answers without names at the desk: proposing one from a case, and the committee's decision about it."""

import datetime
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from appeals import permissions, publications
from appeals.actions import publishing
from appeals.casefile import CaseFile
from appeals.forms import publishing as forms
from appeals.models import PublishedAnswer, Publishing
from appeals.views import doors
from appeals.views.desk import entry
from portal.errors import Refused
from portal.models import Post
from portal.roles import HANDLE, OVERSEE
from portal.views import errors

PER_PAGE = 25
VERBS: dict[str, type[forms.DecisionForm]] = {
    "announce_answer": forms.AnnounceForm,
    "decline_answer": forms.DeclineForm,
    "take_down_answer": forms.TakeDownForm,
}
POSSIBLE = {
    Publishing.PROPOSED: ("announce_answer", "decline_answer"),
    Publishing.ANNOUNCED: ("take_down_answer",),
    Publishing.RELEASED: ("take_down_answer",),
}


@require_safe
def publications_list(request: HttpRequest) -> HttpResponse:
    """What the committee has to decide, what is announced, what is out, what is over."""
    now = timezone.now()
    post = entry.require_post(request, OVERSEE, now)
    part = request.GET.get("part", "")
    if part not in publications.PARTS:
        part = next(iter(publications.PARTS))
    rows = publications.seen_by(post, now)
    counts = rows.order_by().aggregate(
        **{name: Count("pk", filter=wanted) for name, wanted in publications.PARTS.items()}
    )
    shown = rows.filter(publications.PARTS[part]).order_by("-proposed_at", "-pk")
    words = {
        "page": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
        "part": part,
        "tabs": [
            {
                "url": f"{reverse('appeals:publications')}?part={name}",
                "word": word,
                "count": counts[name],
                "is_current": name == part,
            }
            for name, word in _part_words().items()
        ],
    }
    return render(request, "appeals/desk/publications.html", words)


def _part_words() -> dict[str, str]:
    return {
        "proposed": pgettext("publications", "To decide"),
        "announced": pgettext("publications", "Announced"),
        "released": pgettext("publications", "Out"),
        "over": pgettext("publications", "Over"),
    }


# -- proposing --------------------------------------------------------------------------------------------------------


def propose_answer(request: HttpRequest, code: str) -> HttpResponse:
    """The answer told anew: written beside the case, seen once as drivers will read it, then proposed."""
    now = timezone.now()
    post, appeal = entry.seen_case(request, code, now)
    back = reverse("appeals:case", args=[code])
    if reason := publications.why_not(appeal):
        return errors.refused(request, Refused(reason), back=back)
    form = forms.ProposeForm(request.POST or None, initial=publications.first_words(appeal))
    case = CaseFile(appeal, post, now)
    context = {
        "case": case,
        "source": publications.source_words(appeal),
        "declined": appeal.publications.filter(state=Publishing.DECLINED).order_by("-pk").first(),
        **entry.frame_words(post),
    }
    if "edit" in request.POST:
        return render(request, "appeals/desk/propose_answer.html", {**context, "form": form})
    if "preview" in request.POST and form.is_valid() and _may_propose(form, case):
        draft = PublishedAnswer(category=appeal.category, answer=case.answers[0], **_wording(form).__dict__)
        preview = {**context, "form": form, "answer": draft, "from_day": publications.earliest(draft.answer)}
        return render(request, "appeals/desk/propose_answer_preview.html", preview)
    return doors.make_move(
        request,
        form,
        verb="appeals.propose_answer",
        subject=appeal.code,
        do=lambda _values: publishing.propose(appeal.pk, by=post, wording=_wording(form), now=now).code,
        to=lambda made: reverse("appeals:desk_publication", args=[made]),
        back=back,
        template="appeals/desk/propose_answer.html",
        context=context,
    )


def _wording(form: forms.ProposeForm) -> publishing.Wording:
    values = form.cleaned_data
    return publishing.Wording(values["asked"], values["answered"], values["done"])


def _may_propose(form: forms.ProposeForm, case: CaseFile) -> bool:
    """What gives somebody away is said before the preview, so that what is shown can be sent."""
    try:
        publishing.require_words(_wording(form), case.appeal)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


# -- deciding ---------------------------------------------------------------------------------------------------------


def publication(request: HttpRequest, code: str, verb: str = "") -> HttpResponse:
    """A publication as drivers read it, where it stands, and with a verb the form of that decision."""
    now = timezone.now()
    post = entry.require_post(request, HANDLE, now)
    found = get_object_or_404(publications.seen_by(post, now), code=code)
    may_decide = permissions.may_oversee(post, found.appeal, now)
    context = {
        "answer": found,
        "appeal": found.appeal,
        "verbs": _offered(found, post) if may_decide else [],
        "is_own": may_decide and found.state == Publishing.PROPOSED and found.proposed_by.person_id == post.person_id,
        **entry.frame_words(post),
    }
    if not verb:
        return render(request, "appeals/desk/desk_publication.html", context)
    if not may_decide:
        raise PermissionDenied
    form = VERBS[verb](request.POST or None)
    if isinstance(form, forms.AnnounceForm):
        form.prepare(found)
    return doors.make_move(
        request,
        form,
        verb=f"appeals.{verb}",
        subject=found.code,
        do=_decision(verb, form, found, post, now),
        to=lambda made: reverse("appeals:desk_publication", args=[made]),
        template="appeals/desk/desk_publication.html",
        context={**context, "verb": verb},
    )


def _offered(found: PublishedAnswer, post: Post) -> list[dict[str, Any]]:
    """The decisions that are possible now; who proposed it does not decide."""
    verbs = POSSIBLE.get(Publishing(found.state), ())
    if found.state == Publishing.PROPOSED and found.proposed_by.person_id == post.person_id:
        return []
    return [
        {"url": reverse(f"appeals:{verb}", args=[found.code]), "word": VERBS[verb].heading, "is_main": number == 0}
        for number, verb in enumerate(verbs)
    ]


def _decision(
    verb: str, form: forms.DecisionForm, found: PublishedAnswer, post: Post, now: datetime.datetime
) -> Callable[[dict[str, Any]], str]:
    def do(values: dict[str, Any]) -> str:
        match verb:
            case "announce_answer":
                names = isinstance(form, forms.AnnounceForm) and form.names_company
                return publishing.announce(found.pk, by=post, names_company=names, now=now).code
            case "decline_answer":
                return publishing.decline(found.pk, by=post, reason=values["reason"], now=now).code
        return publishing.withdraw(found.pk, by=post, reason=values["reason"], now=now).code

    return do
