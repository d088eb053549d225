"""Puts together what rewrites questions when `REWRITE` is on (floor 5): the model, its token counter, and the ledger of calls."""

from __future__ import annotations

from prometheus_client import Counter

from analysis.context.tokens import Tokens
from analysis.grounding.spending import call_usage
from analysis.llm.sanitize import shield
from analysis.retrieval.rewriting import PURPOSE, Means, Rewriting
from proviso.ports import ChatModel
from proviso.settings import Settings
from proviso.types.chat import Completion
from records.catalog import usage
from records.catalog.catalog import Catalog

REWRITES = Counter("proviso_rewrites_total", "Wishes to put a question in other words, by outcome", ["outcome"])
NO_MODEL = "No model is configured: set PROVISO_LLM_BASE_URL or TOGETHER_API_KEY, or PROVISO_REWRITE=off."


def open_rewriting(settings: Settings, catalog: Catalog, tokens: Tokens, model: ChatModel | None) -> Rewriting:
    """Nobody is asked unless the setting is on and there is a model; with the setting alone each search says what is missing."""
    if not settings.rewrite:
        return Rewriting()
    if model is None:
        return Rewriting(missing=NO_MODEL)

    async def spent(workspace: str, completion: Completion, counted: int) -> None:
        call = call_usage(PURPOSE, completion, counted, tokens.count)
        await catalog.write(usage.record, workspace, completion.model, [call])

    means = Means(model, tokens.count_prompt, shield, spent)
    return Rewriting(means, settings.rewrite_timeout_s, heard=lambda outcome: REWRITES.labels(outcome).inc())
