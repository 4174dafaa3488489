"""Trains whitecoat's reader: python training/train.py --help"""

import argparse
import pathlib
import sys

import jax
import jax.numpy as jnp
import numpy as np

import fit
import measure
import model
import posts as data
from wordpiece import SPECIAL, WordPiece

HERE = pathlib.Path(__file__).resolve().parent
VOCABULARY = 16384  # pieces that are kept


def trimmed(base, texts, vocabulary=None):
    """The vocabulary: all pieces that the posts need and all ends of words in ASCII, then the base's commonest words."""
    rows = {piece: at for at, piece in enumerate(base)}
    if vocabulary:
        return vocabulary, np.array([rows[piece] for piece in vocabulary])
    full = WordPiece(SPECIAL + [piece for piece in base if not piece.startswith("[")])
    used = {full.vocabulary[piece] for text in texts for piece in full.pieces(text)}
    single = {piece for piece in base if len(piece.removeprefix("##")) == 1 and piece.isascii()}
    ends = [piece for piece in base if piece.startswith("##") and piece.isascii()]
    whole = [piece for piece in base if piece.isascii() and piece.isalnum()]
    wanted = list(dict.fromkeys([*sorted(used | single), *ends, *whole]))
    kept = set([piece for piece in wanted if piece not in SPECIAL][:VOCABULARY - len(SPECIAL)])
    vocabulary = SPECIAL + [piece for piece in base if piece in kept]
    return vocabulary, np.array([rows[piece] for piece in vocabulary])


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--corpus", default=HERE.parent / "corpus")
    ask.add_argument("--hold-out", default="", help="sets that are not trained on but scored, such as K,M")
    ask.add_argument("--epochs", type=int, default=3)
    ask.add_argument("--rate", type=float, default=fit.RATE, help="the highest rate; it falls to nothing over the run")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--start", type=pathlib.Path, help="weights (.npz) to go on from, instead of the base's")
    ask.add_argument("--output", type=pathlib.Path, required=True, help="trained weights (.npz), for export.py")
    given = ask.parse_args()
    held = [name for name in given.hold_out.split(",") if name]
    everything, digest = data.read(given.corpus, held)
    print(f"{len(everything)} posts, sha256 {digest}, held out: {held or 'nothing'}", file=sys.stderr)
    learn = [i for i, post in enumerate(everything) if data.set_of(post) not in held]
    start = np.load(given.start) if given.start else None
    rules = sorted({rule for post in everything for rule in [*post["expect"], *(post.get("also_ok") or [])]})
    names = [str(name) for name in start["names"]] if given.start else data.heads(rules)
    weights, base = model.base()
    texts = [
        text for post in (everything[i] for i in learn)
        for text in (data.own_text(post), (post.get("parent") or {}).get("text") or "", (post.get("profile") or {}).get("bio") or "", (post.get("profile") or {}).get("profession") or "")
    ]
    vocabulary, kept = trimmed(base, texts, start["vocabulary"].tolist() if given.start else None)
    pieces = WordPiece(vocabulary)
    labelled = [data.labels(post, names) for post in everything]
    wanted, counts = (np.stack(part) for part in zip(*labelled))
    trained, frozen = model.parameters(weights, kept, len(names))
    if given.start:
        trained = go_on(trained, start)
    keep = lambda trained, path: save(path, trained, frozen, names, vocabulary, digest, held, len(learn))
    trained = fit.train(
        trained, frozen, lambda i, bare: data.rows(everything[learn[i]], pieces, bare), wanted[learn], counts[learn], names,
        given.epochs, given.rate, given.seed,
        lambda trained, epoch: keep(trained, given.output.with_suffix(f".{epoch}.npz")),
    )
    keep(trained, given.output)
    for name in held:
        at = [i for i, post in enumerate(everything) if data.set_of(post) == name]
        if at:
            found = fit.scores(trained, frozen, [data.rows(everything[i], pieces) for i in at])
            measure.report(names, found, wanted[at], counts[at], name, sys.stderr)
            np.savez(given.output.with_suffix(f".{name}.npz"), scores=found, ids=[everything[i]["id"] for i in at])


def go_on(trained, start):
    """The parts that are trained, as an earlier run left them."""
    pair = lambda name: (jnp.asarray(start[name + ".weight"]), jnp.asarray(start[name + ".bias"]))
    layers = [{part: pair(f"{number + model.FIXED}.{part}") for part in layer} for number, layer in enumerate(trained["layers"])]
    return {"layers": layers, "head": pair("head")}


def save(path, trained, frozen, names, vocabulary, digest, held, posts):
    arrays = {name: frozen[name] for name in ("words", "positions", "types")}
    arrays["norm.weight"], arrays["norm.bias"] = frozen["norm"]
    arrays["head.weight"], arrays["head.bias"] = trained["head"]
    for number, layer in enumerate(frozen["layers"] + trained["layers"]):
        for part, (weight, bias) in layer.items():
            arrays[f"{number}.{part}.weight"], arrays[f"{number}.{part}.bias"] = weight, bias
    arrays = {name: np.asarray(array) for name, array in arrays.items()}
    np.savez(path, **arrays, names=names, vocabulary=vocabulary, digest=digest, posts=posts, held=",".join(held))


if __name__ == "__main__":
    jax.config.update("jax_default_prng_impl", "rbg")  # threefry is slow on processors
    main()
