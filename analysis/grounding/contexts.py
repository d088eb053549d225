"""Building the context of a request (floor 4): scope and prompt in, messages and receipt out; no model is called."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from analysis.context.choosing import CLOSURE_SHARE
from analysis.context.completeness import completeness
from analysis.context.context import Context, Reading, build_context
from analysis.context.history import searched_as
from analysis.context.layout import Means, Prepared, Prompt, prepare
from analysis.context.narrowing import kept_to
from analysis.context.planner import AskMode, Limits, Need, Plan, full_limit, plan
from analysis.context.tokens import Tokens
from analysis.grounding.finding import Finder
from analysis.grounding.library import Library
from analysis.llm.sanitize import shield
from analysis.retrieval.search import Found
from proviso.types.answers import Effort
from proviso.types.search import ResolvedScope, Route

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
    """A prompt whose history fits, and how much of which documents will be read for it: of `scope`, which is what was asked for, or the
    documents of it that the question names."""

    prepared: Prepared
    plan: Plan
    scope: ResolvedScope
    routed_to: tuple[Route, ...] = ()


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

    @property
    def limits(self) -> Limits:
        """What contexts are planned with now."""
        return self._limits

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
        narrowed = await self._narrowed(scope, prepared, need)
        return narrowed or Decided(prepared, plan(need, _tokens(scope), self._limits), scope)

    async def build(self, scope: ResolvedScope, prompt: Prompt, wishes: Wishes) -> Planned:
        """The context of `scope` for `prompt`."""
        return await self.pack(wishes, await self.decide(scope, prompt, wishes))

    async def pack(self, wishes: Wishes, decided: Decided) -> Planned:
        """The context as decided, for `full` and `retrieve`."""
        made, prepared, scope = decided.plan, decided.prepared, decided.scope
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
        return Planned(with_routes(context, decided), made.output_tokens)

    async def _narrowed(self, scope: ResolvedScope, prepared: Prepared, need: Need) -> Decided | None:
        """Read whole only the documents that the question names, where it must be answered from whole documents and is about these. None:
        where the whole scope can be read at once, or there is doubt."""
        kind = completeness(need.question) if need.mode == "auto" else None
        if kind is None or len(scope.documents) < 2 or _tokens(scope) <= full_limit(need, self._limits):
            return None
        meant = kept_to(need.question, kind, await self._search.named(need.question, scope))
        reasons = {each.document_id: each.reason for each in meant}
        only = tuple(document for document in scope.documents if document.document_id in reasons)
        if not only:
            return None
        named = ResolvedScope(scope.workspace, only, scope.not_ready, scope.failed)
        made = plan(replace(need, documents=len(only)), _tokens(named), self._limits)
        if made.mode == "retrieve":
            return None
        which = f"the question names {len(only):,} of {len(scope.documents):,} documents, and only they are read"
        titles = "; ".join(f"“{' '.join((each.title or each.filename).split())}”" for each in only)
        routes = tuple(Route(each.document_id, reasons[each.document_id]) for each in only)
        return Decided(prepared, replace(made, reason=f"{which}: {titles}; {made.reason}"), named, routes)

    async def _find(self, scope: ResolvedScope, queries: tuple[str, ...], most: int) -> list[Found]:
        """Some `most` hits of every query in turn, best of each first, no chunk twice."""
        per_query = max(4, most // len(queries))
        lists = [(await self._search.find(query, scope, per_query)).found for query in queries]
        longest = max((len(hits) for hits in lists), default=0)
        ranked = [hits[rank] for rank in range(longest) for hits in lists if rank < len(hits)]
        return list({hit.hit.id: hit for hit in reversed(ranked)}.values())[::-1]


def with_routes(context: Context, decided: Decided) -> Context:
    """The receipt with the documents that were read because they are named."""
    return replace(context, receipt=replace(context.receipt, routed_to=decided.routed_to))


def _tokens(scope: ResolvedScope) -> int:
    return sum(document.tokens for document in scope.documents)
