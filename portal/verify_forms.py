"""A case record as a file or as text, and the check code of its receipt."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.verification import MAX_BYTES, is_head


class VerifyForm(forms.Form):
    """Either the file or its text. `source` is the field the record came from."""

    file = forms.FileField(
        label=gettext_lazy("The record's file"),
        help_text=gettext_lazy("As you downloaded it from the case. 2 MB at most. It is checked and not kept."),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste its text"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    head = forms.CharField(
        label=gettext_lazy("Check code on the receipt"),
        help_text=gettext_lazy("With it, a record that was rewritten as a whole is found out too."),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    source = "file"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # said to be needed, as long as no text stands in for it
        self.fields["file"].required = not self.data.get("text", "").strip()
        self.fields["file"].error_messages["required"] = _("Choose the file, or paste its text.")

    def clean_head(self) -> str:
        head = self.cleaned_data["head"]
        if head and not is_head(head):
            raise ValidationError(_("A check code has at least 16 characters, 0 to 9 and a to f."))
        return head

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file, text = cleaned.get("file"), cleaned.get("text", "")
        self.source = "text" if text and not file else "file"
        if file and file.size > MAX_BYTES:
            self.add_error("file", _("The file is larger than 2 MB; a case record never is."))
        elif file:
            cleaned["record"] = file.read(MAX_BYTES + 1)
        elif text:
            cleaned["record"] = text.encode()
        return cleaned
