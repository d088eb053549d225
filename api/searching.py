"""Search in the index in use (floor 5): each question is asked from beginning to end of one index and its embedder."""

from __future__ import annotations

from collections.abc import Callable

from analysis.retrieval.search import Results, Search
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
            if self._now[0] is not pair:
                self._now = pair, self._search_in(pair)
            return await self._now[1].find(question, scope, limit)
