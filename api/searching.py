"""Search in the index in use (floor 5): each question is asked from beginning to end of one index and its embedder."""

from __future__ import annotations

from collections.abc import Callable

from analysis.retrieval.search import Naming, Results, Search
from proviso.types.search import ResolvedScope
from records.index.in_use import InUse, Pair


class Searching:
    """A `Search` for each index that is put to use, with its own memory of questions."""

    def __init__(self, in_use: InUse, search_in: Callable[[Pair], Search]) -> None:
        self._in_use = in_use
        self._search_in = search_in
        self._now = in_use.pair, search_in(in_use.pair)

    async def find(self, question: str, scope: ResolvedScope, limit: int) -> Results:
        """`Search.find`; questions that began before a switch end where they began."""
        with self._in_use.taken() as pair:
            return await self._searching(pair).find(question, scope, limit)

    async def named(self, question: str, scope: ResolvedScope) -> Naming:
        """`Search.named`, as above."""
        with self._in_use.taken() as pair:
            return await self._searching(pair).named(question, scope)

    def _searching(self, pair: Pair) -> Search:
        if self._now[0] is not pair:
            self._now = pair, self._search_in(pair)
        return self._now[1]
