"""Search over the real embedded index with the packaged embedder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from analysis.retrieval.search import Search
from ingest.chunking.chunk import chunk, indexed_text
from ingest.embedding.local import LocalEmbedder
from ingest.parsing.registry import parse
from proviso.ids import point_id
from proviso.ports import Vector
from proviso.types.documents import Chunk
from proviso.types.search import IndexHit, IndexPoint, IndexQuery, ReadableDocument, ResolvedScope
from records.index.client import EdgeIndex
from tests.unit.analysis.builders import a_document, a_hit, a_scope

SAMPLES = ("nyliac-service.pdf", "centrack-web-site-hosting.pdf")


@dataclass(frozen=True)
class Library:
    search: Search
    documents: dict[str, ReadableDocument]
    texts: dict[str, str]

    def scope(self, *names: str) -> ResolvedScope:
        return a_scope(*(self.documents[name] for name in names))


class CountingEmbedder:
    """The packaged embedder, counting the questions it is asked."""

    def __init__(self) -> None:
        self._embedder = LocalEmbedder()
        self.name, self.dimensions, self.max_tokens = "local", 384, 256
        self.questions: list[str] = []

    def count_tokens(self, text: str) -> int:
        return self._embedder.count_tokens(text)

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        return await self._embedder.embed(texts)

    async def embed_query(self, text: str) -> Vector:
        self.questions.append(text)
        return await self._embedder.embed_query(text)


class ListIndex:
    """An index that holds what it is given and remembers how it was asked."""

    def __init__(self, hits: Sequence[IndexHit]) -> None:
        self.hits = list(hits)
        self.queries: list[IndexQuery] = []

    async def search(self, query: IndexQuery) -> list[IndexHit]:
        self.queries.append(query)
        return self.hits

    async def upsert(self, points: Sequence[IndexPoint]) -> None:
        raise AssertionError("search writes nothing")

    async def delete(self, workspace: str, version_ids: Sequence[str]) -> None:
        raise AssertionError("search deletes nothing")

    async def count(self, version_id: str) -> int:
        return 0

    async def counts(self) -> dict[str, int]:
        return {}

    async def state(self) -> object:
        raise AssertionError("search asks for no state")

    async def close(self) -> None: ...


@pytest.fixture(scope="module")
def points(samples: Path) -> dict[str, tuple[str, list[IndexPoint]]]:
    """Text and embedded chunks by sample."""
    embedder = LocalEmbedder()
    out = {}
    for name in SAMPLES:
        parsed = parse(samples / name, "application/pdf", name, None)
        document = a_document(name)
        chunks = chunk(parsed.text, parsed.blocks, parsed.pages, parsed.sections, embedder.count_tokens, 256)
        words = [indexed_text(parsed.text, piece) for piece in chunks]
        out[name] = (
            parsed.text,
            [
                a_point(document, piece, vector, text)
                for piece, vector, text in zip(chunks, embedder.embed_now(words), words, strict=True)
            ],
        )
    return out


def a_point(document: ReadableDocument, piece: Chunk, vector: Vector, text: str) -> IndexPoint:
    return IndexPoint(
        id=point_id(document.version_id, piece.index),
        workspace="local",
        document_id=document.document_id,
        version_id=document.version_id,
        chunk=piece.index,
        start=piece.start,
        end=piece.end,
        section=piece.section,
        heading=piece.heading,
        page_start=piece.page_start,
        page_end=piece.page_end,
        dense=vector,
        text=text,
    )


@pytest.fixture
async def library(points: dict[str, tuple[str, list[IndexPoint]]], tmp_path: Path) -> AsyncIterator[Library]:
    index = await EdgeIndex.open(tmp_path / "index", 384, "local")
    for _, embedded in points.values():
        await index.upsert(embedded)
    texts = {name: text for name, (text, _) in points.items()}
    yield Library(Search(index, LocalEmbedder()), {name: a_document(name) for name in SAMPLES}, texts)
    await index.close()


async def test_the_clause_that_answers_a_question_is_found_first(library: Library) -> None:
    found = await library.search.find("How is the quarterly fee calculated?", library.scope(*SAMPLES), 5)
    best = found[0]
    assert best.document == library.documents["nyliac-service.pdf"]
    assert "quarterly fee" in " ".join(library.texts["nyliac-service.pdf"][best.hit.start : best.hit.end].split())
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


async def test_only_documents_of_the_scope_are_found(library: Library) -> None:
    found = await library.search.find("compensation", library.scope("nyliac-service.pdf"), 50)
    assert {each.document.document_id for each in found} == {"doc_nyliac-service.pdf"}


async def test_hits_do_not_overlap_and_are_as_many_as_asked(library: Library) -> None:
    found = await library.search.find("fees for the hosting services", library.scope(*SAMPLES), 12)
    assert len(found) == 12
    for i, one in enumerate(found):
        assert not any(
            one.span.overlaps(other.span) and one.hit.version_id == other.hit.version_id for other in found[:i]
        )


@pytest.mark.parametrize(("question", "limit"), [("", 5), (" \n", 5), ("law", 0)])
async def test_nothing_asked_is_nothing_found(question: str, limit: int) -> None:
    index = ListIndex([a_hit(0, 5)])
    assert await Search(index, CountingEmbedder()).find(question, a_scope(a_document()), limit) == []
    assert index.queries == []


async def test_an_empty_scope_asks_neither_index_nor_embedder() -> None:
    index, embedder = ListIndex([a_hit(0, 5)]), CountingEmbedder()
    assert await Search(index, embedder).find("law", a_scope(), 5) == []
    assert (index.queries, embedder.questions) == ([], [])


async def test_a_hit_of_a_version_that_is_no_longer_live_does_not_count() -> None:
    index = ListIndex([a_hit(0, 5), a_hit(0, 5, "retired")])
    found = await Search(index, CountingEmbedder()).find("law", a_scope(a_document()), 5)
    assert [each.document.document_id for each in found] == ["doc_a"]


async def test_of_two_overlapping_hits_the_better_one_stays() -> None:
    index = ListIndex([a_hit(0, 10, sparse=1.0), a_hit(5, 15, sparse=3.0), a_hit(15, 20, sparse=2.0)])
    found = await Search(index, CountingEmbedder()).find("law", a_scope(a_document()), 5)
    assert [each.hit.start for each in found] == [5, 15]


async def test_a_question_is_embedded_once() -> None:
    embedder = CountingEmbedder()
    search = Search(ListIndex([]), embedder)
    for _ in range(3):
        await search.find("Which law governs?", a_scope(a_document()), 5)
    assert embedder.questions == ["Which law governs?"]


async def test_more_candidates_than_results_are_fetched() -> None:
    index = ListIndex([])
    search = Search(index, CountingEmbedder())
    await search.find("law", a_scope(a_document()), 3)
    await search.find("law", a_scope(a_document()), 50)
    assert [query.limit for query in index.queries] == [64, 200]
