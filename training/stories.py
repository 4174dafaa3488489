"""Trains the part of whitecoat's reader that reads several posts as one story: python training/stories.py --help

It starts from trained weights of posts and leaves the layers below as they are. What it learns is whether posts of one account
tell of one patient who could be recognised.
"""

import argparse
import pathlib
import random
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

import fit
import measure
import model
import posts as data
import train
from wordpiece import WordPiece

HERE = pathlib.Path(__file__).resolve().parent

# The head begins as that of this rule.
HEAD = "privacy/reidentifiable-combination"

LENGTH, ROWS = model.POSITIONS, 12
EPOCHS, RATE = 4, 1e-4

# How often a story is shown with everything that stood between, a tale that is none in part, and either among ordinary posts.
WHOLE, PART, AMONG = 0.3, 0.3, 0.5

# For each tale so many groups of ordinary posts, of posts about different patients, and of one item of a tale among ordinary posts.
ORDINARY, MIXED, STRAY = 0.25, 0.25, 0.15

# Posts of a group at most, and in a tale at most so many ordinary ones.
GROUP, BETWEEN = 7, 4


class Shown:
    """What is shown in an epoch: tales, and groups of posts that have nothing to do with each other."""

    def __init__(self, posts, tales, pieces, seed):
        self.tales, self.pieces, self.random = tales, pieces, random.Random(seed)
        alone = [
            post for post in posts
            if not post.get("thread") and not post.get("account") and post["kind"] == "post"
            and (post.get("authorship") or "self") == "self" and HEAD not in post["expect"]
        ]
        self.ordinary = [post for post in alone if not post["expect"]]
        self.telling = [post for post in alone if "privacy/patient-narrative" in post["expect"]]

    def rows(self):
        chance = self.random.random
        out = []
        for items, told, is_story in self.tales:
            shown = items
            if is_story and chance() >= WHOLE:
                shown = told
            elif not is_story and len(items) > 2 and chance() < PART:
                shown = sorted(self.random.sample(items, self.random.randint(2, len(items))), key=items.index)
            out.append((self.among(shown) if chance() < AMONG else shown, is_story))
        for _ in range(int(len(self.tales) * ORDINARY)):
            out.append((self.random.sample(self.ordinary, self.random.randint(2, GROUP)), False))
        for _ in range(int(len(self.tales) * MIXED)):
            out.append((self.among(self.random.sample(self.telling, self.random.randint(1, 3))), False))
        for _ in range(int(len(self.tales) * STRAY)):
            stray = self.random.choice(self.random.choice(self.tales)[0])
            if not stray.get("mosaic"):
                out.append((self.among([stray]), False))
        self.random.shuffle(out)
        return [(data.story_row(items, self.pieces, chance() < fit.BARE), is_story) for items, is_story in out]

    def among(self, items):
        """Items with ordinary posts before, between and after them; the last keeps its account."""
        items, account = list(items), items[-1].get("profile")
        for post in self.random.sample(self.ordinary, self.random.randint(1, max(1, min(BETWEEN, GROUP - len(items))))):
            items.insert(self.random.randint(0, len(items)), {**post, "profile": account})
        return items


def arrays(rows):
    """Rows as one step of fixed shape."""
    pieces, types = np.zeros((ROWS, LENGTH), np.int32), np.zeros((ROWS, LENGTH), np.int32)
    for at, (part, begins) in enumerate(rows):
        part = part[:LENGTH]
        pieces[at, :len(part)] = part
        types[at, begins:len(part)] = 1
    return pieces, types


@jax.jit
def gradients(trained, frozen, pieces, types, wanted, counts, key):
    below = model.below(frozen, pieces, types)

    def loss(trained):
        scores = model.above(trained, below, pieces > 0, key)[:, 0]
        return ((jax.nn.softplus(scores) - scores * wanted) * counts).sum() / counts.sum()

    value, gradient = jax.value_and_grad(loss)(trained)
    size = jnp.sqrt(sum(jnp.vdot(g, g) for g in jax.tree.leaves(gradient)))
    return value, gradient, 1 / jnp.maximum(size, 1.0)


