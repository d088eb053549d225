"""Chunks as LlamaIndex nodes and back (floor 4): `TextNode` is how chunks travel to LlamaIndex embedders and
retrievers.

A node's embedded content is exactly `indexed_text`, so a LlamaIndex embedder sees what ours does. Importing this
loads `llama_index.core`.
"""

from __future__ import annotations

from llama_index.core.schema import TextNode

from proviso.types.documents import Chunk

HEADER = "header"
HIDDEN = ["index", "section", "heading", "page_start", "page_end", "tokens"]


def to_node(text: str, chunk: Chunk, node_id: str) -> TextNode:
    """`chunk` of `text` as a node with its span of the canonical text."""
    metadata: dict[str, str | int | None] = {
        "index": chunk.index,
        "section": chunk.section,
        "heading": chunk.heading,
        "page_start": chunk.page_start,
        "page_end": chunk.page_end,
        "tokens": chunk.tokens,
        HEADER: chunk.header,
    }
    hidden = HIDDEN if chunk.header else [*HIDDEN, HEADER]
    return TextNode(
        id_=node_id,
        text=text[chunk.start : chunk.end],
        start_char_idx=chunk.start,
        end_char_idx=chunk.end,
        metadata=metadata,
        metadata_template="{value}",
        text_template="{metadata_str}: {content}",
        excluded_embed_metadata_keys=hidden,
        excluded_llm_metadata_keys=hidden,
    )


def from_node(node: TextNode) -> Chunk:
    """The chunk that `to_node` made `node` of. Raises ValueError when the node has no span."""
    if node.start_char_idx is None or node.end_char_idx is None:
        raise ValueError(f"node {node.node_id} has no span of its text")
    data = node.metadata
    return Chunk(
        index=data["index"],
        start=node.start_char_idx,
        end=node.end_char_idx,
        header=data[HEADER],
        section=data["section"],
        heading=data["heading"],
        page_start=data["page_start"],
        page_end=data["page_end"],
        tokens=data["tokens"],
    )
