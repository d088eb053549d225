"""How rare a word is: over some chunks of the workspace, and over public documents behind them."""

from __future__ import annotations

import math

import pytest

from analysis.retrieval.rarity import PUBLIC_WEIGHT, Rarity
from proviso.types.search import SparseVector
from records.index.bm25 import document_vector, token_id

PARTY, INDEMNIFY, ZEBRA = (token_id(word) for word in ("party", "indemnify", "zebraquagga"))


def test_without_a_workspace_words_are_as_rare_as_in_public_documents() -> None:
    rarity = Rarity()
    assert 0 < rarity.of(PARTY) < rarity.of(INDEMNIFY) < rarity.of(ZEBRA)


def test_a_word_that_every_chunk_of_the_workspace_holds_says_little_there() -> None:
    chunks = [document_vector(f"the indemnify clause number {n}") for n in range(1000)]
    rarity = Rarity.among(chunks)
    assert rarity.chunks == 1000
    assert rarity.of(INDEMNIFY) < 0.2 < rarity.of(PARTY)
    assert rarity.of(ZEBRA) > rarity.of(PARTY)


def test_rarity_is_the_idf_that_the_index_computes_when_the_workspace_is_large() -> None:
    many = 100 * PUBLIC_WEIGHT
    chunks = [SparseVector((ZEBRA,), (1.0,))] * (many // 4) + [SparseVector((), ())] * (many - many // 4)
    held = many // 4
    assert Rarity.among(chunks).of(ZEBRA) == pytest.approx(math.log(1 + (many - held + 0.5) / (held + 0.5)), rel=0.01)
