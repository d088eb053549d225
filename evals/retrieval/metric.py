"""The metric of LegalBench-RAG (evals, pure): character precision and recall of the first k results, averaged over questions.

Source: Pipitone and Alami, "LegalBench-RAG" (arXiv 2408.10343). Results of a wrong document count in the precision's denominator. Added:
the share of wrong-document results among the first 8 (arXiv 2510.06999 calls it document-level retrieval mismatch).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from proviso.text import Span

KS = (1, 2, 4, 8, 16, 32, 64)
WRONG_AT = 8


@dataclass(frozen=True, slots=True)
class Result:
    """A search result: a span of a document."""

    document: str
    span: Span


@dataclass(frozen=True, slots=True)
class Score:
    """One question: precision and recall (0 to 1) at each of `KS`, and the share of wrong documents among the first 8."""

    precision: tuple[float, ...]
    recall: tuple[float, ...]
    wrong: float


def score(results: Sequence[Result], document: str, truth: Sequence[Span]) -> Score:
    """Of `results`, best first; `truth` lies in `document`. Fewer results than k count as they are."""
    wanted = sum(map(len, truth))
    shown = list(accumulate((len(result.span) for result in results), initial=0))
    found = list(accumulate((_common(result, document, truth) for result in results), initial=0))
    at = [min(k, len(results)) for k in KS]
    first = results[:WRONG_AT]
    return Score(
        precision=tuple(found[k] / shown[k] if shown[k] else 0.0 for k in at),
        recall=tuple(min(1.0, found[k] / wanted) for k in at),
        wrong=sum(result.document != document for result in first) / len(first) if first else 0.0,
    )


def mean(scores: Iterable[Score]) -> dict[str, float]:
    """In per cent, by the names of the tables: P@1, R@1 … R@64, wrong@8; `questions` says over how many."""
    rows = list(scores)
    if not rows:
        return {"questions": 0}
    out: dict[str, float] = {"questions": len(rows), "P@1": _mean(row.precision[0] for row in rows)}
    for at, k in enumerate(KS):
        out[f"R@{k}"] = _mean(row.recall[at] for row in rows)
    return out | {"P@8": _mean(row.precision[KS.index(8)] for row in rows), "wrong@8": _mean(row.wrong for row in rows)}


def _mean(values: Iterable[float]) -> float:
    kept = list(values)
    return round(100 * sum(kept) / len(kept), 1)


def _common(result: Result, document: str, truth: Sequence[Span]) -> int:
    if result.document != document:
        return 0
    span = result.span
    return sum(max(0, min(span.end, true.end) - max(span.start, true.start)) for true in truth)
