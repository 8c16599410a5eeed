"""What the three page frames need on every page; read only when a frame asks for it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language, pgettext_lazy

from portal import front, roles
from portal.models import Notice, Post, Role


@dataclass(frozen=True)
class Link:
    """A place a frame leads to: drawn once its room has given the URL name, so rooms can be built one by one."""

    name: str
    icon: str
    word: Any
    key: str = ""
    is_mark: bool = False
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Group:
    word: Any
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Shown:
    """A link as one page shows it."""

    url: str
    icon: str
    word: Any
    key: str
    is_mark: bool
    is_current: bool
    count: int = 0


@dataclass(frozen=True)
class ShownGroup:
    word: Any
    links: list[Shown] = field(default_factory=list)


_HANDLE = frozenset({roles.HANDLE})
_FIGURES = frozenset({roles.READ_FIGURES})
_OVERSEE = frozenset({roles.OVERSEE})
_ANSWER = frozenset({roles.ANSWER_FOR_COMPANY})
_UNSEAL = frozenset({roles.UNSEAL})
_HELP = frozenset({roles.HELP_AT_HOME})
_RUN = frozenset({roles.ADMINISTER_SYSTEM, roles.READ_AUDIT})
_KEEP = frozenset({roles.ADMINISTER_SYSTEM})
_REGISTERS = _FIGURES | _KEEP
_APPOINT = frozenset({roles.ADMINISTER_SECURITY})
_KEEP = _APPOINT | {roles.ADMINISTER_SYSTEM}
_OFFICE = _HANDLE | _FIGURES | _OVERSEE

# The driver's five roots.
TABS = (
    Link("portal:start", "home", pgettext_lazy("tab", "Start")),
    Link("appeals:mine", "chat", pgettext_lazy("tab", "Appeals")),
    Link("appeals:new", "plus", pgettext_lazy("tab", "File an appeal"), is_mark=True),
    Link("monitoring:work", "wheel", pgettext_lazy("tab", "Work")),
    Link("homes:homes", "cup", pgettext_lazy("tab", "Homes")),
)
# The desk: only what the active post's grants allow is drawn; the page checks again. `needs` is one of them, not all.
MENU = (
    Group(
        "",
        (
            Link("appeals:inbox", "inbox", pgettext_lazy("desk", "Appeals in hand"), "i", needs=_HANDLE),
            Link("appeals:promises", "done", pgettext_lazy("desk", "Promises to keep"), needs=_HANDLE),
            Link("appeals:alarms", "bell", pgettext_lazy("desk", "Alarms"), needs=_OVERSEE),
            Link("monitoring:warnings", "warn", pgettext_lazy("desk", "Job warnings"), "w", needs=_OFFICE),
            Link("branches:pairs", "people", pgettext_lazy("desk", "Pairs and contact"), needs=_HANDLE),
            Link("appeals:hearings", "chat", pgettext_lazy("desk", "For us to answer"), needs=_ANSWER),
            Link("appeals:sealed", "lock", pgettext_lazy("desk", "Sealed names"), needs=_UNSEAL),
            Link("appeals:file_for", "pen", pgettext_lazy("desk", "File for a driver"), needs=_HELP),
        ),
    ),
    Group(
        pgettext_lazy("desk", "The whole"),
        (
            Link("portal:board", "chart", pgettext_lazy("desk", "The province at a glance"), "b", needs=_FIGURES),
            Link("appeals:groups", "people", pgettext_lazy("desk", "Group appeals"), needs=_HANDLE),
            Link("monitoring:assessment", "office", pgettext_lazy("desk", "Assessment of companies"), needs=_OFFICE),
            Link(
                "platforms:companies",
                "rules",
                pgettext_lazy("desk", "Companies and their rules"),
                needs=_OFFICE | _ANSWER | _KEEP,
            ),
        ),
    ),
    Group(
        pgettext_lazy("desk", "Registers"),
        (
            Link("drivers:drivers", "people", pgettext_lazy("desk", "Drivers"), needs=_HANDLE | _REGISTERS),
            Link("platforms:vehicles", "wheel", pgettext_lazy("desk", "Vehicles"), needs=_REGISTERS),
            Link("platforms:permits", "file", pgettext_lazy("desk", "Permits"), needs=_REGISTERS),
            Link("drivers:expiring", "clock", pgettext_lazy("desk", "Running out"), needs=_HANDLE | _REGISTERS),
        ),
    ),
    Group(
        pgettext_lazy("desk", "From day to day"),
        (
            Link("homes:desk", "cup", pgettext_lazy("desk", "Driver homes"), needs=_HANDLE | {roles.HELP_AT_HOME}),
            Link("branches:desk", "flag", pgettext_lazy("desk", "Branches and volunteer teams"), needs=_HANDLE),
            Link("drivers:desk_claims", "shield", pgettext_lazy("desk", "Drivers' claims"), needs=_HELP | _HANDLE),
            Link("drivers:contracts", "file", pgettext_lazy("desk", "Contracts and rights"), needs=_HANDLE),
            Link("appeals:release_list", "office", pgettext_lazy("desk", "To be released"), needs=_HANDLE),
            Link("appeals:templates", "pen", pgettext_lazy("desk", "Answer templates"), needs=_HANDLE),
            Link("appeals:publications", "chat", pgettext_lazy("desk", "Published answers"), needs=_OVERSEE),
            Link("appeals:readings", "check", pgettext_lazy("desk", "Second readings"), needs=_OVERSEE),
            Link("appeals:duty", "shield", pgettext_lazy("desk", "On duty"), needs=_OVERSEE),
            Link("appeals:clocks", "clock", pgettext_lazy("desk", "Clocks of the tiers"), needs=_OVERSEE),
        ),
    ),
    Group(
        pgettext_lazy("desk", "The system"),
        (
            Link("portal:desk_posts", "user", pgettext_lazy("desk", "Posts"), needs=_APPOINT),
            Link("portal:invitations", "chat", pgettext_lazy("desk", "Invitations"), needs=_APPOINT),
            Link("portal:organisations", "office", pgettext_lazy("desk", "Organisations"), needs=_KEEP),
            Link("portal:corrections", "pen", pgettext_lazy("desk", "Requests to correct"), needs=_KEEP),
            Link("portal:places", "pin", pgettext_lazy("desk", "Cities"), needs=_OVERSEE | {roles.ADMINISTER_SYSTEM}),
            Link("portal:same_person", "people", pgettext_lazy("desk", "Accounts of one person"), needs=_APPOINT),
            Link("portal:desk_tokens", "key", pgettext_lazy("desk", "Keys for programs"), needs=_APPOINT),
            Link(
                "portal:hooks",
                "swap",
                pgettext_lazy("desk", "Web-hooks"),
                needs=frozenset({roles.ADMINISTER_SYSTEM}),
            ),
            Link(
                "portal:imports",
                "file",
                pgettext_lazy("desk", "Import of registers"),
                needs=frozenset({roles.ADMINISTER_SYSTEM}),
            ),
            Link("portal:health", "heart", pgettext_lazy("desk", "Health of the portal"), needs=_RUN),
            Link("portal:audit", "shield", pgettext_lazy("desk", "Event log"), needs=frozenset({roles.READ_AUDIT})),
            Link(
                "portal:calendar",
                "cal",
                pgettext_lazy("desk", "Work calendar"),
                needs=frozenset({roles.ADMINISTER_SYSTEM}),
            ),
        ),
    ),
)
MAST = (
    Link("portal:how", "info", pgettext_lazy("mast", "How an appeal goes")),
    Link("appeals:answers", "chat", pgettext_lazy("mast", "Answers so far")),
    Link("platforms:public_rules", "rules", pgettext_lazy("mast", "Dispatch rules")),
    Link("appeals:follow", "find", pgettext_lazy("mast", "Follow by receipt")),
    Link("portal:verify", "hash", pgettext_lazy("mast", "Verify a record")),
)


def _names(group: Group) -> list[str]:
    return [link.name for link in group.links]


def address(name: str) -> str:
    """The address behind a URL name, empty while its room does not offer it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


