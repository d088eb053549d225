"""Building the context of a request (floor 4): scope and prompt in, messages and receipt out; no model is called."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from analysis.context.choosing import CLOSURE_SHARE
from analysis.context.context import Context, Reading, build_context
from analysis.context.history import searched_as
from analysis.context.layout import Means, Prepared, Prompt, prepare
from analysis.context.planner import AskMode, Limits, Need, Plan, plan
from analysis.context.tokens import Tokens
from analysis.grounding.finding import Finder
from analysis.grounding.library import Library
from analysis.llm.sanitize import shield
from analysis.retrieval.search import Found
from proviso.types.answers import Effort
from proviso.types.search import ResolvedScope

LEAST_HITS = 120
TOKENS_PER_HIT = 150
"""Chunks asked of the index for one context: more than its budget holds: they have some 200 tokens, and more when grown."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a request wants its context. `queries`: what to search with, best first; one question, or a field each."""

    queries: tuple[str, ...]
    effort: Effort
    mode: AskMode = "auto"
    max_output_tokens: int | None = None
    evidence_tokens: int | None = None
    may_map: bool = False
    """Whether the request may be answered window by window where its question calls for that."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A prompt whose history fits, and how much of the scope will be read for it."""

    prepared: Prepared
    plan: Plan


@dataclass(frozen=True, slots=True)
class Planned:
    """A context and the output it leaves room for."""

    context: Context
    output_tokens: int


class Contexts:
    """Plans and packs. Raises ScopeTooLarge, ContextOverflow, InvalidRequest and what search raises."""

    def __init__(
        self,
        library: Library,
        search: Finder,
        tokens: Tokens,
        limits: Limits,
        *,
        closure_share: float = CLOSURE_SHARE,
    ) -> None:
        """`closure_share`: of the evidence budget, at most, for definitions and clauses that the passages need; 0 packs none."""
        self._closure_share = closure_share
        self._library = library
        self._search = search
        self._means = Means(tokens, shield)
        self._limits = limits

    def adopt(self, limits: Limits) -> None:
        """Plan with these limits from now on: the server has told its window."""
        self._limits = limits

    async def decide(self, scope: ResolvedScope, prompt: Prompt, wishes: Wishes) -> Decided:
        """How much of `scope` will be read; nothing is read yet."""
        prepared = await asyncio.to_thread(prepare, prompt, self._means, self._limits.context_tokens)
        need = Need(
            question=searched_as(prompt.question, prompt.history),
            fixed_tokens=prepared.fixed_tokens,
            effort=wishes.effort,
            mode=wishes.mode,
            max_output_tokens=wishes.max_output_tokens,
            evidence_tokens=wishes.evidence_tokens,
            documents=len(scope.documents),
            may_map=wishes.may_map,
        )
        return Decided(prepared, plan(need, sum(document.tokens for document in scope.documents), self._limits))

    async def build(self, scope: ResolvedScope, prompt: Prompt, wishes: Wishes) -> Planned:
        """The context of `scope` for `prompt`."""
        return await self.pack(scope, wishes, await self.decide(scope, prompt, wishes))

    async def pack(self, scope: ResolvedScope, wishes: Wishes, decided: Decided) -> Planned:
        """The context as decided, for `full` and `retrieve`."""
        made, prepared = decided.plan, decided.prepared
        found: list[Found] = []
        if made.mode == "retrieve":
            queries = tuple(searched_as(query, prepared.prompt.history) for query in wishes.queries)
            found = await self._find(scope, queries, max(LEAST_HITS, made.evidence_budget // TOKENS_PER_HIT))
        documents = (
            scope.documents if made.mode == "full" else {f.document.document_id: f.document for f in found}.values()
        )
        texts = await self._library.read(documents)
        needed = documents if found and self._closure_share else ()
        reading = Reading(texts, found, await self._library.findings(needed), self._closure_share)
        context = await asyncio.to_thread(build_context, made, prepared, scope, reading, self._means)
        return Planned(context, made.output_tokens)

    async def _find(self, scope: ResolvedScope, queries: tuple[str, ...], most: int) -> list[Found]:
        """Some `most` hits of every query in turn, best of each first, no chunk twice."""
        per_query = max(4, most // len(queries))
        lists = [(await self._search.find(query, scope, per_query)).found for query in queries]
        longest = max((len(hits) for hits in lists), default=0)
        ranked = [hits[rank] for rank in range(longest) for hits in lists if rank < len(hits)]
        return list({hit.hit.id: hit for hit in reversed(ranked)}.values())[::-1]
