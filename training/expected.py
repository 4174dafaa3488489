"""Writes what the Python forward pass gives for some posts and stories, for crates/reader/tests/python.rs:
python training/expected.py TRAINED.npz STORIES.npz"""

import argparse
import json
import math
import pathlib

import jax.numpy as jnp
import numpy as np

import export
import fit
import posts as data
import stories
from wordpiece import WordPiece

HERE = pathlib.Path(__file__).resolve().parent
FILE = HERE.parent / "crates/reader/tests/python.jsonl"
STORIES = HERE.parent / "crates/reader/tests/stories.jsonl"


def rounded(rows):
    """Weights as the exported whole numbers stand for them."""
    numbers, scales = export.whole(rows)
    return jnp.asarray(numbers * scales[:, None], jnp.float32)


def parts(trained):
    """Weights as model.py takes them: what is trained, and what is not."""
    plain = lambda name: (jnp.asarray(trained[name + ".weight"]), jnp.asarray(trained[name + ".bias"]))
    whole = lambda name: (rounded(trained[name + ".weight"]), jnp.asarray(trained[name + ".bias"]))
    layers = sum(name.endswith(".qkv.weight") for name in trained.files)
    layer = lambda at: {
        part: (plain if part.startswith("norm") else whole)(f"{at}.{part}")
        for part in ("qkv", "out", "norm1", "up", "down", "norm2")
    }
    frozen = {
        "words": rounded(trained["words"]), "positions": jnp.asarray(trained["positions"]),
        "types": jnp.asarray(trained["types"]), "norm": plain("norm"), "layers": [],
    }
    return {"layers": [layer(at) for at in range(layers)], "head": plain("head")}, frozen


def judged(trained, frozen, post, pieces):
    """The scores of a post, as crates/reader/src/lib.rs has them."""
    large = data.rows(post, pieces)
    small = data.rows(post, pieces, most=data.SMALL) if len(large) > 1 else []
    found = fit.scores(trained, frozen, [[row] for row in large + small])
    found[len(large):] -= data.SMALL_LOSES
    return found.max(axis=0) - max(0.0, math.log(len(found) / data.USUAL))


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("trained", type=pathlib.Path)
    ask.add_argument("stories", type=pathlib.Path)
    given = ask.parse_args()
    weights = np.load(given.trained)
    trained, frozen = parts(weights)
    pieces = WordPiece([str(piece) for piece in weights["vocabulary"]])
    wanted = [json.loads(line)["id"] for line in FILE.read_text().splitlines()]
    everything = {post["id"]: post for post in data.read(HERE.parent / "corpus")[0]}
    found = [judged(trained, frozen, everything[name], pieces) for name in wanted]
    lines = [json.dumps({"id": name, "scores": [round(float(score), 3) for score in row]}) for name, row in zip(wanted, found)]
    FILE.write_text("\n".join(lines) + "\n")
    trained, frozen = parts(np.load(given.stories))
    told = [json.loads(line)["items"] for line in STORIES.read_text().splitlines()]
    found = stories.scores(trained, frozen, [data.story_row([everything[name] for name in items], pieces) for items in told])
    lines = [json.dumps({"items": items, "score": round(float(score), 3)}) for items, score in zip(told, found)]
    STORIES.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
