"""What searches (floor 4): `Search`, or whatever holds one that may change while the service runs."""

from __future__ import annotations

from typing import Protocol

from analysis.retrieval.search import Naming, Results
from proviso.types.search import ResolvedScope


class Finder(Protocol):
    async def find(self, question: str, scope: ResolvedScope, limit: int) -> Results:
        """The best chunks of the scope for a question, at most `limit`. Raises IndexUnavailable, EmbedderUnavailable."""

    async def named(self, question: str, scope: ResolvedScope) -> Naming:
        """The documents of the scope that a question names. Raises IndexUnavailable."""
