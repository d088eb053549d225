"""Search over the real embedded index with the packaged embedder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from analysis.retrieval.naming import Named
from analysis.retrieval.recipe import RECIPE, FeedbackWeights
from analysis.retrieval.search import NOTHING, Found, Search
from ingest.chunking.chunk import chunk, indexed_text
from ingest.embedding.local import LocalEmbedder
from ingest.parsing.registry import parse
from ingest.structure.names import OPENING_CHARS, aliases_of, name_words
from proviso.ids import document_point_id, point_id
from proviso.ports import Vector
from proviso.types.documents import Chunk, Parsed
from proviso.types.search import DocumentPoint, IndexPoint, ReadableDocument, ResolvedScope
from records.index.client import EdgeIndex
from tests.unit.analysis.builders import a_called, a_document, a_hit, a_scope
from tests.unit.analysis.retrieval.doubles import ConstantEmbedder, CountingEmbedder, ListIndex

SAMPLES = ("nyliac-service.pdf", "centrack-web-site-hosting.pdf")


@dataclass(frozen=True)
class Library:
    search: Search
    documents: dict[str, ReadableDocument]
    texts: dict[str, str]

    def scope(self, *names: str) -> ResolvedScope:
        return a_scope(*(self.documents[name] for name in names))


@dataclass(frozen=True)
class Embedded:
    """A sample as the index takes it."""

    text: str
    chunks: list[IndexPoint]
    named: DocumentPoint


@pytest.fixture(scope="module")
def points(samples: Path) -> dict[str, Embedded]:
    """By the samples' names."""
    embedder = LocalEmbedder()
    out = {}
    for name in SAMPLES:
        parsed = parse(samples / name, "application/pdf", name, None)
        document = a_document(name)
        chunks = chunk(parsed.text, parsed.blocks, parsed.pages, parsed.sections, embedder.count_tokens, 256)
        words = [indexed_text(parsed.text, piece) for piece in chunks]
        vectors = embedder.embed_now(words)
        embedded = [a_point(document, *made) for made in zip(chunks, vectors, words, strict=True)]
        out[name] = Embedded(parsed.text, embedded, a_name(document, parsed))
    return out


def a_name(document: ReadableDocument, parsed: Parsed) -> DocumentPoint:
    aliases = aliases_of(document.filename, parsed.title, parsed.facts, parsed.text)
    return DocumentPoint(
        id=document_point_id(document.version_id),
        workspace="local",
        document_id=document.document_id,
        version_id=document.version_id,
        names=name_words(document.filename, parsed.title),
        opening=parsed.text[:OPENING_CHARS],
        aliases=tuple(alias.encoded for alias in aliases),
        language="en",
    )


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
        language="en",
    )


@pytest.fixture
async def library(points: dict[str, Embedded], tmp_path: Path) -> AsyncIterator[Library]:
    index = await EdgeIndex.open(tmp_path / "index", 384, "local")
    for embedded in points.values():
        await index.upsert(embedded.chunks)
    await index.upsert_documents([embedded.named for embedded in points.values()])
    texts = {name: embedded.text for name, embedded in points.items()}
    yield Library(Search(index, LocalEmbedder()), {name: a_document(name) for name in SAMPLES}, texts)
    await index.close()


def documents(found: list[Found]) -> set[str]:
    return {each.document.document_id for each in found}


async def test_the_clause_that_answers_a_question_is_found_first(library: Library) -> None:
    found = (await library.search.find("How is the quarterly fee calculated?", library.scope(*SAMPLES), 5)).found
    best = found[0]
    assert best.document == library.documents["nyliac-service.pdf"]
    assert "quarterly fee" in " ".join(library.texts["nyliac-service.pdf"][best.hit.start : best.hit.end].split())
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


async def test_only_documents_of_the_scope_are_found(library: Library) -> None:
    results = await library.search.find("compensation", library.scope("nyliac-service.pdf"), 50)
    assert documents(results.found) == {"doc_nyliac-service.pdf"}
    assert (results.named, results.reranked, results.not_reranked) == ((), False, None)


async def test_hits_do_not_overlap_and_are_as_many_as_asked(library: Library) -> None:
    found = (await library.search.find("fees for the hosting services", library.scope(*SAMPLES), 12)).found
    assert len(found) == 12
    for i, one in enumerate(found):
        assert not any(
            one.span.overlaps(other.span) and one.hit.version_id == other.hit.version_id for other in found[:i]
        )


@pytest.mark.parametrize(
    ("question", "document", "reason"),
    [
        ("What must NYLIAC pay to FIIOC?", "nyliac-service.pdf", "words"),
        ("Which fees are due under centrack-web-site-hosting.pdf?", "centrack-web-site-hosting.pdf", "file_name"),
    ],
)
async def test_a_question_that_names_a_document_is_kept_to_it(
    library: Library, question: str, document: str, reason: str
) -> None:
    results = await library.search.find(question, library.scope(*SAMPLES), 10)
    assert [(each.document_id, each.reason) for each in results.named] == [(f"doc_{document}", reason)]
    assert documents(results.found) == {f"doc_{document}"}
    assert {each.named for each in results.found} == {1.0}


async def test_a_question_that_names_nothing_is_asked_of_the_whole_scope(library: Library) -> None:
    results = await library.search.find("What are the fees?", library.scope(*SAMPLES), 20)
    assert results.named == ()
    assert documents(results.found) == {f"doc_{name}" for name in SAMPLES}
    assert {each.named for each in results.found} == {None}


async def test_a_document_outside_the_scope_is_not_meant_whatever_the_question_names(library: Library) -> None:
    results = await library.search.find("What must NYLIAC pay?", library.scope("centrack-web-site-hosting.pdf"), 5)
    assert results.named == ()
    assert documents(results.found) == {"doc_centrack-web-site-hosting.pdf"}