@jax.jit
def _scores(trained, frozen, pieces, types):
    return model.above(trained, model.below(frozen, pieces, types), pieces > 0)[:, 0]


def scores(trained, frozen, rows):
    steps = [rows[at:at + ROWS] for at in range(0, len(rows), ROWS)]
    found = [np.asarray(_scores(trained, frozen, *arrays(step)))[:len(step)] for step in steps]
    return np.concatenate(found)


def fitted(trained, frozen, shown, epochs, rate, seed):
    state = (jax.tree.map(jnp.zeros_like, trained), jax.tree.map(jnp.zeros_like, trained))
    key, at, total, started = jax.random.key(seed), 0, None, time.time()
    for epoch in range(epochs):
        rows = shown.rows()
        steps = [rows[start:start + ROWS] for start in range(0, len(rows), ROWS)]
        total = total or epochs * len(steps)
        losses = 0.0
        for step in steps:
            wanted, counts = np.zeros(ROWS, np.float32), np.zeros(ROWS, np.float32)
            wanted[:len(step)], counts[:len(step)] = [is_story for _, is_story in step], 1
            done = min(at / total, 1.0)
            at += 1
            key, part = jax.random.split(key)
            value, gradient, clip = gradients(trained, frozen, *arrays([row for row, _ in step]), wanted, counts, part)
            now = rate * min(done / fit.WARM_UP, max(0.0, (1 - done) / (1 - fit.WARM_UP)))
            trained, state = fit.update(trained, state, gradient, clip, at, now)
            losses += float(value)
        print(f"epoch {epoch + 1}: loss {losses / len(steps):.4f}, {time.time() - started:.0f} s", file=sys.stderr, flush=True)
    return trained


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("start", type=pathlib.Path, help="trained weights of posts (train.py) or, to go on, of stories")
    ask.add_argument("--corpus", default=HERE.parent / "corpus")
    ask.add_argument("--hold-out", default="", help="sets that are not trained on but scored, such as F,M")
    ask.add_argument("--epochs", type=int, default=EPOCHS)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--output", type=pathlib.Path, required=True, help="trained weights (.npz), for export.py")
    given = ask.parse_args()
    held = [name for name in given.hold_out.split(",") if name]
    posts, digest = data.read(given.corpus, held)
    tales = list(data.tales(posts))
    is_held = lambda tale: data.set_of(tale[0][0]) in held
    learn, test = [tale for tale in tales if not is_held(tale)], [tale for tale in tales if is_held(tale)]
    start = np.load(given.start)
    pieces = WordPiece(start["vocabulary"].tolist())
    weights, base = model.base()
    _, kept = train.trimmed(base, [], start["vocabulary"].tolist())
    trained, frozen = model.parameters(weights, kept, len(start["names"]))
    trained = train.go_on(trained, start)
    head = start["names"].tolist().index(HEAD)
    trained["head"] = tuple(part[head:head + 1] for part in trained["head"])
    print(f"{len(learn)} tales, sha256 {digest}, {len(test)} held out", file=sys.stderr)
    shown = Shown([post for post in posts if data.set_of(post) not in held], learn, pieces, given.seed)
    trained = fitted(trained, frozen, shown, given.epochs, RATE, given.seed)
    train.save(given.output, trained, frozen, [HEAD], start["vocabulary"], digest, held, len(learn))
    if test:
        found = scores(trained, frozen, [data.story_row(items, pieces) for items, _, _ in test])
        stories = np.array([is_story for _, _, is_story in test])
        bar = np.sort(found[~stories])[-max(len(found[~stories]) // 10, 1)]
        print(f"held out: area {measure.ranking(found, stories):.3f}, above nine in ten of the others: {(found[stories] > bar).mean():.2f} of the stories", file=sys.stderr)


if __name__ == "__main__":
    jax.config.update("jax_default_prng_impl", "rbg")  # threefry is slow on processors
    main()
