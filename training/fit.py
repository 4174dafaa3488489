"""Training: AdamW with a smaller rate for lower layers, rows of like length together."""

import functools
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

import model
import posts as data

# Lengths of rows, and how many rows of each go into one step. Windows of one post go together.
SHAPES = (
    (34, 56), (40, 48), (46, 41), (52, 36), (58, 33), (64, 30), (72, 26), (80, 24), (92, 20), (104, 18), (120, 16), (136, 14), (156, 12),
    (176, 11),
)
RATE, LOWER, DECAY, WARM_UP = 2e-4, 0.85, 0.01, 0.06
HEAD_RATE = 1e-3
RARE = 2.0  # a post that should be found counts so much for its rules
WEIGHTS = {"item": 4.0, "family": 1.5, "rule": 0.6}
REPORT = 25  # steps
BARE = 0.25  # so often a post is shown without its profile


def batches(read, order, generator):
    """Posts packed into steps of fixed shapes: pieces, types, the post of each row, and the posts."""
    waiting = {shape: [] for shape in SHAPES}
    steps = []
    for at in order:
        rows = read[at]
        longest = max(len(pieces) for pieces, _ in rows)
        shape = next(shape for shape in SHAPES if longest <= shape[0] or shape is SHAPES[-1])
        if len(rows) > shape[1]:
            chosen = sorted(generator.choice(len(rows), shape[1], replace=False))
            rows = [rows[i] for i in chosen]
        filled = sum(len(rows) for _, rows in waiting[shape])
        if filled + len(rows) > shape[1]:
            steps.append((shape, waiting[shape]))
            waiting[shape] = []
        waiting[shape].append((at, rows))
    steps += [(shape, rows) for shape, rows in waiting.items() if rows]
    return steps


class Below:
    """What the parts that are not trained make of rows: the same in every epoch, so it is kept (in 16 bits)."""

    def __init__(self, frozen):
        self.frozen, self.kept = frozen, {}

    def of(self, pieces, types):
        keys = [(row[row > 0].tobytes(), kind[row > 0].tobytes()) for row, kind in zip(pieces, types)]
        if any(key not in self.kept for key in keys if key[0]):
            made = np.asarray(_below(self.frozen, pieces, types), np.float16)
            for key, row, real in zip(keys, made, pieces > 0):
                self.kept[key] = row[real]
        x = np.zeros((*pieces.shape, model.WIDTH), np.float32)
        for row, key in zip(x, keys):
            if key[0]:
                row[:len(self.kept[key])] = self.kept[key]
        return x


@jax.jit
def _below(frozen, pieces, types):
    return model.below(frozen, pieces, types)


def step_arrays(step):
    (length, count), held = step
    pieces, types = np.zeros((count, length), np.int32), np.zeros((count, length), np.int32)
    owner, members, row = np.full(count, count, np.int32), np.full(count, -1), 0
    for number, (at, rows) in enumerate(held):
        members[number] = at
        for part, begins in rows:
            part = part[:length]
            pieces[row, :len(part)] = part
            types[row, begins:len(part)] = 1
            owner[row] = number
            row += 1
    return pieces, types, owner, members


def by_post(scores, owner):
    """The highest of a post's windows."""
    return jax.ops.segment_max(scores, owner, num_segments=len(owner) + 1)[:-1]


def rates(trained):
    """How fast each part learns, as a share of RATE."""
    layers = [
        jax.tree.map(lambda _, below=len(trained["layers"]) - 1 - i: LOWER ** below, layer)
        for i, layer in enumerate(trained["layers"])
    ]
    return {"layers": layers, "head": jax.tree.map(lambda _: HEAD_RATE / RATE, trained["head"])}


@jax.jit
def gradients(trained, x, real, owner, wanted, counts, key):
    def loss(trained):
        scores = by_post(model.above(trained, x, real, key), owner)
        scores = jnp.where(counts.any(1, keepdims=True), scores, 0.0)
        errors = jax.nn.softplus(scores) - scores * wanted
        return (errors * counts).sum() / 32.0 / WEIGHTS["item"] / 4

    value, gradient = jax.value_and_grad(loss)(trained)
    size = jnp.sqrt(sum(jnp.vdot(g, g) for g in jax.tree.leaves(gradient)))
    return value, gradient, 1 / jnp.maximum(size, 1.0)


