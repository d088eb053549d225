"""What a job would take (floor 4, pure): documents, cells, calls, tokens. A bound from above by the plan's own limits, not a promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.context.planner import OUTPUT_TOKENS, Limits
from analysis.extraction.groups import group_fields
from proviso.types.answers import Effort
from proviso.types.extractions import Field
from proviso.types.search import ReadableDocument

PROMPT_TOKENS_PER_FIELD = 40
RULES_TOKENS = 450


@dataclass(frozen=True, slots=True)
class Estimate:
    """`documents_not_ready` are counted in `documents` but their tokens are unknown; `cost` is None without a price table."""

    documents: int
    documents_not_ready: int
    fields: int
    cells: int
    calls: int
    prompt_tokens: int
    max_output_tokens: int
    cost: float | None = None


def estimate(
    documents: int, ready: Sequence[ReadableDocument], fields: Sequence[Field], effort: Effort, limits: Limits | None
) -> Estimate:
    """`limits` None: no model is configured, so no calls are made."""
    groups = len(group_fields(fields)) if limits else 0
    prompt = sum(_read(document, limits) for document in ready) * groups if limits else 0
    fixed = (RULES_TOKENS * groups + PROMPT_TOKENS_PER_FIELD * len(fields)) * len(ready) if limits else 0
    calls = documents * groups
    return Estimate(
        documents=documents,
        documents_not_ready=documents - len(ready),
        fields=len(fields),
        cells=documents * len(fields),
        calls=calls,
        prompt_tokens=prompt + fixed,
        max_output_tokens=calls * OUTPUT_TOKENS[effort],
    )


def _read(document: ReadableDocument, limits: Limits) -> int:
    """Whole when short, else the evidence budget."""
    return document.tokens if document.tokens <= limits.full_tokens else min(document.tokens, limits.evidence_tokens)
