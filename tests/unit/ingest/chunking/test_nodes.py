"""Chunks as LlamaIndex nodes."""

from __future__ import annotations

import pytest
from llama_index.core.schema import MetadataMode, TextNode

from ingest.chunking.chunk import indexed_text
from ingest.chunking.nodes import from_node, to_node
from proviso.types.documents import Chunk

TEXT = "Preamble.\n\n8.2 Assignment. Neither party may assign."
CHUNK = Chunk(3, 11, len(TEXT), "General > 8.2 Assignment", "8.2", "Assignment", 2, 3, 14)
PLAIN = Chunk(0, 0, 9, "", "", "", None, None, 4)


@pytest.mark.parametrize("chunk", [CHUNK, PLAIN])
def test_a_chunk_survives_the_way_through_a_node(chunk: Chunk) -> None:
    assert from_node(to_node(TEXT, chunk, "doc.3")) == chunk


@pytest.mark.parametrize("chunk", [CHUNK, PLAIN])
def test_a_llama_index_embedder_sees_the_indexed_text(chunk: Chunk) -> None:
    node = to_node(TEXT, chunk, "doc.3")
    assert node.get_content(MetadataMode.EMBED) == indexed_text(TEXT, chunk)
    assert node.get_content(MetadataMode.NONE) == TEXT[chunk.start : chunk.end]


def test_a_node_without_a_span_is_refused() -> None:
    with pytest.raises(ValueError, match="no span"):
        from_node(TextNode(text="words"))
