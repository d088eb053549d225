"""Search results as hits and as evidence (floor 4): chunk spans read from the kept text, so that each is exact by construction."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.evidence.locate import innermost, locate, pages_of, section_of
from analysis.evidence.resolve import Resolved
from analysis.grounding.finding import Finder
from analysis.grounding.library import Library
from analysis.retrieval.expand import expand
from analysis.retrieval.search import Found
from proviso.ids import chunk_id
from proviso.text import Span
from proviso.types.answers import Evidence
from proviso.types.search import Hit, ResolvedScope, Route, Scores
from records.texts import KeptText


@dataclass(frozen=True, slots=True)
class Hits:
    """Search results, and the documents that the search kept to because the question names them."""

    items: list[Hit]
    routed_to: tuple[Route, ...]
    reranked: bool = False
    not_reranked: str | None = None
    rewritten: bool = False
    not_rewritten: str | None = None


class Passages:
    """Finds passages of a scope."""

    def __init__(self, library: Library, search: Finder) -> None:
        self._library = library
        self._search = search

    async def hits(self, query: str, scope: ResolvedScope, limit: int, *, grow: bool = False) -> Hits:
        """Chunk spans, best first, non-overlapping; with `grow`, grown to their clause and merged."""
        results = await self._search.find(query, scope, limit)
        found = results.found
        texts = await self._library.outlines(each.document for each in found)
        spans = [(g.found, g.span) for g in expand(found, texts)] if grow else [(each, each.span) for each in found]
        hits = [_hit(each, span, texts[each.document.document_id]) for each, span in spans]
        routes = tuple(Route(each.document_id, each.reason) for each in results.named)
        return Hits(hits, routes, results.reranked, results.not_reranked, results.rewritten, results.not_rewritten)

    async def evidence(self, query: str, scope: ResolvedScope, limit: int) -> tuple[Evidence, ...]:
        """The best passages as evidence, numbered from 1."""
        found = (await self._search.find(query, scope, limit)).found
        out = []
        for n, each in enumerate(found, 1):
            source = await self._library.open(each.document)
            words = each.span.of(source.text.text)
            out.append(locate(n, words, Resolved(each.span, "exact"), source))
        return tuple(out)


def _hit(found: Found, span: Span, kept: KeptText) -> Hit:
    """Section and heading are those in which the span begins: a chunk may hold several short clauses."""
    hit = found.hit
    pages = pages_of(span, kept.structure.pages)
    section = innermost(span, kept.structure.sections)
    return Hit(
        document_id=found.document.document_id,
        version=found.document.version,
        title=found.document.title,
        chunk_id=chunk_id(hit.version_id, hit.chunk),
        start=span.start,
        end=span.end,
        page_start=pages[0].number if pages else None,
        page_end=pages[-1].number if pages else None,
        section=section_of(span, kept.structure.sections),
        heading=section.title if section else "",
        text=span.of(kept.text),
        score=round(found.score, 6),
        scores=Scores(hit.dense, hit.sparse, None if found.named is None else round(found.named, 3)),
    )
