"""Our chunker as a LlamaIndex `NodeParser` (floor 4): clauses with exact offsets, for any pipeline that takes one.

How sections are found and tokens counted is given to it, because chunking knows neither; `api.llamaindex.chunking.node_parser` puts it
together. LlamaIndex looks a node's words up in the document afterwards, which goes wrong where words repeat; here every offset is the
split's own. Importing this loads `llama_index.core`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from llama_index.core.node_parser import NodeParser
from llama_index.core.schema import BaseNode, Document, MetadataMode, NodeRelationship, TextNode
from llama_index.core.utils import get_tqdm_iterable
from pydantic import Field, PrivateAttr
from typing_extensions import override

from ingest.chunking.chunk import chunk
from ingest.chunking.nodes import to_node
from proviso.text import canonical
from proviso.types.documents import Block, Section

FindStructure = Callable[[str], tuple[Sequence[Block], Sequence[Section]]]
"""The blocks and sections of a canonical text."""


class ProvisoNodeParser(NodeParser):
    """Documents to nodes of one clause or part of one.

    `start_char_idx` and `end_char_idx` are code points of the document's own text, of which a node's text is exactly that part. A node
    carries `section`, `heading` and the section path as `header`, which stands before its words for an embedder and a model; what the
    document's metadata say is kept with the node and shown to neither. Header and words are at most `max_tokens`.
    """

    max_tokens: int = Field(description="The embedder's limit for header and words of a node, by its own tokenizer.")
    _find_structure: FindStructure = PrivateAttr()
    _count_tokens: Callable[[str], int] = PrivateAttr()

    def __init__(
        self, find_structure: FindStructure, count_tokens: Callable[[str], int], max_tokens: int, **options: Any
    ) -> None:
        super().__init__(**{"max_tokens": max_tokens, **options})
        self._find_structure = find_structure
        self._count_tokens = count_tokens

    @classmethod
    @override
    def class_name(cls) -> str:
        return "ProvisoNodeParser"

    @override
    def _parse_nodes(self, nodes: Sequence[BaseNode], show_progress: bool = False, **kwargs: Any) -> list[BaseNode]:
        out: list[BaseNode] = []
        for document in get_tqdm_iterable(nodes, show_progress, "Parsing nodes"):
            out.extend(self._nodes(document))
        return out

    @override
    async def _aparse_nodes(
        self, nodes: Sequence[BaseNode], show_progress: bool = False, **kwargs: Any
    ) -> list[BaseNode]:
        return await asyncio.to_thread(self._parse_nodes, nodes, show_progress, **kwargs)

    @override
    def _postprocess_parsed_nodes(self, nodes: list[BaseNode], parent_doc_map: dict[str, Document]) -> list[BaseNode]:
        """What LlamaIndex adds (metadata, neighbours), without the offsets that it guesses."""
        spans = {node.node_id: (node.start_char_idx, node.end_char_idx) for node in nodes if isinstance(node, TextNode)}
        done = super()._postprocess_parsed_nodes(nodes, parent_doc_map)
        for node in done:
            if isinstance(node, TextNode):
                node.start_char_idx, node.end_char_idx = spans[node.node_id]
        return done

    def _nodes(self, document: BaseNode) -> list[TextNode]:
        text = document.get_content(metadata_mode=MetadataMode.NONE)
        view = same_length(text)
        if not view.strip():
            return []
        blocks, sections = self._find_structure(view)
        out = []
        for i, each in enumerate(chunk(view, blocks, (), sections, self._count_tokens, self.max_tokens)):
            node = to_node(text, each, self.id_func(i, document))
            hidden = sorted(set(document.metadata) - set(node.metadata))
            node.excluded_embed_metadata_keys = [*node.excluded_embed_metadata_keys, *hidden]
            node.excluded_llm_metadata_keys = [*node.excluded_llm_metadata_keys, *hidden]
            node.relationships = {NodeRelationship.SOURCE: document.as_related_node_info()}
            out.append(node)
        return out


def same_length(text: str) -> str:
    """`text` as canonical text in which every character keeps its place: a byte order mark and the first half of a Windows line end become
    blanks."""
    marked = " " + text[1:] if text.startswith("\ufeff") else text
    return canonical(marked.replace("\r\n", " \n"))
