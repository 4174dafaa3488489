"""Labelled posts: which are read, what of a post the model sees, and its labels."""

import hashlib
import json
import pathlib
import re

import numpy as np

from wordpiece import CLS, SEP

# Never trained or tuned on: what the rules and the reader are measured on.
TEST_SETS = ("S", "W")

# Pieces of one window's own text, of the parent's text, the bio and the profession.
OWN, PARENT, BIO, PROFESSION = 112, 32, 14, 5

# Of the small windows that longer text is read in besides when it is judged, and what their scores lose; of more windows than
# USUAL the highest is high by chance (crates/reader/src/lib.rs).
SMALL, SMALL_LOSES, USUAL = 40, 1.0, 5.0

# Pieces of a story, and of one of its items.
STORY, PASSAGE = 224, 96


def read(folder, held=()):
    """Posts of all sets but the test sets, and the digest of the files that are trained on (`held` are not)."""
    posts, digest = [], hashlib.sha256()
    for path in sorted(pathlib.Path(folder).glob("[A-Z].jsonl")):
        if path.stem in TEST_SETS:
            continue
        data = path.read_bytes()
        if path.stem not in held:
            digest.update(data)
        posts += [json.loads(line) for line in data.splitlines() if line.strip()]
    return posts, digest.hexdigest()


def set_of(post):
    return post["id"].split("-")[0]


# What cameras, apps and platforms put before their numbers, as in crates/engine/src/file_name.rs.
OF_MACHINES = set(re.search(
    r'OF_MACHINES: &str = "(.*?)"', (pathlib.Path(__file__).parent.parent / "crates/engine/src/file_name.rs").read_text(), re.S
)[1].replace("\\", "").split())


def is_given(file_name):
    """Whether a person seems to have named the file."""
    parts = re.split(r"[\W_]+", file_name.rpartition(".")[0] or file_name)
    if any(part.isdigit() and len(part) > 13 or is_hashed(part) for part in parts):
        return False
    return any(is_word(part) for part in parts) or sum(bool(re.fullmatch(r"\d{2,}[NSEW]", part)) for part in parts) == 2


def is_hashed(part):
    changes = sum(a.isnumeric() != b.isnumeric() for a, b in zip(part, part[1:]))
    capitals = sum(a.islower() and b.isupper() for a, b in zip(part, part[1:]))
    return changes >= 4 or changes >= 2 and len(part) >= 10 or capitals >= 4


def is_word(part):
    letters = part.strip("0123456789")
    vowels = sum(letter in "aeiouyAEIOUY" or not letter.isascii() for letter in letters)
    return (
        (len(letters) >= 3 or letters == part and len(letters) == 2) and letters.isalpha()
        and (len(letters) < 5 or vowels * 6 >= len(letters)) and letters.lower() not in OF_MACHINES
    )


def own_text(post):
    """The text, then descriptions and file names of pictures, each a line."""
    lines = [post["text"]]
    for medium in post.get("media") or []:
        name = medium.get("file_name") or ""
        lines += [line for line in (medium.get("alt"), name if is_given(name) else "") if line]
    return "\n".join(lines)


def context(post, pieces, bare=False):
    """Kind, whose words, what it answers, whose account: pieces with their budgets."""
    kind = pieces(f"{post['kind'].replace('-', ' ')} {post.get('authorship') or 'self'}")
    parent = post.get("parent") or {}
    if parent:
        kind += pieces(f"{parent.get('author') or 'unknown'} {parent.get('kind') or 'post'}:")
        kind += pieces(parent.get("text") or "")[:PARENT]
    profile = {} if bare else post.get("profile") or {}
    if profile.get("profession") or profile.get("bio"):
        kind += pieces("by") + pieces(profile.get("profession") or "")[:PROFESSION]
        kind += pieces(":") + pieces(profile.get("bio") or "")[:BIO]
    return kind


def windows(sentences, most):
    """Sentences packed into windows; one that is longer than a window is cut."""
    packed, window = [], []
    for sentence in sentences:
        for at in range(0, len(sentence), most):
            part = sentence[at:at + most]
            if len(window) + len(part) > most:
                packed.append(window)
                window = []
            window = window + part
    if window or not packed:
        packed.append(window)
    return packed


def rows(post, wordpiece, bare=False, most=OWN):
    """What the model reads: for each window, pieces and where the context begins."""
    around = context(post, wordpiece.pieces, bare)
    return [
        ([CLS, *own, SEP, *around, SEP], len(own) + 2)
        for own in windows(wordpiece.sentences(own_text(post)), most)
    ]


def story_row(items, wordpiece, bare=False):
    """Several items as one window, with what stands around the last. Where there is no room, the longest are cut."""
    passages = [wordpiece.pieces(own_text(item)) for item in items]
    most = next((most for most in range(PASSAGE, 0, -1) if sum(min(len(own), most) for own in passages) <= STORY), 0)
    own = [piece for passage in passages for piece in passage[:most]]
    around = context({**items[-1], "parent": None}, wordpiece.pieces, bare)
    return [CLS, *own, SEP, *around, SEP], len(own) + 2


def tales(posts):
    """Stories of one patient, and tales that only look like one: the items, the oldest first, those that make the story, and
    whether it is one."""
    told = {}
    for post in posts:
        if name := post.get("thread") or post.get("account"):
            told.setdefault((set_of(post), name), []).append(post)
    for items in told.values():
        items.sort(key=lambda post: (post["created_at"] or "", post["id"]))
        ids = {at for post in items if post.get("mosaic") for at in post["mosaic_items"]}
        if ids or len(items) > 1 and any("mosaic" in post for post in items):
            yield items, [post for post in items if post["id"] in ids], bool(ids)


def heads(rules):
    """The item, the families, the rules."""
    return ["item"] + sorted({rule.split("/")[0] for rule in rules}) + sorted(rules)


def labels(post, names):
    """1 for what should be found, 0 for what should not, and whether it counts."""
    expect, also = set(post.get("expect") or []), set(post.get("also_ok") or [])
    families = {rule.split("/")[0] for rule in expect}
    loose = {rule.split("/")[0] for rule in also} - families
    wanted, counts = np.zeros(len(names), np.float32), np.ones(len(names), np.float32)
    for at, name in enumerate(names):
        if name == "item":
            wanted[at], counts[at] = bool(expect), 1.0 if expect or not also else 0.5
        elif "/" in name:
            wanted[at], counts[at] = name in expect, name in expect or name not in also
        else:
            wanted[at], counts[at] = name in families, name not in loose
    return wanted, counts
