"""What whoever leads a desk, works on many cases at once or takes a list out fills in."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from appeals.forms.desk import INCOMPLETE, AskForm, KeyForm, MoveForm
from portal.models import Post


class AssignForm(MoveForm):
    """Who among those who may act on it gets the case."""

    heading = _l("Give to a colleague")
    button = pgettext_lazy("button", "Give it to him")
    follows = _l("Every day stays as it was. Once a case is in hand, the driver is told who has it now.")
    to = forms.ChoiceField(label=_l("Colleague"), error_messages={"required": _l("Choose a colleague.")})

    def __init__(self, *args: Any, colleagues: list[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = [(post.code, _("%(name)s, %(post)s") % {"name": post.person.name, "post": post}) for post in colleagues]
        self.fields["to"].choices = [("", _("Choose")), *words]  # type: ignore[attr-defined]


class ManyForm(KeyForm):
    """One move for the ticked cases; what each of them was when it was ticked goes along with it."""

    verb = forms.CharField(widget=forms.HiddenInput, error_messages={"required": INCOMPLETE})


class TakeManyForm(ManyForm):
    heading = _l("Take these appeals?")
    button = pgettext_lazy("button", "Take them")
    follows = _l("Each driver sees at once who has his case in hand.")


class AskManyForm(ManyForm):
    heading = _l("Ask several drivers the same")
    button = pgettext_lazy("button", "Send the question")
    follows = _l("Each driver gets it in his own case and sees nothing of the others. Each answer clock rests.")
    question = AskForm.base_fields["question"]


class AssignManyForm(ManyForm):
    heading = _l("Give several cases to a colleague")
    button = pgettext_lazy("button", "Give them to him")
    follows = AssignForm.follows
    to = AssignForm.base_fields["to"]

    def __init__(self, *args: Any, colleagues: list[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = [(post.code, _("%(name)s, %(post)s") % {"name": post.person.name, "post": post}) for post in colleagues]
        self.fields["to"].choices = [("", _("Choose")), *words]  # type: ignore[attr-defined]
