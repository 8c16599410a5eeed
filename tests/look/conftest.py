"""The look is judged in Chinese, as its readers see it; scripts and pages in a real browser, without a server."""

import mimetypes
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.template import engines
from django.utils.translation import trans_real
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

HOST = "http://portal.test"
# few cores, many processes: slow is not wrong
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
Site = dict[str, str | Callable[[Route], None]]


@pytest.fixture(scope="session", autouse=True)
def _chinese() -> None:
    call_command("messages", compile=True, verbosity=0)
    # another test may have loaded the catalogue before it was written
    trans_real._translations.clear()
    trans_real._default = None


def from_string(text: str, **words: object) -> str:
    return engines["django"].from_string(text).render(words)


@pytest.fixture
def site() -> Site:
    """The pages of the site under test by path: text of a page, or what answers the request."""
    return {}


@pytest.fixture
def context(chromium: Browser, site: Site) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=HOST, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    words = "; ".join(
        f"{name} " + " ".join(str(part) for part in parts if "nonce" not in str(part).lower())
        for name, parts in policy.items()
    )

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path.startswith(settings.STATIC_URL):
            file = settings.ROOT_DIR / "static" / path.removeprefix(settings.STATIC_URL)
            kind = mimetypes.guess_type(file.name)[0] or "text/plain"
            route.fulfill(body=file.read_bytes(), content_type=kind)
        elif callable(page := site.get(path, "")):
            page(route)
        else:
            headers = {"Content-Security-Policy": words, "Content-Type": "text/html; charset=utf-8"}
            route.fulfill(body=page, headers=headers)

    context.route("**/*", answer)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that must not complain: an error in the console, the content policy's too, fails the test."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert [words for words in complaints if not words.startswith(("Failed to load resource", "htmx:"))] == []