@functools.partial(jax.jit, donate_argnums=(0, 1, 2))
def moved(weight, mean, square, gradient, clip, rate, of_mean, of_square):
    """One step of AdamW. Powers come from outside: XLA would raise them anew for every weight."""
    gradient = gradient * clip
    mean = 0.9 * mean + 0.1 * gradient
    square = 0.98 * square + 0.02 * gradient * gradient
    step = mean * of_mean / (jnp.sqrt(square * of_square) + 1e-8)
    return weight - rate * (step + DECAY * weight), mean, square


def update(trained, state, gradient, clip, at, rate):
    leaves, form = jax.tree.flatten(trained)
    parts = (jax.tree.leaves(part) for part in (*state, gradient, rates(trained)))
    powers = np.float32(1 / (1 - 0.9 ** at)), np.float32(1 / (1 - 0.98 ** at))
    found = [
        moved(weight, mean, square, change, clip, np.float32(rate * share), *powers)
        for weight, mean, square, change, share in zip(leaves, *parts)
    ]
    trained, mean, square = (jax.tree.unflatten(form, part) for part in zip(*found))
    return trained, (mean, square)


def train(trained, frozen, read, wanted, counts, names, epochs, highest, seed, after, log=sys.stderr):
    """Fits the parts that are trained. `read`: the rows of a post, with its profile or bare.
    `after` is told the parts after each epoch but the last."""
    generator = np.random.default_rng(seed)
    kinds = ["item" if name == "item" else "rule" if "/" in name else "family" for name in names]
    weight = np.array([WEIGHTS[kind] for kind in kinds], np.float32)
    rare = np.array([RARE if kind == "rule" else 1.0 for kind in kinds], np.float32)
    state = (jax.tree.map(jnp.zeros_like, trained), jax.tree.map(jnp.zeros_like, trained))
    key, at, started = jax.random.key(seed), 0, time.time()
    total, below = None, Below(frozen)
    for epoch in range(epochs):
        bare = generator.random(len(wanted)) < BARE
        shown = [read(i, bare[i]) for i in range(len(wanted))]
        steps = batches(shown, generator.permutation(len(shown)), generator)
        total = total or epochs * len(steps)
        losses = 0.0
        for number in generator.permutation(len(steps)):
            pieces, types, owner, members = step_arrays(steps[number])
            real = (members >= 0)[:, None]
            y = np.where(real, wanted[members], 0.0).astype(np.float32)
            c = (np.where(real, counts[members], 0.0) * weight * np.where(y > 0, rare, 1.0)).astype(np.float32)
            done = at / total
            rate = highest * min(done / WARM_UP, max(0.0, (1 - done) / (1 - WARM_UP)))
            at += 1
            key, part = jax.random.split(key)
            value, gradient, clip = gradients(trained, below.of(pieces, types), pieces > 0, owner, y, c, part)
            trained, state = update(trained, state, gradient, clip, at, rate)
            losses += float(value)
            if at % REPORT == 0:
                print(f"  step {at} of about {total}: {time.time() - started:.0f} s", file=log, flush=True)
        print(f"epoch {epoch + 1}: loss {losses / len(steps):.4f}, {time.time() - started:.0f} s", file=log, flush=True)
        if epoch + 1 < epochs:
            after(trained, epoch + 1)
    return trained


@jax.jit
def _scores(trained, frozen, pieces, types):
    return model.above(trained, model.below(frozen, pieces, types), pieces > 0)


def scores(trained, frozen, read):
    """Every head's score for each post: the highest of its windows."""
    out = np.full((len(read), trained["head"][1].shape[0]), -np.inf, np.float32)
    flat = sorted(((len(row[0]), at, row) for at, rows in enumerate(read) for row in rows), key=lambda x: x[:2])
    while flat:
        shape = next(shape for shape in SHAPES if flat[0][0] <= shape[0] or shape is SHAPES[-1])
        part = [entry for entry in flat[:shape[1]] if entry[0] <= shape[0] or shape is SHAPES[-1]]
        flat = flat[len(part):]
        pieces, types, _, _ = step_arrays((shape, [(at, [row]) for _, at, row in part]))
        found = np.asarray(_scores(trained, frozen, pieces, types))
        for (_, at, _), row in zip(part, found):
            out[at] = np.maximum(out[at], row)
    return out
