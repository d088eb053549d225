"""Puts the node parser together (floor 5): plain text and Markdown find their sections as uploaded files do.

nodes = node_parser().get_nodes_from_documents([Document(text=…)])
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from api.llamaindex.texts import MARKDOWN_HEADING
from ingest.chunking.node_parser import ProvisoNodeParser
from ingest.embedding.counting import open_counter
from ingest.embedding.local import MAX_TOKENS
from ingest.parsing import registry
from ingest.parsing.kinds import MARKDOWN, PLAIN
from ingest.structure.sections import find_sections
from proviso.types.documents import Block, Section


def node_parser(
    count_tokens: Callable[[str], int] | None = None, max_tokens: int = MAX_TOKENS, **options: Any
) -> ProvisoNodeParser:
    """The node parser for the packaged embedder, or for another with its own `count_tokens` and `max_tokens`.

    `options` are those of every LlamaIndex node parser: `include_metadata`, `include_prev_next_rel`, `id_func`, `callback_manager`.
    """
    return ProvisoNodeParser(find_structure, count_tokens or open_counter("wordpiece"), max_tokens, **options)


def find_structure(text: str) -> tuple[Sequence[Block], Sequence[Section]]:
    """Blocks and sections of a canonical text, as Markdown where it has Markdown's headings."""
    blocks = _blocks(text, MARKDOWN if MARKDOWN_HEADING.search(text) else PLAIN)
    outline = find_sections(text, blocks)
    return outline.blocks, outline.sections


def _blocks(text: str, media_type: str) -> Sequence[Block]:
    """Parsers read files, so that is what they get; none if one should have read the text otherwise than it stands."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "text"
        path.write_bytes(text.encode("utf-8"))
        parsed = registry.parse(path, media_type, path.name, None)
    return parsed.blocks if parsed.text == text else ()
