"""Where something happened and whom an appeal is about: what a driver may choose, and what each choice stands for."""

import datetime
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from appeals.models import RespondentKind
from branches.models import Pair, contacts_of
from drivers.models import Driver
from portal.models import Organisation, OrganisationKind, Place, PlaceKind, Post, User

Choice = tuple[str, str | Promise]
Group = tuple[str, list[Choice]]

COMPANY, PERSON, BRANCH, COMMITTEE = "company", "person", "branch", "committee"
CONTACT, BODY, NOBODY = "contact", "body", "none"
COMPANIES = (OrganisationKind.PLATFORM, OrganisationKind.LEASING)
PARTY = (OrganisationKind.BRANCH, OrganisationKind.ENTERPRISE)
# kind of organisation -> what a choice calls it
KINDS: dict[str, str] = {
    **dict.fromkeys(COMPANIES, COMPANY),
    **dict.fromkeys(PARTY, BRANCH),
    OrganisationKind.COMMITTEE: COMMITTEE,
}
MOST_FOUND = 30


@dataclass(frozen=True)
class Respondent:
    """What a choice stands for: an organisation, a person named, or only a kind."""

    kind: str
    about: Organisation | None = None
    person: User | None = None


def driver_of(person: User | None) -> Driver | None:
    if person is None:
        return None
    return Driver.objects.select_related("place__parent", "branch").of(person).first()


def place_choices(day: datetime.date) -> list[Group]:
    """Districts of the cities that are switched on; each city also as a whole, for who does not know the district."""
    cities = list(Place.objects.cities().open_on(day).order_by("code"))
    districts = Place.objects.filter(kind=PlaceKind.DISTRICT, parent__in=cities).order_by("code")
    inside: dict[int | None, list[Choice]] = {city.pk: [] for city in cities}
    for district in districts:
        inside[district.parent_id].append((district.code, str(district)))
    not_known = _("%(city)s, district not known")
    return [
        (str(city), [*inside[city.pk], (city.code, not_known % {"city": city})]) for city in cities if inside[city.pk]
    ]


def place_named(code: str) -> tuple[Place, Place | None]:
    """The city and the district behind a choice."""
    place = Place.objects.select_related("parent").get(code=code)
    return place.city, place if place.kind == PlaceKind.DISTRICT else None


def choices(person: User | None, happened: datetime.date) -> list[Group]:
    """Whom it can be about: the companies he drove for that day first, then everybody else by kind.

    With no person, as when a volunteer fills it in, nobody's companies and contacts are told.
    """
    driver = driver_of(person)
    own = _own_companies(driver, happened)
    companies = Organisation.objects.live().filter(kind__in=COMPANIES).exclude(pk__in=[one.pk for one in own])
    platforms: list[Choice] = []
    leasing: list[Choice] = []
    for company in companies.order_by("name"):
        (platforms if company.kind == OrganisationKind.PLATFORM else leasing).append(_named(COMPANY, company))
    groups: list[Group] = [
        (_("Companies I drive for"), [_named(COMPANY, company) for company in own]),
        (_("Platforms"), platforms),
        (_("Leasing companies"), leasing),
        (_("Contacts, branches, committees"), _party(driver, happened)),
        (_("Others"), _nobodies()),
    ]
    return [(name, listed) for name, listed in groups if listed]


def _own_companies(driver: Driver | None, happened: datetime.date) -> list[Organisation]:
    """Those of the day it happened first, then those of other days, the newest first."""
    if driver is None:
        return []
    rows = list(driver.engagements.filter(company__merged_into=None, company__closed_at=None).listed())
    rows.sort(
        key=lambda row: not (row.from_date <= happened and (row.until_date is None or happened <= row.until_date))
    )
    return list(dict.fromkeys(row.company for row in rows))


def _party(driver: Driver | None, day: datetime.date) -> list[Choice]:
    found: list[Choice] = []
    branch = driver.branch if driver else None
    own = Pair.objects.contact_of(driver, day) if driver else None
    posts = [own] if own else []
    if branch:
        posts += [post for post in contacts_of(branch, day)[:20] if post.is_public and post != own]
    found += [(f"{PERSON}:{post.code}", _contact_words(post, own)) for post in posts]
    found.append((CONTACT, _("Another contact; I name him in my words")))
    open_places = Place.objects.cities().open_on(day)
    branches = Organisation.objects.live().filter(kind__in=PARTY).order_by("place__code", "name")
    found += [_named(BRANCH, one) for one in sorted(branches, key=lambda one: one != branch)]
    committees = Organisation.objects.live().filter(kind=OrganisationKind.COMMITTEE, parent__isnull=False)
    found += [_named(COMMITTEE, one) for one in committees.filter(place__in=open_places).order_by("place__code")]
    return found


def near(place: Place | None, name: str, picked: str = "") -> list[Group]:
    """Whom a volunteer is offered: who works or lies in the city, whoever has these characters in his name, and what is
    picked already. Nobody's own companies and contacts are told."""
    rows = Organisation.objects.live()
    here: list[Organisation] = []
    if place is not None:
        city = place.city
        works = rows.filter(kind__in=COMPANIES, company__cities=city)
        lies = rows.filter(kind__in=(*PARTY, OrganisationKind.COMMITTEE), parent__isnull=False)
        here = [*works.order_by("name"), *lies.filter(Q(place=city) | Q(place__parent=city)).order_by("-place", "name")]
    searched = rows.filter(kind__in=KINDS, name__icontains=name).order_by("name")[:MOST_FOUND] if name else []
    kept = rows.filter(kind__in=KINDS, code=picked.partition(":")[2]) if picked else []
    found = [one for one in dict.fromkeys([*kept, *searched]) if one not in here]
    groups: list[Group] = [
        (_("Found by name"), [_named(KINDS[one.kind], one) for one in found]),
        (_("Companies that work there"), [_named(COMPANY, one) for one in here if one.kind in COMPANIES]),
        (
            _("Branches and committees there"),
            [_named(KINDS[one.kind], one) for one in here if one.kind in (*PARTY, OrganisationKind.COMMITTEE)],
        ),
        (_("Others"), [(CONTACT, _("Another contact; I name him in my words")), *_nobodies()]),
    ]
    return [(word, listed) for word, listed in groups if listed]


def can_be_named(value: str) -> bool:
    """Any organisation that an appeal can be about, whether it was offered or not."""
    kind, _sep, code = value.partition(":")
    fitting = [one for one, word in KINDS.items() if word == kind]
    return bool(fitting) and Organisation.objects.live().filter(kind__in=fitting, code=code).exists()


def _nobodies() -> list[Choice]:
    return [(BODY, _("A public office: traffic police, parking and the like")), (NOBODY, _("Nobody in particular"))]


def _contact_words(post: Post, own: Post | None) -> str:
    if post == own:
        return _("My contact %(name)s") % {"name": post.person.name} if post.is_public else _("My contact")
    return _("Contact %(name)s") % {"name": post.person.name}


def _named(kind: str, organisation: Organisation) -> Choice:
    return f"{kind}:{organisation.code}", organisation.name


def respondent_named(value: str) -> Respondent:
    """What a valid choice stands for."""
    kind, _sep, code = value.partition(":")
    if kind == PERSON:
        return Respondent(RespondentKind.CONTACT, person=Post.objects.select_related("person").get(code=code).person)
    if code:
        return Respondent(RespondentKind(kind), about=Organisation.objects.get(code=code))
    return Respondent(RespondentKind(kind))
