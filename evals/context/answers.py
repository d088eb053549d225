"""What a model makes of it (evals): labelled questions, answerable and not, put to a running service that has an endpoint.

Everything goes through `POST /v1/ask`. Counted are outcomes, states of quotes, labelled words that the evidence holds, tokens and time;
whether an answer's own words are right is for people, so question, answer and labelled words are written out for them.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from evals.results import percentile
from evals.retrieval.asking import nearest
from evals.retrieval.corpora import FOLDERS, Quote
from proviso.text import Span, gaps

CLIENTS = 2
SEED = 17
PATIENCE_S = 900.0
VERIFIED = ("exact", "normalised", "partial")


@dataclass(frozen=True, slots=True)
class Posed:
    """A question about a document; without labelled words its document does not contain the answer."""

    id: str
    file: str
    text: str
    truth: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer beside its question: what is counted of it, and what people need to judge it."""

    posed: Posed
    outcome: str
    states: tuple[str, ...]
    recall: float | None
    """Share of the labelled words that verified evidence holds; None where there are none."""
    unsupported: int
    usage: dict[str, Any]
    took_ms: int
    answer: str | None


def posed(root: Path, name: str, each: int) -> list[Posed]:
    """`each` questions that the documents answer and as many that they do not, of a corpus below `root`, with a fixed seed."""
    rows = [json.loads(line) for line in (root / name / "qa.jsonl").read_text(encoding="utf-8").splitlines()]
    there = {path.name for path in (root / FOLDERS[name]).iterdir()}
    rows = [row for row in rows if Path(row["doc"]).name in there]
    chance, out = random.Random(SEED), []
    for impossible in (False, True):
        some = [row for row in rows if bool(row.get("impossible")) == impossible and (impossible or row["answers"])]
        out += chance.sample(some, min(each, len(some)))
    return [_posed(row) for row in out]


def asked(client: httpx.Client, questions: Sequence[Posed], ids: Mapping[str, str]) -> list[Judged]:
    """Every question in the scope of its document; `ids` are document ids by file name."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(lambda question: _asked(client, question, ids[question.file]), questions))


def summary(judged: Sequence[Judged]) -> dict[str, Any]:
    """In per cent, tokens and milliseconds; `faults` are answers that ended in a problem, by its code."""
    answered = [each for each in judged if each.usage]
    can, cannot = [e for e in answered if e.posed.truth], [e for e in answered if not e.posed.truth]
    states = Counter(state for each in answered for state in each.states)
    recalls = [each.recall for each in can if each.recall is not None]
    return {
        "questions": len(judged),
        "answerable": len(can),
        "answered": _percent(sum(e.outcome == "answered" for e in can), len(can)),
        "wrongly refused": _percent(sum(e.outcome == "not_in_documents" for e in can), len(can)),
        "evidence recall": _percent(sum(recalls), len(recalls)),
        "unanswerable": len(cannot),
        "refused": _percent(sum(e.outcome == "not_in_documents" for e in cannot), len(cannot)),
        "quotes": states.total(),
        "quotes verified": _percent(sum(states[state] for state in VERIFIED), states.total()),
        "quotes exact": _percent(states["exact"], states.total()),
        "unsupported sentences": sum(each.unsupported for each in answered),
        "tokens": {kind: _mean([each.usage[kind] for each in answered]) for kind in ("prompt", "reasoning", "answer")},
        "took_ms_p50": percentile([e.took_ms for e in answered], 0.5) if answered else None,
        "took_ms_p95": percentile([e.took_ms for e in answered], 0.95) if answered else None,
        "faults": dict(Counter(each.outcome for each in judged if not each.usage)),
    }


def written(judged: Judged) -> dict[str, Any]:
    """For people: what was asked, said and labelled."""
    labelled = [quote.text for quote in judged.posed.truth]
    asked_of = {"id": judged.posed.id, "file": judged.posed.file, "question": judged.posed.text, "labelled": labelled}
    return asked_of | {"outcome": judged.outcome, "answer": judged.answer, "recall": judged.recall}


def _asked(client: httpx.Client, question: Posed, document_id: str) -> Judged:
    body = {"question": question.text, "document_ids": [document_id]}
    response = client.post("/v1/ask", json=body, timeout=PATIENCE_S)
    told = response.json()
    if response.is_error:
        return Judged(question, str(told.get("code", response.status_code)), (), None, 0, {}, 0, None)
    text = client.get(f"/v1/documents/{document_id}/text").raise_for_status().json()["text"]
    return Judged(
        posed=question,
        outcome=told["outcome"],
        states=tuple(each["state"] for each in told["evidence"]),
        recall=_recall(told["evidence"], document_id, [nearest(text, quote) for quote in question.truth]),
        unsupported=len(told["unsupported"]),
        usage=told["usage"],
        took_ms=told["took_ms"],
        answer=told["answer"],
    )


def _recall(evidence: Sequence[dict[str, Any]], document_id: str, truth: Sequence[Span | None]) -> float | None:
    wanted = [span for span in truth if span is not None]
    shown = [
        Span(each["start"], each["end"])
        for each in evidence
        if each["state"] in VERIFIED and each["document_id"] == document_id
    ]
    missing = sum(len(gap) for span in wanted for gap in gaps(shown, span))
    return round(1 - missing / sum(map(len, wanted)), 4) if wanted else None


def _posed(row: dict[str, Any]) -> Posed:
    quotes = [Quote(each["text"], each["start"]) for each in row.get("answers") or () if each.get("start") is not None]
    impossible = bool(row.get("impossible"))
    return Posed(row["id"], Path(row["doc"]).name, row["question"], () if impossible else tuple(quotes))


def _percent(part: float, whole: float) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _mean(values: Sequence[int]) -> int:
    return round(sum(values) / len(values)) if values else 0
