"""How right scores are on posts that were not trained on."""

import numpy as np


def ranking(scores, wanted):
    """The chance that what should be found scores higher than what should not (area under the ROC curve)."""
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    positives = wanted > 0
    p, n = positives.sum(), (~positives).sum()
    return (ranks[positives].sum() - p * (p + 1) / 2) / (p * n) if p * n else float("nan")


def best_f1(scores, wanted, counts):
    """The best F1 over all cells with one bar for all, its precision, recall and the bar."""
    mask = counts > 0
    s, y = scores[mask], wanted[mask] > 0
    order = np.argsort(-s, kind="stable")
    right = np.cumsum(y[order])
    at = np.arange(1, len(order) + 1)
    f1 = 2 * right / (at + y.sum())
    best = int(f1.argmax())
    return f1[best], right[best] / at[best], right[best] / y.sum(), s[order][best]


def report(names, scores, wanted, counts, title, out):
    rules = [i for i, name in enumerate(names) if "/" in name]
    f1, precision, recall, bar = best_f1(scores[:, rules], wanted[:, rules], counts[:, rules])
    item = best_f1(scores[:, 0], wanted[:, 0], np.ones(len(scores)))
    seen = [i for i in rules if wanted[:, i].sum() >= 3]
    mean = np.nanmean([ranking(scores[counts[:, i] > 0, i], wanted[counts[:, i] > 0, i]) for i in seen])
    print(
        f"{title}: {len(scores)} posts; item AUC {ranking(scores[:, 0], wanted[:, 0]):.3f}, F1 {item[0]:.3f} "
        f"(precision {item[1]:.3f}, recall {item[2]:.3f} at {item[3]:.2f}); rules F1 {f1:.3f} "
        f"(precision {precision:.3f}, recall {recall:.3f} at {bar:.2f}), mean AUC of {len(seen)} rules {mean:.3f}",
        file=out, flush=True,
    )
