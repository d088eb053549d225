"""Building the context of a request (floor 4): scope and prompt in, messages and receipt out; no model is called."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from analysis.context.context import Context, build_context
from analysis.context.layout import Means, Prompt, prepare
from analysis.context.planner import AskMode, Limits, Need, plan
from analysis.context.tokens import Tokens
from analysis.grounding.finding import Finder
from analysis.grounding.library import Library
from analysis.llm.sanitize import shield
from analysis.retrieval.search import Found
from proviso.types.answers import Effort
from proviso.types.search import ResolvedScope

MOST_HITS = 120
"""Chunks asked of the index for one context: about 24,000 tokens of passages before they are merged."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a request wants its context. `queries`: what to search with, best first; one question, or a field each."""

    queries: tuple[str, ...]
    effort: Effort
    mode: AskMode = "auto"
    max_output_tokens: int | None = None
    evidence_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A context and the output it leaves room for."""

    context: Context
    output_tokens: int


class Contexts:
    """Plans and packs. Raises ScopeTooLarge, ContextOverflow, InvalidRequest and what search raises."""

    def __init__(self, library: Library, search: Finder, tokens: Tokens, limits: Limits) -> None:
        self._library = library
        self._search = search
        self._means = Means(tokens, shield)
        self._limits = limits

    async def build(self, scope: ResolvedScope, prompt: Prompt, wishes: Wishes) -> Planned:
        """The context of `scope` for `prompt`."""
        prepared = await asyncio.to_thread(prepare, prompt, self._means, self._limits.context_tokens)
        need = Need(
            question=prompt.question,
            fixed_tokens=prepared.fixed_tokens,
            effort=wishes.effort,
            mode=wishes.mode,
            max_output_tokens=wishes.max_output_tokens,
            evidence_tokens=wishes.evidence_tokens,
        )
        made = plan(need, sum(document.tokens for document in scope.documents), self._limits)
        found: list[Found] = []
        if made.mode == "retrieve":
            found = await self._find(scope, wishes.queries)
        documents = (
            scope.documents if made.mode == "full" else {f.document.document_id: f.document for f in found}.values()
        )
        texts = await self._library.read(documents)
        context = await asyncio.to_thread(build_context, made, prepared, scope, texts, found, self._means)
        return Planned(context, made.output_tokens)

    async def _find(self, scope: ResolvedScope, queries: tuple[str, ...]) -> list[Found]:
        """Hits of every query in turn, best of each first, no chunk twice."""
        per_query = max(4, MOST_HITS // len(queries))
        lists = [(await self._search.find(query, scope, per_query)).found for query in queries]
        longest = max((len(hits) for hits in lists), default=0)
        ranked = [hits[rank] for rank in range(longest) for hits in lists if rank < len(hits)]
        return list({hit.hit.id: hit for hit in reversed(ranked)}.values())[::-1]