async def test_a_scope_of_one_document_is_not_said_to_have_been_chosen(library: Library) -> None:
    results = await library.search.find("What must NYLIAC pay?", library.scope("nyliac-service.pdf"), 5)
    assert results.named == ()
    assert documents(results.found) == {"doc_nyliac-service.pdf"}


async def test_documents_are_named_without_a_search_and_with_those_that_share_the_name() -> None:
    called = [
        a_called("a", "party:cisco systems", "short:cisco"),
        a_called("b", "word:cisco", near=0.0),
        a_called("c", "party:bolt", near=0.0),
    ]
    index, embedder = ListIndex([a_hit(0, 5)], called), CountingEmbedder()
    scope = a_scope(a_document(), a_document("b"), a_document("c"))
    naming = await Search(index, embedder).named("Does the Cisco agreement include a cap?", scope)
    assert [each.document_id for each in naming.named] == ["doc_a"]
    assert [each.document_id for each in naming.namesakes] == ["doc_b"]
    assert (index.queries, embedder.questions) == ([], [])


async def test_two_names_tell_a_document_from_its_namesakes() -> None:
    called = [a_called("a", "party:cisco", "title:supply agreement"), a_called("b", "word:cisco")]
    search = Search(ListIndex([], called), CountingEmbedder())
    naming = await search.named(
        "Does the Cisco Supply Agreement include a cap?", a_scope(a_document(), a_document("b"))
    )
    assert [each.document_id for each in naming.named] == ["doc_a"]
    assert naming.namesakes == ()


async def test_two_searches_alike_find_the_same(library: Library) -> None:
    first, second = [await library.search.find("Who owns the web site?", library.scope(*SAMPLES), 10) for _ in "12"]
    assert first == second


@pytest.mark.parametrize(("question", "limit"), [("", 5), (" \n", 5), ("law", 0)])
async def test_nothing_asked_is_nothing_found(question: str, limit: int) -> None:
    index = ListIndex([a_hit(0, 5)])
    assert await Search(index, CountingEmbedder()).find(question, a_scope(a_document()), limit) == NOTHING
    assert index.queries == []


async def test_an_empty_scope_asks_neither_index_nor_embedder() -> None:
    index, embedder = ListIndex([a_hit(0, 5)]), CountingEmbedder()
    assert await Search(index, embedder).find("law", a_scope(), 5) == NOTHING
    assert (index.queries, index.named_queries, embedder.questions) == ([], [], [])


async def test_a_hit_of_a_version_that_is_no_longer_live_does_not_count() -> None:
    index = ListIndex([a_hit(0, 5), a_hit(0, 5, "retired")], [a_called("retired", "party:vericel")])
    results = await Search(index, CountingEmbedder()).find("Vericel law", a_scope(a_document()), 5)
    assert documents(results.found) == {"doc_a"}
    assert results.named == ()


async def test_of_two_overlapping_hits_the_better_one_stays() -> None:
    index = ListIndex([a_hit(0, 10, sparse=1.0), a_hit(5, 15, sparse=3.0), a_hit(15, 20, sparse=2.0)])
    found = (await Search(index, CountingEmbedder()).find("law", a_scope(a_document()), 5)).found
    assert [each.hit.start for each in found] == [5, 15]


async def test_a_question_is_embedded_once() -> None:
    embedder = CountingEmbedder()
    search = Search(ListIndex([]), embedder)
    for _ in range(3):
        await search.find("zebra quagga", a_scope(a_document()), 5)
    assert embedder.questions == ["zebra quagga"]


async def test_what_is_asked_apart_from_the_names_is_what_is_searched() -> None:
    embedder = CountingEmbedder()
    index = ListIndex([a_hit(0, 5)], [a_called("a", "party:vericel")])
    question = "In our deal with Vericel, who holds the zebras?"
    results = await Search(index, embedder).find(question, a_scope(a_document(), a_document("b")), 5)
    assert embedder.questions == ["who holds the zebras?"]
    assert index.scoped[0].within.only == ("ver_a",)
    assert results.named == (Named("doc_a", "ver_a", 6.0, "party", frozenset({4})),)


async def test_where_several_documents_are_meant_the_more_surely_named_one_comes_first_among_equals() -> None:
    called = [a_called("a", "party:vericel", near=1.0), a_called("b", "party:vericel", near=1.2)]
    index = ListIndex([a_hit(0, 5), a_hit(0, 5, "b")], called)
    results = await Search(index, ConstantEmbedder()).find("Vericel?", a_scope(a_document(), a_document("b")), 5)
    assert [each.document.document_id for each in results.found] == ["doc_b", "doc_a"]
    assert [each.named for each in results.found] == [1.0, pytest.approx(results.named[1].score / 6.0)]
    assert all(0.0 <= each.score <= 1.0 for each in results.found)


async def test_more_candidates_than_results_are_fetched() -> None:
    index = ListIndex([])
    search = Search(index, ConstantEmbedder())
    await search.find("law", a_scope(a_document()), 3)
    await search.find("law", a_scope(a_document()), 80)
    per_result = RECIPE.candidates_per_result
    assert [query.limit for query in index.scoped] == [max(RECIPE.least_candidates, per_result * n) for n in (3, 80)]


async def test_how_well_the_workspace_covers_a_question_is_looked_up_once() -> None:
    index = ListIndex([])
    search = Search(index, ConstantEmbedder())
    many = [a_document(str(n)) for n in range(FeedbackWeights().asked_of + 1)]
    for scope in (a_scope(*many), a_scope(*many), a_scope(*many[1:], a_document())):
        await search.find("zebra quagga", scope, 3)
    assert len(index.scoped) == len(index.queries) == 3
    assert len(index.covered) == 1
