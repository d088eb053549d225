"""The shipped library of public clauses: what is in it, and that it is searched as a workspace is."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from analysis.retrieval.feedback import Asked, spokesmen
from analysis.retrieval.rarity import Rarity
from analysis.retrieval.recipe import FeedbackWeights, ReferenceWeights
from analysis.retrieval.reference import Pool, Words, nearest, shipped
from evals.documents import REPOSITORY, SAMPLES
from ingest.embedding.local import LocalEmbedder
from proviso.types.search import SparseVector
from records.index.bm25 import document_vector, query_vector, token_id, words

MOST_BYTES = 3_000_000
TEXTS = (
    "Either party may terminate this Agreement upon notice. Notice is given in writing, and notice is given by post.",
    "The Receiving Party shall keep the Confidential Information secret.",
    "Notice to the Receiving Party.",
)
HEADERS = """The Length field is an unsigned 24-bit integer that gives the length of the frame payload in octets.
A server MUST NOT send a HEADERS frame on a stream that is in the closed state; the receiver treats it as a stream error.
The Stream Identifier is 31 bits long. Stream zero is reserved for frames that concern the connection as a whole.
An endpoint that receives a frame with an unknown type MUST ignore it and discard the payload."""


def counted(texts: Sequence[str]) -> Words:
    counts = [sorted(Counter(map(token_id, words(text))).items()) for text in texts]
    tokens = sorted({token for passage in counts for token, _ in passage})
    return Words.counted(
        np.array(tokens),
        np.cumsum([0, *map(len, counts)]),
        np.array([tokens.index(token) for passage in counts for token, _ in passage]),
        np.array([count for passage in counts for _, count in passage]),
    )


def a_pool(texts: Sequence[str], vectors: Sequence[Sequence[float]] | None = None) -> Pool:
    """Each text is a document."""
    held = counted(texts)
    numbers = None if vectors is None else np.array(vectors, np.float32)
    return Pool("some", range(len(texts)), held, numbers, held.rarity())


@pytest.fixture(scope="module")
def embedder() -> LocalEmbedder:
    return LocalEmbedder()


@pytest.fixture(scope="module")
def pools(embedder: LocalEmbedder) -> dict[str, Pool]:
    return {pool.name: pool for pool in shipped(embedder.name)}


def test_the_words_of_a_passage_weigh_what_they_weigh_in_the_index() -> None:
    held = counted(TEXTS)
    for place, text in enumerate(TEXTS):
        assert held.of(place).tokens == document_vector(text).tokens
        assert held.of(place).weights == pytest.approx(document_vector(text).weights)


def test_passages_score_as_qdrant_scores_them() -> None:
    passages = [dict(zip(v.tokens, v.weights, strict=True)) for v in map(document_vector, TEXTS)]
    question = query_vector("written notice to the receiving party, zebra")
    expected = [0.0] * len(TEXTS)
    for token, weight in zip(question.tokens, question.weights, strict=True):
        holders = sum(token in passage for passage in passages)
        idf = math.log(1 + (len(TEXTS) - holders + 0.5) / (holders + 0.5))
        expected = [
            score + weight * idf * passage.get(token, 0.0) for score, passage in zip(expected, passages, strict=True)
        ]
    assert counted(TEXTS).scores(question).tolist() == pytest.approx(expected, rel=1e-5)


async def test_a_look_gives_the_best_by_words_and_the_best_by_vector_each_with_the_score_it_has() -> None:
    pool = a_pool(TEXTS, [(1.0, 0.0), (0.6, 0.8), (0.0, 1.0)])
    both = await pool.look(Asked((0.0, 1.0), query_vector("terminate")), 1)
    assert {hit.id: (hit.dense is None, hit.sparse is None) for hit in both} == {
        "00000": (True, False),
        "00002": (False, True),
    }
    assert len({hit.document_id for hit in both}) == 2
    assert [hit.id for hit in await pool.look(Asked((0.6, 0.8), SparseVector((), ())), 1)] == ["00001"]


async def test_without_vectors_of_the_embedder_only_words_find_and_only_words_are_told() -> None:
    pool = a_pool(TEXTS)
    (hit,) = await pool.look(Asked((0.0, 1.0), query_vector("terminate")), 2)
    assert (hit.id, hit.dense) == ("00000", None)
    (passage,) = await pool.passages([hit.id])
    assert passage.dense == ()
    assert token_id("terminate") in passage.words.tokens


def test_the_shipped_vectors_are_those_of_the_packaged_embedder(
    pools: dict[str, Pool], embedder: LocalEmbedder
) -> None:
    assert set(pools) == {"contracts", "ndas"}
    for pool in pools.values():
        assert pool.vectors is not None
        assert pool.vectors.shape == (pool.words.passages, embedder.dimensions)
        assert np.linalg.norm(pool.vectors, axis=1) == pytest.approx(1.0, abs=1e-5)
        assert len(set(pool.documents)) >= FeedbackWeights().documents
    assert all(pool.vectors is None for pool in shipped("another embedder"))


def test_the_shipped_words_are_those_that_the_index_counts(pools: dict[str, Pool]) -> None:
    for pool in pools.values():
        for word in "terminate governed liable confidential notice".split():
            assert token_id(word) in pool.rarity.held
    assert pools["ndas"].rarity.of(token_id("confidential")) < pools["contracts"].rarity.of(token_id("confidential"))


async def test_the_shipped_contracts_answer_a_question_about_a_clause_that_most_have(
    pools: dict[str, Pool], embedder: LocalEmbedder
) -> None:
    text = "Which state's law governs?"
    for pool in pools.values():
        hits = await pool.look(Asked(embedder.embed_query_now(text), query_vector(text)), 250)
        said = await pool.passages(spokesmen(hits, 0.5, FeedbackWeights()))
        assert len(said) == FeedbackWeights().documents
        assert sum(token_id("law") in passage.words.tokens for passage in said) > len(said) / 2


def test_none_of_the_documents_is_one_that_the_project_measures_or_shows_with() -> None:
    listed = (files("analysis.retrieval") / "reference_data" / "documents.txt").read_text(encoding="utf-8").splitlines()
    measured = {path.name for path in (REPOSITORY / "evals" / "data").glob("*/txt/*")}
    assert len(measured) == 72
    shown = (SAMPLES / "README.md").read_text(encoding="utf-8")
    names = [line.partition("/txt/")[2] for line in listed]
    assert not measured.intersection(names)
    assert not [name for name in names if name.removesuffix(".txt") in shown]


def test_what_is_shipped_stays_small() -> None:
    data = files("analysis.retrieval") / "reference_data" / "passages.npz"
    assert len(data.read_bytes()) <= MOST_BYTES


def test_a_workspace_is_near_to_the_documents_that_speak_as_it_does(embedder: LocalEmbedder) -> None:
    folder = REPOSITORY / "evals" / "data" / "contractnli" / "txt"
    nda = (folder / "Basic-Non-Disclosure-Agreement.txt").read_text(encoding="utf-8").splitlines()
    least = ReferenceWeights().near
    found = nearest(Rarity.among([document_vector(line) for line in nda]), embedder.name, least)
    assert found is not None
    assert found.name == "ndas"
    assert nearest(Rarity.among([document_vector(line) for line in HEADERS.splitlines()]), embedder.name, least) is None
    assert nearest(Rarity(), embedder.name, least) is None


def test_nearness_is_one_for_the_same_words_and_nothing_for_others() -> None:
    pool = a_pool(TEXTS)
    assert pool.nearness(replace(pool.rarity)) == pytest.approx(1.0)
    assert pool.nearness(Rarity(1, {token_id("zebra"): 1})) == 0.0
