"""The planner's part of `make eval` (evals): the share of gold spans inside the packed context, by mode and evidence budget.

`within`: the question in the scope of its document; `all`: with its document's name, over the whole collection. Times are processor
seconds of this process, without the index process.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.context.choosing import CLOSURE_SHARE
from analysis.grounding.contexts import Planned
from evals.context.gold import Held, held
from evals.context.place import EVIDENCE_TOKENS, Place, Way, place
from evals.results import percentile
from evals.retrieval.asking import nearest
from evals.retrieval.corpora import Corpus, Question
from proviso.errors import ScopeTooLarge
from proviso.text import Span

BUDGETS = (8_000, 16_000, 24_000, 96_000)
SEED = 11
PACKED_TOKENS = 100_000
WIDE_WINDOW = 262_144
"""A window in which 100,000 tokens may be read whole."""
TIMES = 3


async def measured(corpus: Corpus, folder: Path, most: int, budgets: Sequence[int] = BUDGETS) -> list[dict[str, Any]]:
    """A row for each way."""
    async with place(folder) as here:
        return await rows_of(here, corpus, most, _ways(corpus, budgets))


async def rows_of(here: Place, corpus: Corpus, most: int, ways: Sequence[Way]) -> list[dict[str, Any]]:
    """A row for each of `ways`, over at most so many questions of the corpus, chosen with a fixed seed."""
    chosen = corpus.questions
    if len(chosen) > most:
        chosen = tuple(random.Random(SEED).sample(chosen, most))
    asked = [(question, truth) for question in chosen if (truth := await _truth(here, question))]
    return [{"corpus": corpus.name} | await _row(here, asked, way) for way in ways]


async def packing_times(folder: Path) -> list[dict[str, Any]]:
    """Processor seconds to plan and pack 100,000 tokens: whole documents, and passages of the whole collection."""
    async with place(folder, WIDE_WINDOW) as here:
        file = next(iter(here.files))
        rows = []
        for way in (Way("retrieve", PACKED_TOKENS, closure, within=False) for closure in (0.0, CLOSURE_SHARE)):
            for n in range(TIMES):
                planned, took = await _timed(here, f"Which obligations survive termination {n}?", file, way)
                tokens = planned.context.receipt.prompt_tokens_counted
                rows.append({"what": f"retrieve{', closure' if way.closure else ''}", "tokens": tokens, "cpu_s": took})
        return rows


async def _row(here: Place, asked: Sequence[tuple[Question, list[Span]]], way: Way) -> dict[str, Any]:
    found: list[Held] = []
    tokens, seconds, refused, modes = [], [], 0, []
    for question, truth in asked:
        text = question.text if way.within else question.named or question.text
        try:
            planned, took = await _timed(here, text, question.file, way)
        except ScopeTooLarge:
            refused += 1
            found.append(Held(len(truth), 0, 0.0))
            continue
        receipt, document = planned.context.receipt, here.files[question.file]
        kept = (await here.library.read([document]))[document.document_id]
        found.append(held(receipt.packed, document.document_id, truth, kept.text))
        tokens.append(receipt.prompt_tokens_counted)
        seconds.append(took)
        modes.append(receipt.mode)
    return _told(way) | {
        "questions": len(found),
        "spans": sum(each.spans for each in found),
        "spans_whole": _percent(sum(each.whole for each in found), sum(each.spans for each in found)),
        "chars": _percent(sum(each.chars for each in found), len(found)),
        "read_whole": _percent(modes.count("full"), len(found)),
        "refused": refused,
        "tokens_p50": percentile(tokens, 0.5) if tokens else 0,
        "cpu_ms_p50": round(1000 * percentile(seconds, 0.5), 1) if seconds else 0.0,
    }


def _told(way: Way) -> dict[str, Any]:
    budget = way.evidence_tokens if way.mode != "full" else 0
    scope = "within" if way.within else "all"
    return {"scope": scope, "mode": way.mode, "budget": budget, "closure": way.closure if way.mode != "full" else 0.0}


def _ways(corpus: Corpus, budgets: Sequence[int]) -> list[Way]:
    """`full` of a whole collection is a question of its size alone, and is not asked."""
    scopes = (True, False) if corpus.name != "long" else (True,)
    retrieved = [Way("retrieve", budget, on, at) for at in scopes for budget in budgets for on in (0.0, CLOSURE_SHARE)]
    return [
        *retrieved,
        Way("full", EVIDENCE_TOKENS, CLOSURE_SHARE, within=True),
        *(Way("auto", EVIDENCE_TOKENS, CLOSURE_SHARE, at) for at in scopes),
    ]


async def _timed(here: Place, text: str, file: str, way: Way) -> tuple[Planned, float]:
    started = time.process_time()
    planned = await here.build(text, file, way)
    return planned, time.process_time() - started


async def _truth(here: Place, question: Question) -> list[Span]:
    document = here.files[question.file]
    text = (await here.library.read([document]))[document.document_id].text
    spans = [nearest(text, quote) for quote in question.truth if quote.start is not None]
    return [span for span in spans if span is not None]


def _percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 1) if whole else 0.0
