"""Places as files name them: by the six digits of GB/T 2260, by the full name, by the short one."""

from collections import defaultdict
from dataclasses import dataclass

from portal.models import Place, PlaceKind, Post


@dataclass(frozen=True)
class Spot:
    """As much of a place as a row needs."""

    pk: int
    name: str
    city: int  # itself, for a city


class Places:
    """All places, and which of them the importing post keeps: the province all, a city its own."""

    def __init__(self, post: Post) -> None:
        own = post.organisation.place
        self.own_city = None if own.kind == PlaceKind.PROVINCE else own.city.pk
        self._cities: dict[str, list[Spot]] = defaultdict(list)
        self._districts: dict[str, list[Spot]] = defaultdict(list)
        for place in Place.objects.exclude(kind=PlaceKind.PROVINCE):
            is_city = place.kind == PlaceKind.CITY
            named = self._cities if is_city else self._districts
            spot = Spot(place.pk, place.name, place.pk if is_city else place.parent_id or 0)
            for word in {place.code, place.name, place.short_name, place.name.rstrip("市县区")}:
                named[word].append(spot)
        self._city_of = {spot.pk: spot.city for spots in self._districts.values() for spot in spots}

    def keeps(self, city: int) -> bool:
        return self.own_city is None or self.own_city == city

    def keeps_district(self, district: int) -> bool:
        return self.keeps(self._city_of.get(district, 0))

    def city(self, word: str) -> Spot | None:
        found = self._cities.get(word, [])
        return found[0] if found else None

    def districts(self, word: str, city: Spot | None) -> list[Spot]:
        """Those of the name; 市中区 and others are in several cities."""
        found = {spot.pk: spot for spot in self._districts.get(word, []) if city is None or spot.city == city.pk}
        return list(found.values())
