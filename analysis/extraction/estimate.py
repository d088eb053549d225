"""What a job would take (floor 4, pure): documents, cells, calls, tokens. A bound from above by the plan's own limits, not a promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.context.planner import FRAME_TOKENS, FULL_SHARE, Limits, output_tokens
from analysis.extraction.groups import group_fields
from proviso.types.answers import Effort
from proviso.types.extractions import Field
from proviso.types.prices import Price
from proviso.types.search import ReadableDocument

PROMPT_TOKENS_PER_FIELD = 40
RULES_TOKENS = 450


@dataclass(frozen=True, slots=True)
class Estimate:
    """`documents_not_ready` are counted in `documents` but their tokens are unknown. `cost`: of so many tokens at most, without those
    documents; None where the model has no price."""

    documents: int
    documents_not_ready: int
    fields: int
    cells: int
    calls: int
    prompt_tokens: int
    max_output_tokens: int
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Engine:
    """What would be asked: the limits of its contexts, how hard it thinks, and what it takes."""

    limits: Limits
    effort: Effort
    price: Price | None


def estimate(
    documents: int, ready: Sequence[ReadableDocument], fields: Sequence[Field], engine: Engine | None
) -> Estimate:
    """`engine` None: no model is configured, so no calls are made."""
    groups = len(group_fields(fields)) if engine else 0
    prompt = sum(_read(document, engine) for document in ready) * groups if engine else 0
    fixed = (RULES_TOKENS * groups + PROMPT_TOKENS_PER_FIELD * len(fields)) * len(ready) if engine else 0
    calls = documents * groups
    output = calls * _reserve(engine) if engine else 0
    return Estimate(
        documents=documents,
        documents_not_ready=documents - len(ready),
        fields=len(fields),
        cells=documents * len(fields),
        calls=calls,
        prompt_tokens=prompt + fixed,
        max_output_tokens=output,
        cost=engine.price.most(prompt + fixed, output) if engine and engine.price else None,
    )


def _reserve(engine: Engine) -> int:
    """Tokens kept for thinking and answer in one call."""
    return output_tokens(engine.effort, None, engine.limits.context_tokens)


def _read(document: ReadableDocument, engine: Engine) -> int:
    """Whole when short for the settings and for the window, else the evidence budget."""
    limits = engine.limits
    room = limits.context_tokens - RULES_TOKENS - _reserve(engine)
    if document.tokens <= min(limits.full_tokens, int(room * FULL_SHARE)):
        return document.tokens
    return min(document.tokens, limits.evidence_tokens, room - FRAME_TOKENS)
