"""Sets what the reader's scores are worth, on posts that it, the rules and the learned signal have not seen.

    cargo run -p whitecoat-reader --example scores -- WEIGHTS.bin POSTS.jsonl... > scores.jsonl
    python training/calibrate.py scores.jsonl POSTS.jsonl...
"""

import argparse
import json
import pathlib
import struct
import sys

import numpy as np

import measure
import posts as data

HERE = pathlib.Path(__file__).resolve().parent

# Never found by the reader alone: what is plain in the words, and speech that the law protects.
NEVER_ALONE = ("conduct/profanity", "conduct/employer-criticism")

# The reader may make findings alone from the log-odds on at which, over all rules, so many were right, counting one more
# that was not.
SURE = 0.75

# What the reader's log-odds add beside the rules and the learned signal: chosen by hand among a few dozen on U and X, looked
# at on V and Y. Where the reader says less than DISAGREES, the learned signal makes no finding alone (as in the engine).
EVIDENCE = {"rule": 0.5, "item": 0.0, "shift": 1.5, "beside": 0.8}
DISAGREES = -2.0

LEARNED_MOST, MOST = 1.8, 2.5  # as in the engine


def logistic(columns, right, weights=None):
    """Logistic regression by Newton's method, barely regularised."""
    x = np.column_stack([*columns, np.ones(len(right))])
    y = np.asarray(right, float)
    fit = np.zeros(x.shape[1])
    for _ in range(40):
        p = 1 / (1 + np.exp(-np.clip(x @ fit, -30, 30)))
        curvature = (x * (p * (1 - p))[:, None]).T @ x + 1e-6 * np.eye(x.shape[1])
        fit += np.linalg.solve(curvature, x.T @ (y - p) - 1e-6 * fit)
    return fit


def learned_model(path):
    """The learned signal's heads: name, bias and a weight for each bucket; then weight and shift of its evidence."""
    file = path.read_bytes()
    weight, shift, count = struct.unpack_from("<ffH", file, 8)
    at, heads = 18, []
    for _ in range(count):
        length = file[at]
        name = file[at + 1:at + 1 + length].decode()
        bias, scale, bar = struct.unpack_from("<fff", file, at + 1 + length)
        heads.append((name, bias, scale, bar))
        at += 1 + length + 12
    table = np.zeros((1 << 16, count), np.float32)
    for bucket in range(1 << 16):
        here = file[at]
        for pair in range(here):
            head, value = struct.unpack_from("<Bb", file, at + 1 + 2 * pair)
            table[bucket, head] = value * heads[head][2]
        at += 1 + 2 * here
    return [(name, bias, bar) for name, bias, _, bar in heads], table, weight, shift


def bar(scores, right):
    """The lowest score from which on enough were right."""
    order = np.argsort(-scores, kind="stable")
    sure = np.cumsum(right[order]) / (np.arange(len(order)) + 2) >= SURE
    return float(scores[order][np.nonzero(sure)[0].max()]) if sure.any() else float("inf")


def f1(found, wanted, counts):
    right = (found & (wanted > 0)).sum()
    wrong = (found & (wanted == 0) & (counts > 0)).sum()
    missed = (~found & (wanted > 0)).sum()
    precision, recall = right / max(right + wrong, 1), right / max(right + missed, 1)
    return f"precision {precision:.3f} recall {recall:.3f} F1 {2 * right / max(2 * right + wrong + missed, 1):.3f}"


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("scores", type=pathlib.Path)
    ask.add_argument("labelled", type=pathlib.Path, nargs="+")
    ask.add_argument("--learned", type=pathlib.Path, default=HERE.parent / "crates/engine/learned/model.bin")
    ask.add_argument("--output", type=pathlib.Path, default=HERE / "calibration.json")
    given = ask.parse_args()
    labelled = {}
    for path in given.labelled:
        for line in path.read_text().splitlines():
            post = json.loads(line)
            labelled[post["id"]] = post
    lines = [json.loads(line) for line in given.scores.read_text().splitlines()]
    names, lines = lines[0]["heads"], lines[1:]
    posts = [labelled[line["id"]] for line in lines]
    scores = np.array([line["scores"] for line in lines])
    wanted, counts = (np.stack(part) for part in zip(*(data.labels(post, names) for post in posts)))
    sets = np.array([data.set_of(post) for post in posts])
    for name in sorted(set(sets)):
        at = sets == name
        measure.report(names, scores[at], wanted[at], counts[at], name, sys.stdout)
    measure.report(names, scores, wanted, counts, "all", sys.stdout)

    rules = [i for i, name in enumerate(names) if "/" in name]
    rule_names = [names[i] for i in rules]
    s, y, c = scores[:, rules], wanted[:, rules], counts[:, rules]
    item = logistic([scores[:, 0]], wanted[:, 0])
    rule = logistic([s[c > 0]], y[c > 0])
    limit = bar(s[c > 0], y[c > 0])
    bars = {name: round(limit, 3) for name in rule_names if name not in NEVER_ALONE}
    print(f"item: {item[0]:.3f} * score + {item[1]:.3f}; rules: {rule[0]:.3f} * score + {rule[1]:.3f}; alone from {limit:.3f}")

    heads, table, weight, shift = learned_model(given.learned)
    linear = np.zeros_like(s)
    alone_linear = np.zeros(s.shape, bool)
    for at, line in enumerate(lines):
        buckets = np.array([b for b, _ in line["features"]], int)
        values = np.array([v for _, v in line["features"]], np.float32)
        sums = values @ table[buckets] if len(buckets) else np.zeros(len(heads))
        for number, (name, bias, least) in enumerate(heads):
            if name in rule_names:
                linear[at, rule_names.index(name)] = sums[number] + bias
                alone_linear[at, rule_names.index(name)] = sums[number] + bias >= least
    own = np.full(s.shape, np.nan)
    for at, line in enumerate(lines):
        for name, value in line["own"].items():
            if value is not None and name in rule_names:
                own[at, rule_names.index(name)] = value
    measure.report(names, _with(scores, rules, linear), wanted, counts, "learned signal", sys.stdout)

    log_odds = rule[0] * s + rule[1]
    evidence = np.clip(linear * weight + shift, -LEARNED_MOST, LEARNED_MOST)
    more = np.clip(log_odds * EVIDENCE["rule"] + EVIDENCE["shift"], -MOST, MOST) + EVIDENCE["beside"] * evidence
    own = np.where(np.isnan(own), -99, own)
    able = np.array([name not in NEVER_ALONE for name in rule_names])
    alone = (s >= limit) & able | alone_linear & (log_odds >= DISAGREES)
    for title, found in (
        ("rules alone", own >= 0),
        ("rules and learned signal", (own + evidence >= 0) | alone_linear),
        ("rules, learned signal and reader", (own + more >= 0) | alone),
    ):
        clean = wanted[:, 0] == 0
        print(f"{title}: rules {f1(found, y, c)}; posts {f1(found.any(1), wanted[:, 0], np.ones(len(s)))}; "
              f"clean posts with a finding {found[clean].any(1).mean():.3f}")
    given.output.write_text(json.dumps({
        "item": {"slope": round(float(item[0]), 4), "shift": round(float(item[1]), 4)},
        "rule": {"slope": round(float(rule[0]), 4), "shift": round(float(rule[1]), 4)},
        "evidence": EVIDENCE,
        "bars": bars,
    }, indent=2) + "\n")


def _with(scores, rules, linear):
    out = scores.copy()
    out[:, rules] = linear
    return out


if __name__ == "__main__":
    main()
