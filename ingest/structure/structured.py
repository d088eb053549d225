"""A parsed document with its sections, title, language, definitions, references and facts found, and its blocks refined (floor 4, pure)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ingest.structure.definitions import Outlined, find_definitions
from ingest.structure.facts import find_facts
from ingest.structure.language import language_of
from ingest.structure.references import Pointing, find_references
from ingest.structure.sections import find_sections
from ingest.structure.title import shown_title, title_of
from proviso.types.documents import DocumentWarning, Parsed


def structured(parsed: Parsed, filename: str) -> Parsed:
    """`parsed`, whose sections are at most bookmarks, with everything that can be found in its text."""
    outline = find_sections(parsed.text, parsed.blocks, parsed.sections)
    declared = parsed.title or parsed.metadata.get("title")
    title = title_of(parsed.text, outline.blocks, declared, filename)
    document = Outlined(parsed.text, parsed.blocks, outline.sections, parsed.tables)
    definitions = find_definitions(document)
    return replace(
        parsed,
        sections=outline.sections,
        blocks=outline.blocks,
        title=title,
        language=parsed.language or language_of(parsed.text),
        definitions=definitions,
        references=find_references(document, Pointing(parsed.links, parsed.anchors)),
        warnings=(*parsed.warnings, *_unsearched(outline.searched, parsed)),
        facts=find_facts(parsed.text, outline.sections, definitions, shown_title(parsed.text, outline.blocks)),
    )


def _unsearched(searched: int, parsed: Parsed) -> Iterator[DocumentWarning]:
    if searched < len(parsed.text):
        words = f"So much of this text looks like numbers of clauses that sections were looked for in its first {searched} characters only."
        yield DocumentWarning("sections_cut", words, tuple(page.number for page in parsed.pages if page.end > searched))
