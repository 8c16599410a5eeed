"""The blanks in an answer's template: `{退款金额}` in its words, filled in when an answer is written. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MOST_BLANKS = 6
LABEL_LENGTH = 20
BLANK = re.compile(r"\{([^{}\n]{1,40})\}")
_BRACES = str.maketrans({"｛": "{", "｝": "}"})


@dataclass(frozen=True)
class Blank:
    """One thing to be filled in: what it is called in the words, and what it is."""

    label: str
    kind: str


def tidy(text: str) -> str:
    """Full-width braces are typed as often as plain ones; spaces inside a blank mean nothing."""
    return BLANK.sub(lambda found: f"{{{found[1].strip()}}}", text.translate(_BRACES)).strip()


def labels(*texts: str) -> list[str]:
    """What is still to be filled in, in the order of reading, each once."""
    found = [label.strip() for text in texts for label in BLANK.findall(text.translate(_BRACES))]
    return list(dict.fromkeys(found))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with what is known filled in; a blank without a value stays one."""
    return BLANK.sub(lambda found: values.get(found[1].strip()) or found[0], text.translate(_BRACES))


def of(rows: Iterable[Mapping[str, str]]) -> list[Blank]:
    """The blanks a version lists."""
    return [Blank(row["label"], row["kind"]) for row in rows]


def pieces(text: str) -> list[tuple[str, bool]]:
    """The text cut at its blanks, for a page that marks them: (words, is it a blank)."""
    cut = BLANK.split(text)
    return [(words, number % 2 == 1) for number, words in enumerate(cut) if words]
