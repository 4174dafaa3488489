"""What is an ordinary English word: SCOWL's word lists, wordfreq's frequencies and the hand-made flags."""

import gzip
import json
import sys
import sysconfig
import unicodedata
from pathlib import Path

import msgpack

HAND = Path(__file__).resolve().parent / "hand"
PACKAGES = Path(sysconfig.get_paths()["purelib"])
DIALECTS = ("english", "american", "australian", "british", "canadian")
SIZES = (10, 20, 35, 40, 50, 55, 60, 70)
# SCOWL's lists up to this size hold the words that most readers know.
COMMON_SIZE = 55
CHECKED_WORDS = 3000


def fold(text):
    """Lower case without accents, ASCII only."""
    text = text.lower().translate(str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th", "ə": "e"}))
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def hand_lines(name):
    """The lines of a hand-made list, without comments and blank lines."""
    lines = (HAND / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def hand_keyed(name, separator=None):
    """The hand-made lines `key: value value` as pairs of a key and its values."""
    pairs = (line.split(":", 1) for line in hand_lines(name))
    return [(key, [value.strip() for value in rest.split(separator) if value.strip()]) for key, rest in pairs]


class Words:
    """English words with how common they are."""

    def __init__(self, folder):
        self.size = {}
        for size in SIZES:
            for dialect in DIALECTS:
                for word in json.loads((folder / f"{dialect}-words-{size}.json").read_text(encoding="utf-8")):
                    self.size.setdefault(word, size)
        with gzip.open(PACKAGES / "wordfreq" / "data" / "large_en.msgpack.gz") as file:
            buckets = msgpack.load(file)[1:]
        # Bucket i holds the words of a frequency of i centibels below one.
        self.zipf = {word: 9 - index / 100 for index, bucket in enumerate(buckets) for word in bucket}
        self.top = [word for word in self.zipf if word.isalpha()][:CHECKED_WORDS]
        self.plain, self.word = set(), set()
        for key, values in hand_keyed("flags.txt"):
            (self.plain if key == "plain" else self.word).update(values)
        if self.plain & self.word:
            sys.exit(f"hand/flags.txt: both plain and word: {' '.join(sorted(self.plain & self.word))}")

    def is_common(self, name):
        """Whether the name is also an ordinary English word, and not first of all a person's name."""
        return name in self.word or (self.size.get(name, 99) <= COMMON_SIZE and name not in self.plain)

    def is_word(self, name):
        """Whether the name stands in an English dictionary at all, rare words included."""
        return name in self.size or name in self.word

    def add_ambiguous(self, lines):
        """Makes further names ambiguous, given as lines of a lexicon."""
        self.word.update(line[0] for line in lines if line[0] not in self.plain)

    def check(self, files):
        """Stops if a very common English word stands in a file without its flag."""
        common = {word for word in self.top if self.size.get(word, 99) <= 60 and word not in self.plain}
        for name, lines in files.items():
            bad = sorted(line[0] for line in lines if "w" not in line[1:] and line[0] in common)
            if set(bad) - (MEDICAL if name in {"conditions.txt", "drugs.txt"} else set()):
                sys.exit(f"{name}: very common words without the flag w: {' '.join(bad)}")


# Very common words that mean a drug or a condition nearly always.
MEDICAL = {"cancer", "diabetes", "hiv"}
