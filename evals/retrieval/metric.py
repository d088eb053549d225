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
SHOWN_CHARS = 4000
"""Recall at k flatters long results; so recall is also taken in the first so many characters that are shown, whoever cut them."""


@dataclass(frozen=True, slots=True)
class Result:
    """A search result: a span of a document."""

    document: str
    span: Span


@dataclass(frozen=True, slots=True)
class Score:
    """One question: precision and recall (0 to 1) at each of `KS`, recall in the first `SHOWN_CHARS` characters, and the share of wrong
    documents among the first 8."""

    precision: tuple[float, ...]
    recall: tuple[float, ...]
    recall_in_chars: float
    wrong: float


def score(results: Sequence[Result], document: str, truth: Sequence[Span]) -> Score:
    """Of `results`, best first; `truth` lies in `document`. Fewer results than k count as they are.

    Where results overlap (a plain splitter's do), a character is found once, and shown as often as it is shown.
    """
    wanted = sum(map(len, truth))
    shown = list(accumulate((len(result.span) for result in results), initial=0))
    found = list(accumulate(_found(results, document, truth), initial=0))
    at = [min(k, len(results)) for k in KS]
    first = results[:WRONG_AT]
    return Score(
        precision=tuple(found[k] / shown[k] if shown[k] else 0.0 for k in at),
        recall=tuple(min(1.0, found[k] / wanted) for k in at),
        recall_in_chars=min(1.0, sum(_found(_first(results, SHOWN_CHARS), document, truth)) / wanted),
        wrong=sum(result.document != document for result in first) / len(first) if first else 0.0,
    )


def mean(scores: Iterable[Score]) -> dict[str, float]:
    """In per cent, by the names of the tables: P@1, R@1 … R@64, R@4kch (in 4,000 characters), wrong@8; `questions` says over how many."""
    rows = list(scores)
    if not rows:
        return {"questions": 0}
    out: dict[str, float] = {"questions": len(rows), "P@1": _mean(row.precision[0] for row in rows)}
    for at, k in enumerate(KS):
        out[f"R@{k}"] = _mean(row.recall[at] for row in rows)
    out["R@4kch"] = _mean(row.recall_in_chars for row in rows)
    return out | {"P@8": _mean(row.precision[KS.index(8)] for row in rows), "wrong@8": _mean(row.wrong for row in rows)}


def _mean(values: Iterable[float]) -> float:
    kept = list(values)
    return round(100 * sum(kept) / len(kept), 1)


def _first(results: Sequence[Result], chars: int) -> list[Result]:
    """The results that fit in so many characters, the last one cut."""
    out = []
    for result in results:
        span = Span(result.span.start, min(result.span.end, result.span.start + chars))
        out.append(Result(result.document, span))
        chars -= len(span)
        if not chars:
            break
    return out


def _found(results: Sequence[Result], document: str, truth: Sequence[Span]) -> list[int]:
    """For each result, how many characters of `truth` it holds that none before it held."""
    left = list(truth)
    out = []
    for result in results:
        if result.document != document:
            out.append(0)
            continue
        rest = [piece for true in left for piece in _without(true, result.span)]
        out.append(sum(map(len, left)) - sum(map(len, rest)))
        left = rest
    return out


def _without(span: Span, taken: Span) -> list[Span]:
    pieces = ((span.start, min(span.end, taken.start)), (max(span.start, taken.end), span.end))
    return [Span(start, end) for start, end in pieces if start < end]
