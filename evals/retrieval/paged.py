"""Recall by pages (evals, pure): for truth that names pages, a result counts for the pages that it touches.

A page is where the label was read; the same fact may stand elsewhere too (a datasheet's table of registers has each address again). So
where labels have words without a place, `holds@k` says for how many questions one of the first k results has all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from evals.retrieval.asking import Answer
from evals.retrieval.corpora import Question
from evals.retrieval.metric import KS, WRONG_AT, Result

HELD = (1, 4, 8)


def page_mean(
    questions: Sequence[Question], answers: Sequence[Answer], text_of: Callable[[str], str]
) -> dict[str, float]:
    """In per cent, over the questions: which share of the labelled pages the first k results touch, in the right document.

    `text_of` gives the canonical text of a file.
    """
    pairs = list(zip(questions, answers, strict=True))
    out: dict[str, float] = {"questions": len(pairs)}
    for k in KS:
        out[f"R@{k}"] = _percent([_recall(question, answer, k) for question, answer in pairs])
    out["wrong@8"] = _percent([_wrong(question, answer) for question, answer in pairs])
    worded = [(question, answer) for question, answer in pairs if _words(question)]
    for k in HELD if worded else ():
        out[f"holds@{k}"] = _percent([_holds(question, answer, k, text_of) for question, answer in worded])
    return out


def _percent(shares: Sequence[float]) -> float:
    return round(100 * sum(shares) / len(shares), 1)


def _recall(question: Question, answer: Answer, k: int) -> float:
    wanted = {page for quote in question.truth for page in quote.pages}
    touched = {
        page
        for result, pages in list(zip(answer.results, answer.pages, strict=True))[:k]
        if pages is not None and result.document == question.file
        for page in range(pages[0], pages[1] + 1)
    }
    return len(wanted & touched) / len(wanted) if wanted else 0.0


def _wrong(question: Question, answer: Answer) -> float:
    first = answer.results[:WRONG_AT]
    return sum(result.document != question.file for result in first) / len(first) if first else 0.0


def _words(question: Question) -> list[str]:
    return [_folded(quote.text) for quote in question.truth if quote.text and quote.start is None]


def _holds(question: Question, answer: Answer, k: int, text_of: Callable[[str], str]) -> bool:
    return any(
        _has(result, _words(question), text_of) for result in answer.results[:k] if result.document == question.file
    )


def _has(result: Result, words: Sequence[str], text_of: Callable[[str], str]) -> bool:
    text = _folded(text_of(result.document)[result.span.start : result.span.end])
    return all(each in text for each in words)


def _folded(text: str) -> str:
    """Hexadecimal numbers are written with and without `_`."""
    return text.replace("_", "").lower()
