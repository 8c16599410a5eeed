"""What the pages are made of: small sheets, no inline code, every icon there, nothing that old phones cannot read."""

import gzip
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

STATIC: Path = settings.ROOT_DIR / "static"
TEMPLATES: Path = settings.ROOT_DIR / "templates"
SHEETS = sorted(STATIC.glob("*.css"))


def templates() -> Iterator[tuple[str, str]]:
    for path in sorted(TEMPLATES.rglob("*.html")):
        yield str(path.relative_to(TEMPLATES)), re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"))


def compressed(*names: str) -> int:
    return sum(len(gzip.compress((STATIC / name).read_bytes(), 6)) for name in names)


def test_a_drivers_page_leaves_room_for_its_words() -> None:
    # 50 KB is the page with everything; what every page loads may be a third of it
    assert compressed("look.css", "driver.css", "icons.svg", "driver.js", "mark.svg", "caret.svg") < 16_000


def test_the_scripts_are_small() -> None:
    assert compressed("driver.js") <= 3_000
    assert compressed("staff.js") <= 3_000


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_sheets_keep_to_what_old_webviews_read(sheet: Path) -> None:
    css = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.S)
    newer = [":has(", ":is(", ":where(", "@container", "@layer", "inset:", "aspect-ratio", "color-mix", "dvh", "&:"]
    assert [word for word in newer if word in css] == []
    assert css.count("{") == css.count("}")
    assert not re.search(r"url\(\s*[\"']?(https?:)?//", css)


def test_no_page_has_code_or_style_in_it() -> None:
    found = []
    for name, text in templates():
        if re.search(r"<script(?![^>]*(\bsrc=|application/json))|\sstyle=|\son[a-z]+=\"|javascript:|<style", text):
            found.append(name)
    assert found == []


def test_no_page_asks_another_host() -> None:
    away = [name for name, text in templates() if re.search(r"(?:src|href|action)=\"(?:https?:)?//", text)]
    assert away == []


def test_every_icon_named_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text("utf-8")))
    named = {icon for _name, text in templates() for icon in re.findall(r'\{% icon "([\w-]+)"', text)}
    named |= {icon for _name, text in templates() for icon in re.findall(r'\bicon="([\w-]+)"', text)}
    assert named
    assert named - sprite == set()


def test_zoom_is_never_blocked() -> None:
    views = [text for _name, text in templates() if 'name="viewport"' in text]
    assert views
    assert not any("maximum-scale" in text or "user-scalable" in text for text in views)


def test_vendored_files_are_what_versions_says() -> None:
    lines = (STATIC / "vendor" / "VERSIONS").read_text("utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    assert [row[0] for row in rows].count("htmx.org") == 2
    for package, version, _inside, name, digest in rows:
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest, f"{package} {version}"
    htmx = (STATIC / "vendor" / "htmx.min.js").read_text("utf-8")
    assert f'version:"{rows[0][1]}"' in htmx
    assert rows[0][1].startswith("2.0.")


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("ink2", "paper"),
        ("ink2", "sunk"),
        ("red", "red-w"),
        ("blue", "blue-w"),
        ("green", "green-w"),
        ("amber", "amber-w"),
        ("card", "red"),
        ("card", "today"),
        ("card", "over"),
        ("deep", "red-w"),
    ],
)
def test_words_stand_out_from_their_ground(ink: str, ground: str) -> None:
    tokens = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})\b", (STATIC / "look.css").read_text("utf-8")))
    light, dark = (_luminance(tokens[name] if len(tokens[name]) == 7 else "#ffffff") for name in (ink, ground))
    assert (max(light, dark) + 0.05) / (min(light, dark) + 0.05) >= 4.5
