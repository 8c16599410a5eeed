"""答复模板: an organisation's library of answers, those of the organisations above to copy, each with its history."""

import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from appeals import blanks, libraries
from appeals.actions import templating
from appeals.forms.answering import SureForm, TemplateForm, template_words
from appeals.models import AnswerTemplate, AnswerTemplateVersion, Category, FieldKind
from appeals.views import doors
from appeals.views.desk import entry
from platforms import difference
from portal.calendar import beijing_day
from portal.models import Post
from portal.roles import HANDLE

OWN, ABOVE, RETIRED = "own", "above", "retired"


@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """One's own, those from above, and one's own retired ones; by kind of appeal where one asks."""
    now = timezone.now()
    post = entry.require_post(request, HANDLE, now)
    category = request.GET.get("category", "")
    every = list(
        libraries.with_versions(libraries.readable(post, beijing_day(now))).order_by("category", "-uses", "title", "pk")
    )
    wanted = [one for one in every if category not in Category.values or one.category == category]
    shelves = {
        OWN: [one for one in wanted if one.organisation_id == post.organisation_id and not one.is_retired],
        ABOVE: [one for one in wanted if one.organisation_id != post.organisation_id and not one.is_retired],
        RETIRED: [one for one in wanted if one.organisation_id == post.organisation_id and one.is_retired],
    }
    show = request.GET.get("show", "")
    show = show if show in shelves else OWN
    words = {
        "rows": [(one, one.versions.all()[0]) for one in shelves[show]],
        "show": show,
        "chips": [
            {"url": _address(name, category), "word": word, "count": len(shelves[name]), "is_current": name == show}
            for name, word in _shelf_names().items()
        ],
        "selects": [_category_select(category)],
        "kept": [("show", show)] if show != OWN else [],
        "post": post,
        **_frame(post),
    }
    return render(request, "appeals/desk/templates.html", words)


def _shelf_names() -> dict[str, str]:
    return {
        OWN: pgettext("shelf of templates", "Ours"),
        ABOVE: pgettext("shelf of templates", "From above"),
        RETIRED: pgettext("shelf of templates", "Retired"),
    }


def _address(show: str, category: str) -> str:
    asked = [f"show={show}"] if show != OWN else []
    asked += [f"category={category}"] if category in Category.values else []
    return reverse("appeals:templates") + (f"?{'&'.join(asked)}" if asked else "")


def _category_select(category: str) -> dict[str, Any]:
    kinds = [("", _("Kind: all")), *Category.choices]
    options = [(value, word, value == category) for value, word in kinds]
    return {"name": "category", "label": pgettext("column", "Kind"), "options": options}


def _frame(post: Post) -> dict[str, Any]:
    return {**entry.frame_words(post), "back_url": entry.list_of(post)}


def _read(request: HttpRequest, code: str, now: datetime.datetime) -> tuple[Post, AnswerTemplate]:
    """A template of one's own library or from above; another's does not exist."""
    post = entry.require_post(request, HANDLE, now)
    return post, get_object_or_404(libraries.readable(post, beijing_day(now)), code=code)


def _own(request: HttpRequest, code: str, now: datetime.datetime) -> tuple[Post, AnswerTemplate]:
    post, template = _read(request, code, now)
    if not libraries.may_edit(post, template, beijing_day(now)):
        raise Http404
    return post, template


@require_safe
def template(request: HttpRequest, code: str) -> HttpResponse:
    """One version of a template, the newest unless another is asked for, with what changed before it."""
    now = timezone.now()
    post, found = _read(request, code, now)
    versions = list(found.versions.select_related("by__person", "by__organisation"))
    asked = request.GET.get("version", "")
    shown = next((one for one in versions if str(one.number) == asked), versions[0])
    before = next((one for one in versions if one.number == shown.number - 1), None)
    words = {
        "template": found,
        "version": shown,
        "versions": versions,
        "before": before,
        "compared": _compared(before, shown) if before else [],
        "reasons": blanks.pieces(shown.reasons),
        "remedy": blanks.pieces(shown.remedy),
        "fields": [(row["label"], FieldKind(row["kind"]).label) for row in shown.fields],
        "is_own": libraries.may_edit(post, found, beijing_day(now)),
        "copy_form": SureForm(),
        **_frame(post),
    }
    return render(request, "appeals/desk/template.html", words)


