"""The shipped weights as train.py and export.py take them: python training/shipped.py POSTS.npz STORIES.npz

For going on where the last training stopped, when sets are added to the corpus. They were rounded to 8 bits once; writing
them again with export.py gives the same numbers."""

import json
import pathlib
import sys

import numpy as np

from export import MAGIC
from model import FIXED, INNER, LAYERS, WIDTH

FILE = pathlib.Path(__file__).resolve().parent.parent / "crates/reader/model/reader.bin"


class Parts:
    """What is left of the bytes."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, kind, *shape):
        array = np.frombuffer(self.data, kind, int(np.prod(shape)), self.at).reshape(shape)
        self.at += array.nbytes
        return array

    def text(self):
        return self.take("u1", int(self.take("<u4", 1)[0])).tobytes().decode()

    def linear(self, into, name, rows, columns):
        scales, into[name + ".bias"] = self.take("<f4", rows), self.take("<f4", rows)
        into[name + ".weight"] = self.take("i1", rows, columns) * scales[:, None]

    def layer(self, into, number):
        for part, norm, rows, columns in (
            ("qkv", "", 3 * WIDTH, WIDTH), ("out", "norm1", WIDTH, WIDTH), ("up", "", INNER, WIDTH), ("down", "norm2", WIDTH, INNER),
        ):
            self.linear(into, f"{number}.{part}", rows, columns)
            if norm:
                self.norm(into, f"{number}.{norm}")

    def norm(self, into, name):
        into[name + ".weight"], into[name + ".bias"] = self.take("<f4", WIDTH), self.take("<f4", WIDTH)


def read(path=FILE):
    """The weights that judge posts, and those that judge stories."""
    parts = Parts(path.read_bytes())
    parts.at = len(MAGIC) + 32
    header, vocabulary = json.loads(parts.text()), parts.text().split("\n")
    shared = {"vocabulary": vocabulary, "names": header["heads"], "posts": header["posts"], "digest": header["data_sha256"]}
    scales = parts.take("<f4", len(vocabulary))
    shared["words"] = parts.take("i1", len(vocabulary), WIDTH) * scales[:, None]
    shared["positions"], shared["types"] = parts.take("<f4", header["positions"], WIDTH), parts.take("<f4", 2, WIDTH)
    parts.norm(shared, "norm")
    for number in range(FIXED):
        parts.layer(shared, number)
    tops = []
    for heads in (len(header["heads"]), 1):
        top = dict(shared)
        for number in range(FIXED, LAYERS):
            parts.layer(top, number)
        top["head.weight"], top["head.bias"] = parts.take("<f4", heads, 2 * WIDTH), parts.take("<f4", heads)
        tops.append(top)
    if parts.at != len(parts.data):
        raise SystemExit(f"{path} has {len(parts.data) - parts.at} bytes too many")
    return tops


if __name__ == "__main__":
    for arrays, output in zip(read(), sys.argv[1:], strict=True):
        np.savez(output, **arrays)
