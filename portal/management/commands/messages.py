"""The Chinese of the portal: the parts in locale/zh_Hans, merged into one catalogue and checked against the source."""

import io
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import normalize, read_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

PARTS_DIR = settings.ROOT_DIR / "locale" / "zh_Hans"
COMPILED = PARTS_DIR / "LC_MESSAGES" / "django.mo"
KEYWORDS: dict[str, Any] = {
    "_": None,
    "_l": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sdfr]|\{\w*\}")


class Key(NamedTuple):
    context: str | None
    singular: str


class Source(NamedTuple):
    plural: str | None
    places: list[str]


class Text(NamedTuple):
    part: str
    message: Message


def sources() -> dict[Key, Source]:
    """Every string of the Python files and templates, with the places it stands in."""
    found: dict[Key, Source] = {}
    for path, code in _readable():
        name = str(path.relative_to(settings.ROOT_DIR))
        for line, words, _comments, context in extract("python", io.BytesIO(code), keywords=KEYWORDS):
            singular, plural = (words, None) if isinstance(words, str) else (words[0], words[1])
            known = found.setdefault(Key(context, singular), Source(plural, []))
            if plural and not known.plural:
                found[Key(context, singular)] = known._replace(plural=plural)
            known.places.append(f"{name}:{line}")
    return found


def _readable() -> Iterator[tuple[Path, bytes]]:
    for room in settings.ROOMS:
        for path in sorted((settings.ROOT_DIR / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, path.read_bytes()
    for folder in [
        settings.ROOT_DIR / "templates",
        *(settings.ROOT_DIR / room / "templates" for room in settings.ROOMS),
    ]:
        for path in sorted([*folder.rglob("*.html"), *folder.rglob("*.txt"), *folder.rglob("*.xml")]):
            calls = templatize(path.read_text("utf-8"), origin=str(path))
            # a template's indentation is no Python block; the calls themselves stand on one line each
            yield path, "\n".join(line.lstrip() for line in calls.split("\n")).encode()


def parts() -> dict[Key, list[Text]]:
    texts: dict[Key, list[Text]] = defaultdict(list)
    for path in sorted(PARTS_DIR.glob("*.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale="zh_Hans", abort_invalid=True)
        for message in catalog:
            if message.id:
                singular = message.id if isinstance(message.id, str) else message.id[0]
                texts[Key(message.context, singular)].append(Text(path.name, message))
    return texts


def translation(message: Message) -> str:
    """Chinese has one plural form."""
    return message.string if isinstance(message.string, str) else message.string[0]


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text.replace("%%", "")))


def compile_parts() -> int:
    """Write the one catalogue that Django reads."""
    merged = Catalog(locale="zh_Hans", domain="django", charset="utf-8")
    for key, texts in parts().items():
        message = texts[0].message
        if not message.fuzzy and translation(message):
            merged.add(message.id, message.string, context=key.context)
    COMPILED.parent.mkdir(parents=True, exist_ok=True)
    # several test processes compile at the same moment
    part = COMPILED.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as file:
        write_mo(file, merged)
    part.replace(COMPILED)
    return len(merged)


def faults() -> tuple[list[str], list[str]]:
    """What is wrong (fails the check) and what is only worth a look."""
    wrong: list[str] = []
    odd: list[str] = []
    written, translated = sources(), parts()
    for key, source in written.items():
        usable = [text for text in translated.get(key, []) if translation(text.message)]
        if not usable:
            wrong.append(f"missing: {key.singular!r} ({source.places[0]})")
        elif source.plural and isinstance(usable[0].message.id, str):
            wrong.append(
                f"missing plural: {key.singular!r} ({source.places[0]}) needs msgid_plural in {usable[0].part}"
            )
    for key, texts in translated.items():
        wrong += [f"fuzzy: {key.singular!r} in {text.part}" for text in texts if text.message.fuzzy]
        where = ", ".join(text.part for text in texts)
        if len({translation(text.message) for text in texts}) > 1:
            wrong.append(f"conflicting: {key.singular!r} in {where}")
        elif len(texts) > 1:
            odd.append(f"twice: {key.singular!r} in {where}")
        if key not in written:
            odd.append(f"unused: {key.singular!r} in {where}")
        wrong += [_placeholder_fault(text) for text in texts if _placeholder_fault(text)]
    return wrong, odd


def _placeholder_fault(text: Text) -> str:
    message = text.message
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    needed, given = placeholders(ids[-1]), placeholders(translation(message))
    if not translation(message) or needed == given:
        return ""
    names = ", ".join(sorted(needed ^ given))
    return f"placeholders differ: {ids[0]!r} in {text.part}: {names}"


def skeleton(where: str) -> str:
    """Entries for what is missing in files whose path contains `where`, ready to be filled in."""
    translated = parts()
    blocks = []
    for key, source in sources().items():
        places = [place for place in source.places if where in place]
        if places and not any(translation(text.message) for text in translated.get(key, [])):
            lines = [f"#: {place}" for place in places[:3]]
            if "%" in key.singular and placeholders(key.singular):
                lines.append("#, python-format")
            if key.context:
                lines.append(f"msgctxt {normalize(key.context)}")
            lines.append(f"msgid {normalize(key.singular)}")
            if source.plural:
                lines += [f"msgid_plural {normalize(source.plural)}", 'msgstr[0] ""']
            else:
                lines.append('msgstr ""')
            blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


class Command(BaseCommand):
    help = "Compile (--compile), check (--check) or list missing (--missing WHERE) translations of the portal."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--compile", action="store_true", help="merge locale/zh_Hans/*.po into django.mo")
        parser.add_argument(
            "--check", action="store_true", help="fail on missing, fuzzy, conflicting or broken strings"
        )
        parser.add_argument("--missing", metavar="WHERE", help="po entries missing for files whose path contains WHERE")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["missing"] is not None:
            self.stdout.write(skeleton(options["missing"]))
        if options["compile"]:
            count = compile_parts()
            if options["verbosity"]:
                self.stdout.write(f"{count} strings compiled.")
        if options["check"]:
            wrong, odd = faults()
            for line in odd:
                print(f"note: {line}", file=sys.stderr)
            if wrong:
                raise CommandError("\n".join([*sorted(wrong), f"{len(wrong)} strings are not in order."]))
            self.stdout.write("Every string is translated.")
