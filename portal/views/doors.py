"""The one way a page makes a move: a form, one action behind a key, and the three ways it can be turned down."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from portal.errors import Refused, Stale
from portal.once import answer_to, once
from portal.views import errors

# widgets and keys that are not the writer's own text
NOT_WORDS = frozenset({"key", "seen", "template", "evidence"})


def kept_text(form: forms.Form) -> list[tuple[str, str]]:
    """What the writer typed, label by label, for the 409 page: nothing is lost when someone else was faster."""
    return [
        (str(form.fields[name].label), _as_shown(form.fields[name], value))
        for name, value in form.cleaned_data.items()
        if name not in NOT_WORDS and value not in (None, "")
    ]


def _as_shown(field: forms.Field, value: Any) -> str:
    """A choice by its words, everything else as it was typed."""
    choices = dict(field.choices) if isinstance(field, forms.ChoiceField) and isinstance(value, str) else {}
    return str(choices.get(value, value))


def answered_before(request: HttpRequest, to: Callable[[str], str]) -> HttpResponse | None:
    """The same form sent twice, where what it was about cannot be found any more: the first one carried it out.

    For pages that show only what is still open; without it the second tap on a button would read "not found".
    """
    answer = answer_to(request.POST.get("key", ""), by=request.user)  # type: ignore[arg-type]
    return redirect(to(answer)) if answer else None


def make_move(
    request: HttpRequest,
    form: forms.Form,
    *,
    verb: str,
    subject: str,
    do: Callable[[dict[str, Any]], str],
    to: Callable[[str], str],
    template: str,
    context: dict[str, Any],
    back: str = "",
) -> HttpResponse:
    """Show the form, or make the move it holds.

    `do` gets the cleaned values without key and seen, calls one action and returns a short answer (a code); the same
    key sent twice gives the first answer. `to` turns the answer into the address to go to. Refused becomes an error on
    the form, Stale a 409 page with their move above, the writer's own text below and `back` to the case as it is now.
    """
    if request.method == "POST" and form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "key"}
        body = {"subject": subject, **{name: str(value) for name, value in values.items() if name != "seen"}}
        try:
            answer = once(
                form.cleaned_data["key"],
                by=request.user,  # type: ignore[arg-type]
                verb=verb,
                body=body,
                now=timezone.now(),
                do=lambda: do(values),
            )
        except Stale as stale:
            return errors.refused(request, stale, kept=kept_text(form), back=back)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(to(answer))
    status = 200 if request.method != "POST" else 422
    return render(request, template, {**context, "form": form}, status=status)
