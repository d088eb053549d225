"""Candidates in the order of a reranker (floor 4), and what a search does without one: it answers in its own order and says why.

Knows neither search nor index, so either can use it. Off by default: published figures for a CPU have a small cross-encoder (MiniLM-L6) at
0.3 s a question and lowering the score of every good embedder, a large one (bge-reranker-v2-m3) raising it at 5 s a question.
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from proviso.errors import RerankUnavailable
from proviso.ports import Reranker
from proviso.types.search import IndexHit
from records.texts import Texts

CANDIDATES = 50
REST_S = 10.0
"""A reranker that has failed is not asked again for so long: otherwise each search would wait for its time-out."""


Words = Callable[[Sequence[IndexHit]], Awaitable[Sequence[str]]]
"""Reads what stands at hits: `functools.partial(passages, texts)`."""


class Scored(Protocol):
    """A frozen dataclass of a hit and its score in 0..1, such as `search.Found`."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def hit(self) -> IndexHit: ...

    @property
    def score(self) -> float: ...


F = TypeVar("F", bound=Scored)


@dataclass(frozen=True, slots=True)
class Reranked(Generic[F]):
    """Candidates best first. `reason` says why a reranker that is set was not followed; None when it was, or none is set."""

    found: list[F]
    reranked: bool = False
    reason: str | None = None


async def no_words(hits: Sequence[IndexHit]) -> Sequence[str]:
    return [""] * len(hits)


class Reranking:
    """Asks a reranker, or nobody, for the order of the best candidates; `words` reads their texts, and only then."""

    def __init__(
        self,
        reranker: Reranker | None = None,
        words: Words = no_words,
        candidates: int = CANDIDATES,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reranker = reranker
        self._words = words
        self._candidates = candidates
        self._clock = clock
        self._rests_until = -math.inf
        self._reason: str | None = None

    def wanted(self, limit: int) -> int:
        """How many candidates a search for `limit` results should bring along."""
        return max(limit, self._candidates) if self._reranker else limit

    async def order(self, question: str, found: Sequence[F]) -> Reranked[F]:
        """`found` (best first) with the first candidates in the reranker's order, the rest behind them; scores follow the order.

        Raises NotFound when a version goes while it is read, as every reading of a hit does; never RerankUnavailable.
        """
        if self._reranker is None or not found:
            return Reranked(list(found))
        if self._clock() < self._rests_until:
            return Reranked(list(found), reason=self._reason)
        read, rest = found[: self._candidates], found[self._candidates :]
        try:
            scores = await self._reranker.rerank(question, await self._words([each.hit for each in read]))
        except RerankUnavailable as error:
            self._rests_until = self._clock() + (error.retry_after_s or REST_S)
            self._reason = error.detail
            return Reranked(list(found), reason=error.detail)
        return Reranked(reordered(read, scores, rest), reranked=True)


def reordered(read: Sequence[F], scores: Sequence[float], rest: Sequence[F]) -> list[F]:
    """`read` by `scores`, ties as they stood, then `rest` as it stood.

    New scores stay in 0..1 and in order: those that were read fill the upper half (by the logistic function where the model's own scores
    leave 0..1), the others keep half of theirs.
    """
    bounded = all(0.0 <= score <= 1.0 for score in scores)
    ranked = sorted(zip(read, scores, strict=True), key=lambda each: -each[1])
    above = [_rescored(one, 0.5 + (score if bounded else _logistic(score)) / 2) for one, score in ranked]
    return above + [_rescored(one, one.score / 2) for one in rest]


async def passages(texts: Texts, hits: Sequence[IndexHit]) -> list[str]:
    """What a reranker reads of each hit."""
    kept = {version_id: (await texts.outline(version_id)).text for version_id in {hit.version_id for hit in hits}}
    return [passage(hit.heading, kept[hit.version_id][hit.start : hit.end]) for hit in hits]


def passage(heading: str, words: str) -> str:
    """The words of a chunk under the heading of its section, which a chunk from the middle of a clause lacks."""
    return words if not heading or heading in words[: 2 * len(heading) + 20] else f"{heading}: {words}"


def _rescored(one: F, score: float) -> F:
    return replace(one, score=score)


def _logistic(score: float) -> float:
    return 1.0 / (1.0 + math.exp(-score)) if score >= 0 else math.exp(score) / (1.0 + math.exp(score))