def _compared(before: AnswerTemplateVersion, after: AnswerTemplateVersion) -> list[difference.Clause]:
    """The parts that differ between two versions, word by word."""
    clauses = difference.compare(_as_clauses(before), _as_clauses(after))
    return [clause for clause in clauses if clause.state != difference.KEPT]


def _as_clauses(version: AnswerTemplateVersion) -> str:
    """A version as the clauses that are compared: one line a part."""
    days = "" if version.carry_out_days is None else str(version.carry_out_days)
    parts = {
        _("Finding"): version.get_finding_display(),
        _("Reasons"): version.reasons,
        _("What will be done"): version.remedy,
        _("Working days"): days,
        _("Fields"): "、".join(f"{row['label']} {FieldKind(row['kind']).label}" for row in version.fields),
    }
    return "\n".join(f"{part}：{' '.join(words.split())}" for part, words in parts.items() if words)


def new_template(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    post = entry.require_post(request, HANDLE, now)
    category = request.GET.get("category", "")
    form = TemplateForm(request.POST or None, initial={"category": category})

    def do(values: dict[str, Any]) -> str:
        return templating.write(by=post, now=now, **_written(form, values)).code

    return _make(request, form, post, verb="appeals.write_template", subject=post.organisation.code, do=do)


def edit_template(request: HttpRequest, code: str) -> HttpResponse:
    """An edit is a new version; answers that used an earlier one keep naming that one."""
    now = timezone.now()
    post, found = _own(request, code, now)
    initial = template_words(found.title, found.category, found.versions.all()[0])
    form = TemplateForm(request.POST or None, initial=initial)

    def do(values: dict[str, Any]) -> str:
        seen = values.get("seen") or 0
        return templating.revise(found.pk, by=post, now=now, seen=seen, **_written(form, values)).code

    return _make(request, form, post, verb="appeals.revise_template", subject=code, do=do, template=found)


def _written(form: TemplateForm, values: dict[str, Any]) -> dict[str, Any]:
    body = templating.Body(
        values["finding"], values["reasons"], values["remedy"], values["carry_out_days"], form.listed
    )
    return {"category": values["category"], "title": values["title"], "body": body}


def _make(
    request: HttpRequest,
    form: TemplateForm,
    post: Post,
    *,
    verb: str,
    subject: str,
    do: Any,
    template: AnswerTemplate | None = None,
) -> HttpResponse:
    return doors.make_move(
        request,
        form,
        verb=verb,
        subject=subject,
        do=do,
        to=lambda code: reverse("appeals:template", args=[code]),
        back=reverse("appeals:template", args=[template.code]) if template else "",
        template="appeals/desk/edit_template.html",
        context={"template": template, **_frame(post)},
    )


def retire_template(request: HttpRequest, code: str) -> HttpResponse:
    """Asked once; it is offered no more and stays readable."""
    now = timezone.now()
    post, found = _own(request, code, now)
    return doors.make_move(
        request,
        SureForm(request.POST or None),
        verb="appeals.retire_template",
        subject=code,
        do=lambda _values: templating.retire(found.pk, by=post, now=now).code,
        to=lambda made: reverse("appeals:template", args=[made]),
        template="appeals/desk/retire_template.html",
        context={"template": found, **_frame(post)},
    )


def copy_template(request: HttpRequest, code: str) -> HttpResponse:
    """Into one's own library, then its page, where it is changed to fit."""
    now = timezone.now()
    post, found = _read(request, code, now)
    return doors.make_move(
        request,
        SureForm(request.POST or None),
        verb="appeals.copy_template",
        subject=code,
        do=lambda _values: templating.copy(found.pk, by=post, now=now).code,
        to=lambda made: reverse("appeals:edit_template", args=[made]),
        template="appeals/desk/copy_template.html",
        context={"template": found, **_frame(post)},
    )
