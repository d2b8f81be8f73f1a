"""Writes evaluation.json: what scikit-learn and statsmodels say of the labels of docs/examples and of two imitated models.

Run it in its folder, with scikit-learn and statsmodels. The imitation is of the ids alone, so that each run writes the same rows.
"""

import hashlib
import json
import pathlib

import sklearn
import statsmodels
from sklearn.metrics import accuracy_score, cohen_kappa_score, confusion_matrix, f1_score, precision_recall_fscore_support
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

NONE = "(no label)"
here = pathlib.Path(__file__).parent
lines = (here / "../../../../docs/examples/labels.jsonl").read_text().splitlines()
messages = [json.loads(line) for line in lines]
labels = sorted({m["text"] for m in messages})


def imitate(model, share_wrong, m):
    """The label that a model gives: mostly the right one; now and then another, one of its own, or none."""
    number = int.from_bytes(hashlib.sha256(f"{model}/{m['custom_id']}".encode()).digest()[:8], "big")
    chance, other = number % 1000, number // 1000
    if chance < 15:
        return None
    if chance < 25:
        return "complaint"
    if chance < 25 + share_wrong * 10:
        return labels[other % len(labels)]
    return m["text"]


rows = [
    {"id": m["custom_id"], "expected": m["text"], "haiku": imitate("haiku", 22, m), "sonnet": imitate("sonnet", 8, m)}
    for m in messages
]


def measure(model):
    expected = [r["expected"] for r in rows]
    actual = [r[model] or NONE for r in rows]
    known = sorted((set(expected) | set(actual)) - {NONE})
    correct = sum(e == a for e, a in zip(expected, actual))
    low, high = proportion_confint(correct, len(rows), method="wilson")
    scores = precision_recall_fscore_support(expected, actual, labels=known, zero_division=0)
    matrix = confusion_matrix(expected, actual, labels=known + [NONE])
    return {
        "correct": correct,
        "answered": sum(a != NONE for a in actual),
        "accuracy": accuracy_score(expected, actual),
        "low": low,
        "high": high,
        "macroF1": f1_score(expected, actual, labels=known, average="macro", zero_division=0),
        "weightedF1": f1_score(expected, actual, labels=known, average="weighted", zero_division=0),
        "labels": [
            {"label": label, "precision": p, "recall": r, "f1": f, "support": int(s)} for label, p, r, f, s in zip(known, *scores)
        ],
        "confusion": [
            {"expected": e, "actual": None if a == NONE else a, "count": int(matrix[i][j])}
            for i, e in enumerate(known)
            for j, a in enumerate(known + [NONE])
            if matrix[i][j]
        ],
    }


both = [r for r in rows if r["haiku"] and r["sonnet"]]
only_haiku = sum(r["haiku"] == r["expected"] != r["sonnet"] for r in both)
only_sonnet = sum(r["sonnet"] == r["expected"] != r["haiku"] for r in both)


def p_of(first, second):
    return float(mcnemar([[0, first], [second, 0]], exact=True).pvalue)


result = {
    "versions": {"scikit-learn": sklearn.__version__, "statsmodels": statsmodels.__version__},
    "rows": rows,
    "jobs": {"haiku": measure("haiku"), "sonnet": measure("sonnet")},
    "against": {
        "rows": len(both),
        "agreement": accuracy_score([r["haiku"] for r in both], [r["sonnet"] for r in both]),
        "kappa": cohen_kappa_score([r["haiku"] for r in both], [r["sonnet"] for r in both]),
        "onlyHaiku": only_haiku,
        "onlySonnet": only_sonnet,
        "p": p_of(only_haiku, only_sonnet),
    },
    "wilson": [
        dict(zip(("hits", "of", "low", "high"), (hits, of, *map(float, proportion_confint(hits, of, method="wilson")))))
        for hits, of in [(0, 1), (1, 1), (0, 10), (10, 10), (7, 10), (1, 1000), (88571, 100000)]
    ],
    "mcNemar": [
        {"first": first, "second": second, "p": p_of(first, second)}
        for first, second in [(0, 0), (1, 0), (0, 6), (5, 5), (3, 11), (400, 350), (0, 1074), (600, 400), (50000, 49000)]
    ],
}
(here / "evaluation.json").write_text(json.dumps(result, indent=1) + "\n")
