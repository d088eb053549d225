"""A parsed document with its sections found, its blocks refined and its title chosen (floor 4, pure)."""

from __future__ import annotations

from dataclasses import replace

from ingest.structure.sections import find_sections
from ingest.structure.title import title_of
from proviso.types.documents import Parsed


def structured(parsed: Parsed, filename: str) -> Parsed:
    """`parsed`, whose sections are at most bookmarks, with everything that can be found in its text."""
    outline = find_sections(parsed.text, parsed.blocks, parsed.sections)
    declared = parsed.title or parsed.metadata.get("title")
    title = title_of(parsed.text, outline.blocks, declared, filename)
    return replace(parsed, sections=outline.sections, blocks=outline.blocks, title=title)
