"""The quality of detection on graded, silver, natural and planted pairs; see ``commands``."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from benchmarks.detect.corpus import DATA, SETTINGS, file_copies, identify, newswire
from benchmarks.invented.edits import EDITS, NEGATIVES, Pool, other_figures
from benchmarks.invented.templates import FORMS, report, rewritten
from dedupe.detect import Index, compare
from dedupe.detect.candidates import with_index
from dedupe.detect.sketch import sketch_compiled
from dedupe.detect.verify import overlap, read_compiled, verify
from dedupe.words import words

FEWEST_FIGURES = 4
"""A text with fewer figures is no template in the planted corpus; ``templates`` has these too."""

BY_FIGURES = (0, 3, 4, 7, 12)
OCCASIONS = 200


def graded() -> dict[str, Any]:
    """F1 on pairs that people graded."""
    result = {}
    for name in ("webis_ecir20_web", "copycat_half"):
        rows = list(map(json.loads, (DATA / f"{name}.jsonl").open(encoding="utf-8")))
        found = [compare(row["text_a"], row["text_b"]).relation != "distinct" for row in rows]
        truth = [row["grade"] >= 1 for row in rows]
        right = sum(one and other for one, other in zip(found, truth, strict=True))
        result[name] = {
            "f1": round(2 * right / (sum(found) + sum(truth)), 4),
            "false": sum(found) - right,
            "missed": sum(truth) - right,
        }
    return result


def silver() -> dict[str, Any]:
    """Share found of the newspaper pairs with one headline, by their similarity."""
    texts = {
        row["id"]: row["text"] for row in pq.read_table(DATA / "newswire_en.parquet").to_pylist()
    }
    path = DATA / "newswire_en_same_headline.jsonl"
    rows = list(map(json.loads, path.open(encoding="utf-8")))
    result = {}
    for low, high in ((0.5, 1.01), (0.3, 0.5)):
        pairs = [row for row in rows if low <= row["j5"] < high]
        verdicts = [compare(texts[row["id_a"]], texts[row["id_b"]]) for row in pairs]
        result[f"j5 from {low}"] = {
            "pairs": len(pairs),
            "recall": round(np.mean([each.relation != "distinct" for each in verdicts]), 4),
            "reasons": Counter(each.reason for each in verdicts),
        }
    return result


def natural() -> dict[str, Any]:
    """Pairs that an exact join of all pairs accepts, and the share that becomes candidates."""
    from scipy import sparse

    result = {}
    for language in ("en", "fr"):
        texts = [row["text"] for row in newswire(language)]
        readings = read_compiled(texts, SETTINGS.shingle)
        sizes = [len(each.shingles) for each in readings]
        _, column = np.unique(
            np.concatenate([each.shingles for each in readings]), return_inverse=True
        )
        matrix = sparse.csr_matrix(
            (np.ones(len(column), np.float32), (np.repeat(np.arange(len(texts)), sizes), column))
        )
        shared_by = np.asarray((matrix > 0).sum(axis=0)).ravel()
        # Pairs that share only shingles of more than 200 texts can be neither near nor contained.
        matrix = matrix[:, (shared_by > 1) & (shared_by <= 200)].tocsr()
        true, curve = set(), defaultdict(list)
        for first in range(0, len(texts), 500):
            product = (matrix[first : first + 500] @ matrix.T).tocoo()
            keep = (product.col > product.row + first) & (product.data >= 8)
            for one, other in zip(
                (product.row[keep] + first).tolist(), product.col[keep].tolist(), strict=True
            ):
                found = overlap(readings[one], readings[other])
                if found.jaccard >= 0.2 or found.containment >= SETTINGS.containment:
                    curve[int(found.jaccard * 20) / 20].append((one, other))
                    if verify(readings[one], readings[other], SETTINGS).relation != "distinct":
                        true.add((one, other))
        candidates = candidates_among(texts)
        result[language] = {
            "texts": len(texts),
            "accepted_pairs": len(true),
            "recall": round(len(true & candidates) / len(true), 5),
            "candidates_per_text": round(len(candidates) / len(texts), 2),
            "recall_by_jaccard": {
                low: round(np.mean([pair in candidates for pair in pairs]), 3)
                for low, pairs in sorted(curve.items())
            },
        }
    return result


def candidates_among(texts: Sequence[str]) -> set[tuple[int, int]]:
    """Pairs that an index of all ``texts`` gives when it is asked for each."""
    with tempfile.TemporaryDirectory() as folder:
        index = Index.create(Path(folder), SETTINGS)
        sketches = sketch_compiled(texts, index.parameters)
        update = index.draft("1")
        update.add_sketches([identify(at) for at in range(len(texts))], sketches)
        update.write()
        index = Index.open(Path(folder), "1", SETTINGS)
        rows, ordinals = with_index(sketches, index, np.ones(len(texts), dtype=bool))
        pairs = zip(rows.tolist(), ordinals.tolist(), strict=True)
        return {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}


def planted() -> dict[str, Any]:
    """A corpus with known truth, detected in one batch: recall by edit, precision, clusters."""
    result = {}
    for language in ("en", "fr"):
        texts, truth, kind = planted_corpus(language)
        filed, seconds, _ = file_copies(texts, {each: kind[each] != "origin" for each in texts})
        result[language] = {
            "texts": len(texts),
            **planted_scores(filed, truth, kind),
            "documents_per_s": round(len(texts) / seconds),
        }
    return result


def planted_corpus(language: str) -> tuple[dict[str, str], dict[str, int], dict[str, str]]:
    """Texts, which story each tells, and by which edit it was made, by id."""
    rows = newswire(language)
    pool = Pool([row["text"] for row in rows[-1500:]])
    texts, truth, kind = {}, {}, {}
    for number, text in enumerate(_unlike([row["text"] for row in rows[:-1500]])[:4000]):
        origin = identify((number, "origin"))
        texts[origin], truth[origin], kind[origin] = text, number, "origin"
        edit = list(EDITS)[number % len(EDITS)]
        copy = identify((number, edit))
        texts[copy] = EDITS[edit](text, Random(f"{edit}{number}"), pool)
        truth[copy], kind[copy] = number, edit
        name = list(NEGATIVES)[number % len(NEGATIVES)]
        if name == "other_day" and len(read_compiled([text], 3)[0].figures) < FEWEST_FIGURES:
            continue
        other = identify((number, name))
        texts[other] = NEGATIVES[name](text, Random(f"{name}{number}"), pool)
        truth[other], kind[other] = -1 - number, name
    return texts, truth, kind


def templates() -> dict[str, Any]:
    """Occasions of one template that were merged, and updates of one occasion that were found.

    Planted: news articles with other figures, days and names, or with other figures alone, by the
    figures that they have. Invented: the forms of ``benchmarks.invented.templates``.
    """
    result: dict[str, Any] = {}
    for language in ("en", "fr"):
        rows = newswire(language)
        pool = Pool([row["text"] for row in rows[-1500:]])
        texts = _unlike([row["text"] for row in rows[:-1500]])[:3000]
        for name, edit in {**NEGATIVES, "other_figures": other_figures, **EDITS}.items():
            if name in {"other_day", "other_figures", "update"}:
                found = _accepted(
                    [(text, edit(text, Random(f"{name} {text}"), pool)) for text in texts]
                )
                result[f"{language} {name}"] = found
    forms: dict[str, list[bool]] = defaultdict(list)
    for form in FORMS:
        told = [report(form, occasion) for occasion in range(OCCASIONS + 1)]
        for kind, pairs in (
            ("another occasion", list(itertools.pairwise(told))),
            ("update", [(each, rewritten(each, Random(each), pool)) for each in told]),
        ):
            verdicts = _verdicts(pairs)
            forms[kind] += verdicts
            if kind == "another occasion" and any(verdicts):
                result.setdefault("merged by form", {})[form] = round(np.mean(verdicts), 4)
    return {**result, "forms": {kind: round(np.mean(forms[kind]), 4) for kind in forms}}


def _verdicts(pairs: Sequence[tuple[str, str]]) -> list[bool]:
    left, right = (read_compiled(texts, SETTINGS.shingle) for texts in zip(*pairs, strict=True))
    return [
        verify(one, other, SETTINGS).relation != "distinct"
        for one, other in zip(left, right, strict=True)
    ]


def _accepted(pairs: Sequence[tuple[str, str]]) -> dict[str, float]:
    """The share of changed pairs that were accepted, by the figures of the first text."""
    changed = [pair for pair in pairs if words(pair[0]) != words(pair[1])]
    verdicts = np.array(_verdicts(changed))
    readings = read_compiled([one for one, _ in changed], SETTINGS.shingle)
    figures = np.array([len(each.figures) for each in readings])
    bins = np.digitize(figures, BY_FIGURES) - 1
    return {
        f"{low} figures or more": round(float(verdicts[bins == at].mean()), 4)
        for at, low in enumerate(BY_FIGURES)
        if (bins == at).any()
    }


def planted_scores(
    filed: Mapping[str, str], truth: Mapping[str, int], kind: Mapping[str, str]
) -> dict[str, Any]:
    """How well a planted corpus was filed: ``filed`` says under which text a text was put."""
    cluster = {each: filed.get(each, each) for each in truth}
    by_kind: dict[str, list[bool]] = defaultdict(list)
    for each, name in kind.items():
        if name != "origin":
            origin = identify((abs(truth[each]) - (truth[each] < 0), "origin"))
            by_kind[name].append(cluster[each] == cluster[origin])
    wrong = [each for each, centre in filed.items() if truth[each] != truth[centre]]
    return {
        "recall": {name: round(np.mean(by_kind[name]), 4) for name in EDITS},
        "merged_negatives": {name: round(np.mean(by_kind[name]), 4) for name in NEGATIVES},
        "precision": round(1 - len(wrong) / max(1, len(filed)), 5),
        **_cluster_scores(cluster, truth),
    }


def _unlike(texts: Sequence[str]) -> list[str]:
    """The texts that are like no earlier one, so that only what is planted is a copy."""
    named = {identify(at): text for at, text in enumerate(texts)}
    candidates = candidates_among(texts)
    readings = read_compiled(texts, SETTINGS.shingle)
    alike = {
        max(pair)
        for pair in candidates
        if overlap(readings[pair[0]], readings[pair[1]]).containment > 0.2
    }
    return [text for at, text in enumerate(named.values()) if at not in alike]


def _cluster_scores(cluster: Mapping[str, str], truth: Mapping[str, int]) -> dict[str, float]:
    """B-cubed F1 (Bagga and Baldwin, 1998), adjusted Rand index, largest wrong merge."""
    both = Counter((cluster[each], truth[each]) for each in cluster)
    found, real = Counter(cluster.values()), Counter(truth.values())
    total = len(cluster)
    precision = sum(count * count / found[name] for (name, _), count in both.items()) / total
    recall = sum(count * count / real[name] for (_, name), count in both.items()) / total
    pairs = [sum(n * (n - 1) / 2 for n in each.values()) for each in (both, found, real)]
    chance = pairs[1] * pairs[2] / (total * (total - 1) / 2)
    mixed = defaultdict(set)
    for name, real_name in both:
        mixed[name].add(real_name)
    return {
        "b_cubed_f1": round(2 * precision * recall / (precision + recall), 5),
        "adjusted_rand": round((pairs[0] - chance) / ((pairs[1] + pairs[2]) / 2 - chance), 5),
        "largest_wrong_merge": max(map(len, mixed.values())),
    }
