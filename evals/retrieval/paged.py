"""Recall by pages (evals, pure): for truth that names pages, a result counts for the pages that it touches."""

from __future__ import annotations

from collections.abc import Sequence

from evals.retrieval.asking import Answer
from evals.retrieval.corpora import Question
from evals.retrieval.metric import KS


def page_mean(questions: Sequence[Question], answers: Sequence[Answer]) -> dict[str, float]:
    """In per cent, over the questions: which share of the labelled pages the first k results touch, in the right document."""
    pairs = list(zip(questions, answers, strict=True))
    out: dict[str, float] = {"questions": len(pairs)}
    for k in KS:
        out[f"R@{k}"] = round(100 * sum(_recall(question, answer, k) for question, answer in pairs) / len(pairs), 1)
    return out


def _recall(question: Question, answer: Answer, k: int) -> float:
    wanted = {page for quote in question.truth for page in quote.pages}
    touched = {
        page
        for result, pages in list(zip(answer.results, answer.pages, strict=True))[:k]
        if pages is not None and result.document == question.file
        for page in range(pages[0], pages[1] + 1)
    }
    return len(wanted & touched) / len(wanted) if wanted else 0.0
