"""What a file may be called: its owner's word for it, without anything that leads elsewhere or reads otherwise."""

import unicodedata
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from appeals.models import Evidence, EvidenceKind, EvidenceState

LONGEST = 80
SUFFIXES = {EvidenceKind.JPEG: ".jpg", EvidenceKind.PNG: ".png", EvidenceKind.WEBP: ".webp", EvidenceKind.PDF: ".pdf"}
TYPES = {
    EvidenceKind.JPEG: "image/jpeg",
    EvidenceKind.PNG: "image/png",
    EvidenceKind.WEBP: "image/webp",
    EvidenceKind.PDF: "application/pdf",
}


def clean(name: str) -> str:
    """The last part of a path, without control characters, marks that turn the direction of writing, or line ends."""
    normal = unicodedata.normalize("NFC", name).replace("\\", "/")
    last = normal.rpartition("/")[2]
    shown = "".join(letter for letter in last if unicodedata.category(letter)[0] not in "CZ" or letter == " ")
    shown = " ".join(shown.split()).strip(". ")
    stem, dot, suffix = shown.rpartition(".")
    if len(shown) <= LONGEST:
        return shown
    return f"{stem[: LONGEST - 8]}{dot}{suffix[:7]}" if dot else shown[:LONGEST]


def own_name(evidence: Evidence) -> str:
    """What its owner's download is called: his word, with the ending of what it really is."""
    suffix = SUFFIXES[EvidenceKind(evidence.kind)]
    stem = PurePosixPath(evidence.name or "file").stem or "file"
    return f"{stem}{suffix}"


def copy_name(evidence: Evidence, *, for_company: bool = False) -> str:
    """What everybody else's download is called: the case's number and the file's; an owner's word may name somebody.

    A company does not learn the case's number.
    """
    suffix = ".jpg" if evidence.is_picture else ".pdf"
    if for_company or evidence.appeal is None:
        return f"{evidence.code[:6]}{suffix}"
    number = evidence.appeal.number
    return f"{number}-{evidence.position}{suffix}" if evidence.position else f"{number}{suffix}"


def original_name(evidence: Evidence) -> str:
    """What a committee's download of an original is called."""
    return PurePosixPath(copy_name(evidence)).stem + "-original" + SUFFIXES[EvidenceKind(evidence.kind)]


def copy_type(evidence: Evidence) -> str:
    return "image/jpeg" if evidence.is_picture else "application/pdf"


def own_type(evidence: Evidence) -> str:
    return TYPES[EvidenceKind(evidence.kind)]


def why_closed(evidence: Evidence) -> str:
    """Why a file that is listed cannot be opened."""
    if evidence.erased_at:
        return _("This file was erased. The log still proves what it was.")
    if evidence.state == EvidenceState.REFUSED:
        return _("The virus scanner found something in this file, so nobody can open it.")
    return _("This file waits for the virus scanner. Try again in a few minutes.")
