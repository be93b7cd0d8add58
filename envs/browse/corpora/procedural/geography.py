"""Continents, countries, regions, settlements, rivers and mountains, and where each lies."""

from __future__ import annotations

from .chance import Chance
from .draft import HUB, ON_OBJECT, ON_SUBJECT, PRESENT, Draft, Pool
from .schema import (
    CAPITAL,
    CONTINENT,
    COUNTRY,
    FLOWS_INTO,
    LOCATED_IN,
    MOUNTAIN,
    ON_RIVER,
    REGION,
    RISES_ON,
    RIVER,
    SEAT,
    SETTLEMENT,
    STATUS,
    TWINNED_WITH,
)
from .vocabulary import CATEGORIES

__all__ = ["make_geography"]

BOTH = ON_SUBJECT | ON_OBJECT
LARGE = ("a city", "a free city", "a cathedral town")
"""Settlements to which more happens than to others."""


def make_geography(draft: Draft) -> Pool:
    """Lay out the land. Returns the pool of settlements that everything else draws from."""
    chance = Chance(draft.seed, "geography")
    countries, regions = draft.ids(COUNTRY), draft.ids(REGION)
    for continent in draft.ids(CONTINENT):
        draft.until[continent] = PRESENT
    for i, country in enumerate(countries):
        draft.home[country] = country
        draft.since[country] = chance.between(900, 1300)
        draft.relate(country, LOCATED_IN, draft.first[CONTINENT] + i % draft.count(CONTINENT), BOTH)
    for i, region in enumerate(regions):
        country = draft.first[COUNTRY] + i % len(countries)
        draft.home[region] = country
        draft.since[region] = draft.since[country] + chance.between(0, 150)
        draft.relate(region, LOCATED_IN, country, BOTH)
    of_region = _settle(draft, chance)
    for region, inside in of_region.items():
        draft.relate_again(region, SEAT, inside[0], BOTH)
    for i, country in enumerate(countries):
        first_region = draft.first[REGION] + i
        draft.relate(country, CAPITAL, of_region[first_region][1], BOTH)
    _wild(draft, chance, of_region)
    settlements = [*draft.ids(SETTLEMENT)]
    towns = Pool(draft, settlements)
    for settlement in settlements:
        if chance.random() < 0.3:
            twin = towns.draw(chance, PRESENT - 1)
            if twin >= 0:
                draft.relate(settlement, TWINNED_WITH, twin, chance.pick((1, 3, 3)))
    statuses = CATEGORIES[SETTLEMENT, STATUS]
    cities = []
    for settlement in settlements:
        status = chance.below(len(statuses))
        if statuses[status] in LARGE and chance.random() < 0.5:
            status = 0
        draft.sort[settlement] = status
        if statuses[status] in LARGE:
            cities.append(settlement)
            draft.capacity[settlement] = chance.between(10, HUB)
    return Pool(draft, settlements + cities * 3)


def _settle(draft: Draft, chance: Chance) -> dict[int, list[int]]:
    """Spread settlements over the regions; returns those of each region, its seat first."""
    regions = draft.ids(REGION)
    inside: dict[int, list[int]] = {region: [] for region in regions}
    for i, settlement in enumerate(draft.ids(SETTLEMENT)):
        # The first rounds give each region a seat and, perhaps, the capital.
        region = regions[i % len(regions)] if i < 2 * len(regions) else chance.pick(regions)
        inside[region].append(settlement)
        draft.home[settlement] = draft.home[region]
        begins = draft.since[region]
        late = i >= 2 * len(regions) and chance.random() < 0.25
        latest = 1650 if late else 1390
        draft.since[settlement] = chance.between(begins - 300, max(begins, latest))
        draft.relate(settlement, LOCATED_IN, region, BOTH)
    return inside


def _wild(draft: Draft, chance: Chance, of_region: dict[int, list[int]]) -> None:
    """Mountains and rivers; a river flows into one that was made before it: no circles."""
    regions = draft.ids(REGION)
    mountains: dict[int, list[int]] = {}
    for mountain in draft.ids(MOUNTAIN):
        region = chance.pick(regions)
        draft.home[mountain] = draft.home[region]
        mountains.setdefault(draft.home[region], []).append(mountain)
        draft.relate(mountain, LOCATED_IN, region, chance.pick((1, 3)))
    rivers: dict[int, list[int]] = {}
    for river in draft.ids(RIVER):
        region = chance.pick(regions)
        home = draft.home[river] = draft.home[region]
        draft.relate(river, LOCATED_IN, region, chance.pick((1, 3)))
        earlier = rivers.setdefault(home, [])
        if earlier and chance.random() < 0.65:
            draft.relate(river, FLOWS_INTO, _least_related(draft, chance, earlier), BOTH)
        if home in mountains and chance.random() < 0.7:
            source = _least_related(draft, chance, mountains[home])
            draft.relate(river, RISES_ON, source, chance.pick((1, 3, 2)))
        for settlement in of_region[region]:
            if draft.degree[settlement] < 3 and chance.random() < 0.22:
                draft.relate(settlement, ON_RIVER, river, chance.pick((1, 3, 3, 2)))
                if draft.degree[river] >= 7:
                    break
        earlier.append(river)


def _least_related(draft: Draft, chance: Chance, entities: list[int]) -> int:
    """Of a few, the one with the fewest neighbours."""
    few = [chance.pick(entities) for _ in range(3)]
    return min(few, key=lambda entity: (draft.degree[entity], entity))