class Frame:
    """One page's frame. Every part is worked out when the template first asks: an error page asks for nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def is_demo(self) -> bool:
        return bool(settings.DEMO)

    @property
    def lang(self) -> str:
        return "zh-CN" if (get_language() or "").startswith("zh") else "en"

    @cached_property
    def post(self) -> Post | None:
        post: Post | None = getattr(self.request, "post", None)
        return post

    @cached_property
    def grants(self) -> frozenset[str]:
        return roles.permissions_of(self.post.role, self.post.organisation.kind) if self.post else frozenset()

    @cached_property
    def post_words(self) -> str:
        """What the person works as now: role and place."""
        return self.post.words if self.post else ""

    @cached_property
    def has_other_posts(self) -> bool:
        return (
            self.post is not None
            and Post.objects.filter(person_id=self.request.user.pk, until_date__isnull=True).count() > 1
        )

    @cached_property
    def tabs(self) -> list[Shown]:
        return list(self._shown(TABS)) if self.request.user.is_authenticated else []

    @cached_property
    def mast(self) -> list[Shown]:
        return list(self._shown(MAST))

    @cached_property
    def menu(self) -> list[ShownGroup]:
        # one place at a time, whatever group it stands in
        links = tuple(link for group in self._groups() for link in group.links)
        shown = {link.url: link for link in self._shown(links, self.counts)}
        groups = [
            ShownGroup(group.word, [shown[url] for url in map(address, _names(group)) if url in shown])
            for group in self._groups()
        ]
        return [group for group in groups if group.links]

    def _groups(self) -> tuple[Group, ...]:
        """A contact handles his own cases and pairs; the whole and the day-to-day belong to those who lead."""
        is_contact = self.post is not None and self.post.role == Role.CONTACT
        return MENU[:1] if is_contact else MENU

    @cached_property
    def place_word(self) -> str:
        """The menu's heading on a narrow screen: where one is."""
        return next((str(link.word) for group in self.menu for link in group.links if link.is_current), "")

    @cached_property
    def counts(self) -> dict[str, int]:
        """What waits for this post, by URL name, as each room's joins says. Never totals."""
        return {name: count for _room, answer in front.ask("counts", self.request) for name, count in answer.items()}

    @cached_property
    def unread(self) -> int:
        return Notice.objects.filter(person_id=self.request.user.pk, read_at__isnull=True).count()

    @property
    def bell_url(self) -> str:
        return address("portal:notices")

    @property
    def me_url(self) -> str:
        return address("portal:me")

    @property
    def post_url(self) -> str:
        return address("portal:posts")

    @property
    def inbox_url(self) -> str:
        return address("appeals:inbox")

    @property
    def sign_in_url(self) -> str:
        return address(settings.LOGIN_URL)

    def _shown(self, links: tuple[Link, ...], counts: dict[str, int] | None = None) -> Iterator[Shown]:
        urls = {link: address(link.name) for link in links if self._may_see(link)}
        inside = [url for url in urls.values() if url and url != "/" and self.request.path.startswith(url)]
        # /appeals/new/ lies inside /appeals/: the longer address is the place one is at
        current = max(inside, key=len, default=self.request.path)
        for link, url in urls.items():
            if url:
                yield Shown(
                    url, link.icon, link.word, link.key, link.is_mark, url == current, (counts or {}).get(link.name, 0)
                )

    def _may_see(self, link: Link) -> bool:
        return not link.needs or bool(link.needs & self.grants)


def frame(request: HttpRequest) -> dict[str, Frame]:
    return {"frame": Frame(request)}
