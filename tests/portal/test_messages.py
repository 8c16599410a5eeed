"""The parts of the Chinese catalogue: merged without gettext's tools, and checked against the source."""

import gettext
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.management.commands import messages

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
Part = Callable[[str, str], None]


@pytest.fixture
def project(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # type: ignore[no-untyped-def]
    settings.ROOT_DIR, settings.ROOMS = tmp_path, ["room"]
    for folder in ("room/migrations", "templates/room", "locale/zh_Hans"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(messages, "PARTS_DIR", tmp_path / "locale" / "zh_Hans")
    monkeypatch.setattr(messages, "COMPILED", tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.mo")
    (tmp_path / "room" / "words.py").write_text('from x import gettext as _\na = _("Send")\n')
    return tmp_path


@pytest.fixture
def part(project: Path) -> Part:
    def write(name: str, body: str) -> None:
        (project / "locale" / "zh_Hans" / f"{name}.po").write_text(HEAD + body)

    return write


def faults() -> list[str]:
    return messages.faults()[0]


def test_what_is_translated_is_in_order(part: Part) -> None:
    part("room", 'msgid "Send"\nmsgstr "提交"\n')
    assert messages.faults() == ([], [])


@pytest.mark.parametrize(
    ("file", "source", "found"),
    [
        ("room/a.py", 'x = gettext_lazy("One")', {(None, "One", None)}),
        ("room/a.py", 'x = _(\n    "One "\n    "two"\n)', {(None, "One two", None)}),
        ("room/a.py", 'x = ngettext("%(n)d day", "%(n)d days", n)', {(None, "%(n)d day", "%(n)d days")}),
        ("room/a.py", 'x = ngettext_lazy("a", "b", "n")', {(None, "a", "b")}),
        ("room/a.py", 'x = pgettext_lazy("tab", "Me")', {("tab", "Me", None)}),
        ("room/a.py", 'x = f(_("Inside"))', {(None, "Inside", None)}),
        ("room/migrations/a.py", 'x = _("Old")', set()),
        ("templates/room/a.html", '{% translate "One" %}', {(None, "One", None)}),
        ("templates/room/a.html", '<p>\n   {% translate "Me" context "tab" as me %}', {("tab", "Me", None)}),
        ("templates/room/a.html", '{% include "x.html" with title=_("Two") only %}', {(None, "Two", None)}),
        ("templates/room/a.html", '{{ x|default:_("Three") }}', {(None, "Three", None)}),
        (
            "templates/room/a.html",
            "{% blocktranslate trimmed count n=days %}\n  {{ n }} day\n{% plural %}\n  {{ n }} days\n"
            "{% endblocktranslate %}",
            {(None, "%(n)s day", "%(n)s days")},
        ),
        ("templates/room/a.html", '{# {% translate "no" %} #}', set()),
    ],
)
def test_every_way_of_writing_a_string_is_found(
    project: Path, file: str, source: str, found: set[tuple[str | None, str, str | None]]
) -> None:
    (project / "room" / "words.py").unlink()
    (project / file).write_text(source)
    strings = messages.sources()
    assert {(key.context, key.singular, text.plural) for key, text in strings.items()} == found


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("", "missing: 'Send' (room/words.py:2)"),
        ('msgid "Send"\nmsgstr ""\n', "missing: 'Send' (room/words.py:2)"),
        ('#, fuzzy\nmsgid "Send"\nmsgstr "提交"\n', "fuzzy: 'Send' in room.po"),
        ('msgctxt "verb"\nmsgid "Send"\nmsgstr "提交"\n', "missing: 'Send' (room/words.py:2)"),
    ],
)
def test_what_is_missing_or_fuzzy_fails(part: Part, body: str, fault: str) -> None:
    part("room", body)
    assert faults() == [fault]


@pytest.mark.parametrize(
    ("source", "translated"),
    [("%(n)s left", "还有 %(m)s"), ("{name} said", "说了"), ("100%% of %s", "全部"), ("fine", "{name}")],
)
def test_placeholders_have_to_agree(project: Path, part: Part, source: str, translated: str) -> None:
    (project / "room" / "words.py").write_text(f'a = _("{source}")\n')
    part("room", f'msgid "{source}"\nmsgstr "{translated}"\n')
    assert [fault.partition(":")[0] for fault in faults()] == ["placeholders differ"]


def test_a_plural_keeps_its_placeholders_and_needs_its_form(project: Path, part: Part) -> None:
    (project / "room" / "words.py").write_text('a = ngettext("one day", "%(n)d days", n)\n')
    part("room", 'msgid "one day"\nmsgstr "一天"\n')
    assert faults() == ["missing plural: 'one day' (room/words.py:1) needs msgid_plural in room.po"]
    part("room", 'msgid "one day"\nmsgid_plural "%(n)d days"\nmsgstr[0] "%(n)d 天"\n')
    assert faults() == []


def test_two_parts_may_not_say_different_things(part: Part) -> None:
    part("a", 'msgid "Send"\nmsgstr "提交"\n')
    part("b", 'msgid "Send"\nmsgstr "发送"\n')
    assert faults() == ["conflicting: 'Send' in a.po, b.po"]


def test_what_is_said_twice_or_no_longer_used_is_only_noted(part: Part) -> None:
    part("a", 'msgid "Send"\nmsgstr "提交"\n')
    part("b", 'msgid "Send"\nmsgstr "提交"\n\nmsgid "Old"\nmsgstr "旧"\n')
    assert messages.faults() == ([], ["twice: 'Send' in a.po, b.po", "unused: 'Old' in b.po"])


def test_parts_are_merged_into_one_catalogue(project: Path, part: Part) -> None:
    part("a", 'msgid "Send"\nmsgstr "提交"\n\n#, fuzzy\nmsgid "Unsure"\nmsgstr "不确定"\n')
    part("b", 'msgctxt "tab"\nmsgid "Me"\nmsgstr "我"\n\nmsgid "a"\nmsgid_plural "b"\nmsgstr[0] "都"\n')
    assert messages.compile_parts() == 3
    with messages.COMPILED.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    assert catalogue.gettext("Send") == "提交"
    assert catalogue.gettext("Unsure") == "Unsure"
    assert catalogue.pgettext("tab", "Me") == "我"
    assert catalogue.ngettext("a", "b", 5) == "都"


def test_a_skeleton_of_what_is_missing_can_be_filled_in(project: Path, part: Part) -> None:
    (project / "room" / "more.py").write_text('a = ngettext("%(n)d day", "%(n)d days", 1)\nb = pgettext("tab", "Me")\n')
    wanted = messages.skeleton("room/more")
    assert "Send" not in wanted
    part("room", wanted.replace('msgstr[0] ""', 'msgstr[0] "%(n)d 天"').replace('msgstr ""', 'msgstr "我"'))
    assert faults() == ["missing: 'Send' (room/words.py:2)"]


def test_the_command_fails_with_a_list(part: Part) -> None:
    part("room", "")
    with pytest.raises(CommandError, match="1 strings are not in order"):
        call_command("messages", check=True)
