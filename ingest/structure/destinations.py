"""Where a reference may lead (floor 4, pure): the sections of a document by number, its tables and figures by caption."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.structure.labels import count
from proviso.structure import section_at, sections_around
from proviso.types.documents import Block, Reference, Section, Table

_CAPTION = re.compile(
    r"\s*(?P<kind>Table|TABLE|Figure|FIGURE)\s+(?P<number>(?:[A-Z][.-])?\d{1,3}(?:[.-]\d{1,3})?)(?=\s*[.:–—-]|\s*$)"
)
_DOCUMENTS = ("exhibit", "schedule", "annex", "appendix", "attachment", "addendum")
_ARTICLE = re.compile(r"article\s+(\w+)")
_LAST_PART = re.compile(r"\s?\([^()]{1,4}\)$")


class Destinations:
    """Everything in a document that bears a number, by number."""

    def __init__(
        self, text: str, blocks: Sequence[Block], sections: Sequence[Section], tables: Sequence[Table]
    ) -> None:
        self._sections = sections
        self._by_path: dict[str, list[Section]] = {}
        for section in sections:
            if section.number:
                for key in _keys(section):
                    self._by_path.setdefault(key, []).append(section)
        self._articles = any(section.number.casefold().startswith("article") for section in sections)
        self._captions: dict[str, list[tuple[int, int]]] = {}
        spans = [
            (text[block.start : block.start + 40], (block.start, block.end))
            for block in blocks
            if block.kind != "table_row"
        ]
        for words, span in [*spans, *((table.caption[:40], (table.start, table.end)) for table in tables)]:
            caption = _CAPTION.match(words)
            if caption:
                self._captions.setdefault(f"{caption.group('kind')} {caption.group('number')}".casefold(), []).append(
                    span
                )

    def resolved(self, reference: Reference, number: str) -> Reference:
        """The reference with the one place it leads to, if there is exactly one."""
        if reference.kind in ("table", "figure"):
            return self._floating(reference, number)
        for key in self._wanted(reference, number):
            sections = self._by_path.get(key, [])
            if len(sections) == 1:
                return _to(reference, sections[0])
            if sections:
                return reference
        return reference

    def around(self, reference: Reference) -> Reference:
        """What "this Section" is: the innermost section with a number of that kind."""
        for section in reversed(sections_around(self._sections, reference.start)):
            word = section.number.split()[0].casefold() if section.number else ""
            numbered = section.number[:1].isdigit() or (section.number[1:2] == "." and section.number[2:3].isdigit())
            if (reference.kind == "section" and numbered and not section.path.endswith(")")) or word == reference.kind:
                return _to(reference, section)
        return reference

    def _floating(self, reference: Reference, number: str) -> Reference:
        spans = self._captions.get(f"{reference.kind} {number}".casefold(), [])
        own = any(start <= reference.start < end for start, end in spans)
        if own or len(spans) != 1:
            return reference
        section = section_at(self._sections, spans[0][0])
        return replace(
            reference, target=section.path if section else "", target_start=spans[0][0], target_end=spans[0][1]
        )

    def _wanted(self, reference: Reference, number: str) -> list[str]:
        """Keys to look under, the exact ones first: inside an exhibit its own clauses; a sub-clause that is not set apart stands in
        its clause."""
        plain = "".join(number.split()).casefold()
        if reference.kind == "article":
            value = count(plain)
            return [f"article {value}"] if self._articles else [f"{value}", f"{value}.0"]
        if reference.kind != "section":
            return [*(f"{word} {plain}" for word in _words(reference)), *([plain] if "." in plain else [])]
        keys = [plain]
        while _LAST_PART.search(keys[-1]):
            keys.append(_LAST_PART.sub("", keys[-1]))
        outer = [section for section in sections_around(self._sections, reference.start) if _is_document(section)]
        within = [f"{_folded(section.number)}, {key}" for section in reversed(outer) for key in keys]
        return [*within, *keys]


def _to(reference: Reference, section: Section) -> Reference:
    return replace(reference, target=section.path, target_start=section.start, target_end=section.end)


def _keys(section: Section) -> set[str]:
    path = _folded(section.path)
    keys = {path, re.sub(r"^(?:section|clause|§)\s*", "", path)}
    article = _ARTICLE.fullmatch(path)
    if article:
        keys.add(f"article {count(article.group(1))}")
    if path.endswith(".0"):
        keys.add(path.removesuffix(".0"))
    return keys


def _folded(words: str) -> str:
    return (
        re.sub(r"\s+(?=\()", "", " ".join(words.split())).casefold().replace('"', "").replace("“", "").replace("”", "")
    )


def _words(reference: Reference) -> tuple[str, ...]:
    return ("attachment", "exhibit") if reference.label.casefold().startswith("attachment") else (reference.kind,)


def _is_document(section: Section) -> bool:
    return section.number.casefold().startswith(_DOCUMENTS)
