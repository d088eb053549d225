"""Hits are united in a stable order, and an index built for another embedder is refused in words."""

from __future__ import annotations

import pytest

from proviso.errors import IndexUnavailable
from records.index.schema import collection_name, document_hits, hits_of, identity, payload_of, require_same
from tests.contracts.indexes import a_document, a_point

PAYLOAD = payload_of(a_point())


def test_the_words_and_vectors_of_a_point_are_not_in_its_payload() -> None:
    assert set(PAYLOAD) == {
        *("workspace", "document_id", "version_id", "chunk", "start", "end", "section", "heading"),
        *("page_start", "page_end"),
    }


def test_hits_come_dense_first_and_ties_in_order_of_id() -> None:
    dense = [("b", 0.5, PAYLOAD), ("a", 0.5, PAYLOAD), ("c", 0.9, PAYLOAD)]
    sparse = [("d", 3.0, PAYLOAD), ("a", 7.0, PAYLOAD)]
    hits = hits_of(dense, sparse)
    assert [(hit.id, hit.dense, hit.sparse) for hit in hits] == [
        ("c", 0.9, None),
        ("a", 0.5, 7.0),
        ("b", 0.5, None),
        ("d", None, 3.0),
    ]


def test_the_same_embedder_is_accepted() -> None:
    require_same(identity(384, "minilm"), identity(384, "minilm"), "here")


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        (
            identity(384, "minilm"),
            r"built with the embedder minilm \(384 dimensions\).*now set is bge \(768 dimensions\)",
        ),
        (identity(768, "minilm"), "PROVISO_EMBEDDER"),
        (identity(768, "bge") | {"schema": 99}, "layout 99"),
        ({}, "layout None"),
    ],
)
def test_another_embedder_or_layout_is_refused_with_both_named(stored: dict[str, object], words: str) -> None:
    with pytest.raises(IndexUnavailable, match=words):
        require_same(stored, identity(768, "bge"), "here")


def test_a_collection_is_named_for_its_dimensions() -> None:
    assert collection_name(384) == "proviso_384"
    assert collection_name(384, 2) == "proviso_384_2"


def test_documents_come_best_sum_first_and_a_score_that_is_not_there_is_nothing() -> None:
    payloads = [payload_of(a_document(f"ver_{number}", aliases=[f"alias {number}"])) for number in range(3)]
    names = [("a", 2.0, payloads[0]), ("b", 1.0, payloads[1])]
    openings = [("c", 1.0, payloads[2]), ("b", 1.5, payloads[1])]
    assert [(hit.version_id, hit.aliases, hit.names, hit.opening) for hit in document_hits(names, openings)] == [
        ("ver_1", ("alias 1",), 1.0, 1.5),
        ("ver_0", ("alias 0",), 2.0, 0.0),
        ("ver_2", ("alias 2",), 0.0, 1.0),
    ]


def test_an_index_of_the_layout_before_is_refused_with_both_layouts_named() -> None:
    with pytest.raises(IndexUnavailable, match=r"has layout 1, this version of Proviso writes layout 2: rebuild"):
        require_same(identity(384, "minilm") | {"schema": 1}, identity(384, "minilm"), "here")
