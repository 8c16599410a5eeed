"""The field for photos and documents: files chosen without scripts, and those that are here already as ticks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _l

from appeals.actions.evidencing import MOST_AT_ONCE
from appeals.models import Evidence

# what a phone is asked for: an iPhone turns its HEIC into a JPEG by itself when only these are taken
ACCEPT = "image/jpeg,image/png,image/webp,application/pdf"
# names in the form: the files chosen now, those that were on the page, those of them that stay
FILES, SHOWN = "evidence_files", "evidence_shown"


@dataclass(frozen=True)
class Chosen:
    """The codes of the files a form sends. As text it is their hashes: the same files sent twice are the same form."""

    codes: tuple[str, ...] = ()
    files: Sequence[Evidence] = ()

    @classmethod
    def of(cls, files: Sequence[Evidence]) -> "Chosen":
        return cls(tuple(one.code for one in files), files)

    def __iter__(self) -> Iterator[str]:
        return iter(self.codes)

    def __bool__(self) -> bool:
        return bool(self.codes)

    def __str__(self) -> str:
        return " ".join(sorted(one.sha256 for one in self.files) or sorted(self.codes))


class EvidenceInput(forms.Widget):
    """Drawn by parts/files.html. `received` is what is here already, `meant_for` the form it belongs to."""

    look = "files"
    needs_multipart_form = True
    accept = ACCEPT
    most = MOST_AT_ONCE
    # kept by the server as soon as it is received, and not with the words of a draft
    is_kept_apart = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.received: Sequence[Evidence] = ()
        self.meant_for = ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return list(data.getlist(name)) if hasattr(data, "getlist") else list(data.get(name) or [])

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> str:  # type: ignore[override]
        raise NotImplementedError("parts/files.html draws it.")


class EvidenceField(forms.Field):
    """Files beside the words: what the page took in, with its refusals as errors; a program sends the codes alone."""

    widget = EvidenceInput
    hidden_widget = forms.MultipleHiddenInput

    def __init__(self, label: str | Promise = "", hint: str | Promise = "") -> None:
        super().__init__(label=label or LABEL, help_text=hint or HINT, required=False)
        self.chosen: Chosen | None = None
        self.refusals: list[str] = []

    def take(self, chosen: Chosen, refusals: Iterable[str] = (), *, meant_for: str) -> None:
        self.chosen, self.refusals = chosen, list(refusals)
        self.widget.received = [one for one in chosen.files if one.appeal_id is None]  # type: ignore[attr-defined]
        self.widget.meant_for = meant_for  # type: ignore[attr-defined]

    def clean(self, value: Any) -> Chosen:
        if self.refusals:
            raise ValidationError(self.refusals)
        if self.chosen is not None:
            return self.chosen
        return Chosen(tuple(str(code) for code in value or ()))


LABEL = _l("Photos and documents")
COMPANY_FILES = _l("JPG, PNG, WebP or PDF, up to 10 files of 20 MB. The handlers see them; the driver does not.")
ANSWER_FILES = _l("JPG, PNG, WebP or PDF, up to 10 files of 20 MB. The driver sees them with the answer.")
HINT = _l("JPG, PNG, WebP or PDF, up to 10 files of 20 MB. Where and when a photo was taken is not shown to others.")
