"""Pages under a strict content policy: no inline script or style, nothing marked as safe, nothing from another host."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

ROOT: Path = settings.ROOT_DIR
PAGES = sorted((ROOT / "templates").rglob("*.html"))
FORBIDDEN = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an inline handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"(href|src|action)\s*=\s*[\"']?\s*javascript:", re.IGNORECASE),
    "text marked as safe": re.compile(r"\|\s*(safe|safeseq)\b|autoescape\s+off"),
    "another host": re.compile(r"(src|href|action|srcset)\s*=\s*[\"'](https?:)?//", re.IGNORECASE),
}
# what a browser runs; application/json only lies there and is read
SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.IGNORECASE | re.DOTALL)
# keeps the parameters of the page it stands on
NEEDS_REQUEST = "parts/paging.html"
COMMENT = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", re.DOTALL)


def source(page: Path) -> str:
    return COMMENT.sub("", page.read_text("utf-8"))


def test_the_rules_find_what_they_forbid() -> None:
    samples = {
        "a style attribute": '<p class="a" style="color: red">',
        "a style element": "<style>p {}</style>",
        "an inline handler": '<button class="b" onclick="go()">',
        "a javascript: address": '<a href="javascript:go()">',
        "text marked as safe": "{{ story|safe }}",
        "another host": '<img src="https://example.org/a.png">',
    }
    assert {name for name, rule in FORBIDDEN.items() if rule.search(samples[name])} == set(FORBIDDEN)
    assert not FORBIDDEN["an inline handler"].search('<option value="on">')


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT / "templates")))
def test_a_page_has_nothing_inline(page: Path) -> None:
    text = source(page)
    assert [name for name, rule in FORBIDDEN.items() if rule.search(text)] == []
    running = [
        found.group(0)[:80]
        for found in SCRIPT.finditer(text)
        if "src=" not in found.group(1) and 'type="application/json"' not in found.group(1)
    ]
    assert running == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT / "templates")))
def test_a_page_can_be_read_by_the_template_engine(page: Path) -> None:
    name = str(page.relative_to(ROOT / "templates"))
    assert engines["django"].get_template(name).template.name == name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT / "templates")))
def test_components_get_only_what_they_are_given(page: Path) -> None:
    loose = [
        found
        for found in re.findall(r"\{%\s*include\s+[\"']parts/[^%]*%\}", source(page))
        if not re.search(r"\bonly\s*%\}$", found) and NEEDS_REQUEST not in found
    ]
    assert loose == []


def test_no_code_marks_text_as_safe() -> None:
    marked = [
        str(path.relative_to(ROOT))
        for room in settings.ROOMS
        for path in (ROOT / room).rglob("*.py")
        if re.search(r"\bmark_safe\b|\bSafeString\(", path.read_text("utf-8"))
    ]
    assert marked == []
