"""Values of categories: small closed vocabularies of plain words."""

from __future__ import annotations

from . import schema as s

__all__ = ["CATEGORIES", "MOVEMENTS"]

MOVEMENTS = (
    "Lucidism", "Tidalism", "Verticalism", "the Quiet Manner", "New Plainness", "Emberism",
    "the Glass School", "Austral Revival", "Ornamentism", "the Salt Circle", "Threshold Art",
    "Nocturnalism", "the Orchard Group", "Ferrous Modernism", "Echoism", "the Low Horizon",
)  # fmt: skip

CATEGORIES: dict[tuple[int, int], tuple[str, ...]] = {
    (s.COUNTRY, s.CURRENCY): (
        "the crown", "the florin", "the mark", "the ducat", "the thaler", "the shell", "the penny",
        "the groat", "the real", "the scudo", "the talent", "the guilder",
    ),
    (s.SETTLEMENT, s.STATUS): (
        "a village", "a hamlet", "a market town", "a town", "a port", "a spa town", "a city",
        "a mining town", "a fishing village", "a garrison town", "a cathedral town", "a free city",
    ),
    (s.SETTLEMENT, s.KNOWN_FOR): (
        "salt pans", "cider", "lace", "bell foundry", "horse fair", "hot springs", "slate quarries",
        "glassworks", "honey", "carnival", "cheese market", "paper mills", "walled gardens",
        "lantern festival", "shipyards", "vineyards", "silver mines", "timber trade", "pottery",
        "clockmakers", "smoked fish", "rope walks", "pilgrimage", "toll bridge",
    ),
    (s.MOUNTAIN, s.ROCK): (
        "granite", "basalt", "limestone", "gneiss", "sandstone", "slate", "marble", "andesite",
        "dolomite", "quartzite", "schist", "gabbro",
    ),
    (s.COMPANY, s.INDUSTRY): (
        "shipbuilding", "publishing", "brewing", "railways", "textiles", "film production",
        "insurance", "mining", "clockmaking", "chemicals", "papermaking", "banking", "glassmaking",
        "tea trading", "machine tools", "printing", "steelmaking", "optics", "shipping", "farming",
    ),
    (s.SCHOOL, s.TEACHES): (
        "medicine", "law", "navigation", "astronomy", "music", "fine art", "engineering",
        "agriculture", "philosophy", "mathematics", "forestry", "theology", "languages", "drama",
        "architecture", "mining", "history", "botany",
    ),
    (s.SOCIETY, s.PURPOSE): (
        "astronomy", "geography", "natural history", "antiquities", "music", "poetry", "medicine",
        "mathematics", "chemistry", "the study of languages", "horticulture", "navigation",
        "fine printing", "folklore", "mountaineering", "meteorology",
    ),
    (s.BUILDING, s.STYLE): (
        "Old Imperial", "Plain", "Revival", "Lantern", "Coastal", "Heavy", "Pillared", "Terraced",
        "Late Imperial", "Brick", "Modern", "Flamboyant", "Rustic", "Fortified",
    ),
    (s.BUILDING, s.USE): (
        "a museum", "a town hall", "a theatre", "a library", "a concert hall", "a palace",
        "a railway station", "a lighthouse", "a hospital", "a temple", "a granary",
        "a customs house",
        "a gallery", "an observatory", "a law court", "a monastery", "a market hall", "a fortress",
    ),
    (s.NOVEL, s.GENRE): (
        "historical fiction", "gothic fiction", "satire", "crime fiction", "the family saga",
        "science fiction", "the sea story", "romance", "the coming-of-age story", "fantasy",
        "the epistolary novel", "travel fiction", "the political novel", "horror", "pastoral",
    ),
    (s.FILM, s.GENRE): (
        "drama", "comedy", "crime", "the western", "the musical", "documentary", "horror",
        "romance",
        "the war film", "science fiction", "the thriller", "melodrama", "adventure", "animation",
    ),
    (s.PAINTING, s.TECHNIQUE): (
        "oil on canvas", "tempera on panel", "oil on copper", "watercolour", "gouache on paper",
        "fresco", "oil on panel", "pastel", "encaustic", "ink on silk", "casein on board",
    ),
    (s.COMPOSITION, s.FORM): (
        "a string quartet", "an opera", "a symphony", "a sonata", "a mass", "a ballet",
        "a concerto",
        "a song cycle", "a cantata", "an overture", "a suite", "a tone poem", "a requiem", "a trio",
    ),
    (s.COMPOSITION, s.KEY): tuple(
        f"{note} {mode}"
        for note in ("C", "D", "E flat", "E", "F", "G", "A flat", "A", "B flat", "B")
        for mode in ("major", "minor")
    ),
    (s.BATTLE, s.CAUSE): (
        "fishing rights", "a succession", "a toll road", "border forts", "grain taxes",
        "a marriage",
        "river traffic", "mining claims", "a broken treaty", "pasture", "harbour dues", "religion",
    ),
    (s.EXPEDITION, s.AIM): (
        "ocean currents", "glaciers", "medicinal plants", "bird migration", "magnetism",
        "volcanoes",
        "coastlines", "an eclipse", "ancient ruins", "whales", "trade routes", "river sources",
        "languages", "meteorites",
    ),
    (s.EXHIBITION, s.THEME): (
        "maps", "portraiture", "the sea", "silverware", "gardens", "war", "costume", "mythology",
        "childhood", "night", "travel", "machines", "music", "winter", "still life", "religion",
    ),
    (s.ARTEFACT, s.MATERIAL): (
        "gold", "silver", "bronze", "ivory", "jade", "amber", "walnut wood", "marble", "iron",
        "rock crystal", "porcelain", "copper", "obsidian", "pewter", "enamel", "alabaster",
    ),
    (s.SPECIES, s.GROUP): (
        "beetles", "orchids", "frogs", "finches", "mosses", "snails", "bats", "ferns", "moths",
        "lizards", "freshwater fish", "spiders", "lilies", "owls", "crabs", "voles", "grasses",
        "dragonflies", "salamanders", "mushrooms",
    ),
    (s.SPECIES, s.HABITAT): (
        "salt marshes", "pine forests", "mountain meadows", "limestone caves", "peat bogs",
        "river banks", "dry grassland", "cloud forest", "rocky shores", "sand dunes",
        "old orchards",
        "scree slopes", "reed beds", "beech woods", "hot springs", "stone walls",
    ),
    (s.SHIP, s.RIG): (
        "a brig", "a barque", "a frigate", "a schooner", "a cutter", "a galleon", "a clipper",
        "a paddle steamer", "a whaler", "a corvette", "a steamship", "a trawler",
        "a ship of the line",
    ),
    (s.AWARD, s.FIELD): (
        "literature", "medicine", "painting", "engineering", "botany", "music", "exploration",
        "architecture", "astronomy", "film", "history", "mathematics", "philanthropy", "navigation",
    ),
}  # fmt: skip
