"""What both engines are told, in words of neither (records, pure): rows to store, questions to rank by, vectors read back.

`EdgeIndex` sends these to its process, `ServerIndex` to its server; what is asked and in which order is settled here,
once, so that both find the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from proviso.types.search import DocumentPoint, DocumentQuery, IndexPoint, IndexQuery, SparseVector, Within
from records.index.bm25 import NAMES as NAMES_WEIGHTING
from records.index.bm25 import OPENINGS, document_vector
from records.index.schema import (
    BM25,
    DENSE,
    DOCUMENT_VERSION,
    NAMES,
    OPENING,
    Chosen,
    Scored,
    chunks_of,
    documents_of,
    payload_of,
)

COSTLY_VALUES = 2_000
"""Versions named from which on a filter costs more than one vain look at more candidates: 60 ms over 100,000 chunks."""
WIDER, SPARE = 4, 64
"""How many more candidates: times as many for versions named, and so many besides."""


@dataclass(frozen=True, slots=True)
class Row:
    """A point as an engine stores it; `sparse` holds no empty vector."""

    id: str
    payload: dict[str, Any]
    dense: Sequence[float] | None
    sparse: dict[str, SparseVector]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The `limit` best of the points `chosen` by the vector `using`; how rare a word is, is counted over `corpus`."""

    using: str
    vector: Sequence[float] | SparseVector
    chosen: Chosen
    limit: int
    corpus: Chosen | None = None


def row_of(point: IndexPoint | DocumentPoint) -> Row:
    """The row of a chunk or a document. Words are counted here: some 0.1 ms for each."""
    if isinstance(point, IndexPoint):
        return Row(
            point.id, payload_of(point), point.dense, _filled({BM25: document_vector(point.text, point.language)})
        )
    vectors = {
        NAMES: document_vector(point.names, point.language, NAMES_WEIGHTING),
        OPENING: document_vector(point.opening, point.language, OPENINGS),
    }
    return Row(point.id, payload_of(point), None, _filled(vectors))


def rankings_of(query: IndexQuery) -> list[Ranking]:
    """By vector, and by words if there are any. Rarity is that of the asking workspace alone."""
    chosen = chunks_of(query.workspace, query.within)
    by_vector = Ranking(DENSE, query.dense, chosen, query.limit)
    if not query.words.tokens:
        return [by_vector]
    return [by_vector, Ranking(BM25, query.words, chosen, query.limit, corpus=chunks_of(query.workspace))]


def best_ranking(workspace: str, words: SparseVector) -> Ranking:
    """The one chunk of the workspace that says most of the words."""
    everywhere = chunks_of(workspace)
    return Ranking(BM25, words, everywhere, 1, corpus=everywhere)


def document_rankings(query: DocumentQuery) -> list[Ranking]:
    """By the names and by the opening of documents. Rarity is that of the asking workspace alone."""
    chosen, corpus = documents_of(query.workspace, query.within), documents_of(query.workspace)
    return [Ranking(using, query.words, chosen, query.limit, corpus) for using in (NAMES, OPENING)]


def widened(ranking: Ranking) -> Ranking | None:
    """The same ranking without the part of its filter that costs an engine more than the search, and longer; None where that part is cheap.

    Checking every chunk of 100,000 against excluded versions takes 30 ms, against 5,000 named ones 130 ms; dropping what is found in vain
    takes next to nothing.
    """
    chosen = ranking.chosen
    cheap = tuple((key, values) for key, values in chosen.having if len(values) < COSTLY_VALUES)
    if not chosen.lacking and len(cheap) == len(chosen.having):
        return None
    longer = ranking.limit * WIDER + SPARE if len(cheap) < len(chosen.having) else ranking.limit + SPARE
    return replace(ranking, chosen=replace(chosen, having=cheap, lacking=()), limit=longer)


def sieved(ranking: Ranking, found: Sequence[Scored]) -> list[Scored] | None:
    """What `ranking` would have found, out of what the widened one found; None when that does not tell, and it must be asked itself."""
    wide = widened(ranking)
    if wide is None:
        return list(found)
    having = [(key, frozenset(values)) for key, values in ranking.chosen.having]
    lacking = [(key, frozenset(values)) for key, values in ranking.chosen.lacking]
    kept = [
        one
        for one in found
        if all(one[2].get(key) in values for key, values in having)
        and not any(one[2].get(key) in values for key, values in lacking)
    ]
    return kept[: ranking.limit] if len(kept) >= ranking.limit or len(found) < wide.limit else None


def unscored(query: DocumentQuery, found: Sequence[Sequence[Scored]]) -> DocumentQuery | None:
    """The same question to all documents of both lists, when a document of one may have been cut from the other."""
    if all(len(one) < query.limit for one in found):
        return None
    versions = sorted({payload[DOCUMENT_VERSION] for one in found for _, _, payload in one})
    return DocumentQuery(query.workspace, Within(tuple(versions)), query.words, len(versions))


def asks_nothing(query: IndexQuery | DocumentQuery) -> bool:
    """Whether there is nothing to find, by the query alone."""
    wordless = isinstance(query, DocumentQuery) and not query.words.tokens
    return wordless or query.within.nothing or query.limit < 1


def _filled(vectors: dict[str, SparseVector]) -> dict[str, SparseVector]:
    return {name: vector for name, vector in vectors.items() if vector.tokens}
