"""Cells written down (floor 4): quotes resolved, candidates found, failures named, usage counted; one commit per unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from analysis.extraction.asking import replied
from analysis.extraction.cells import CellMaker
from analysis.extraction.groups import array_pointer
from analysis.extraction.prompt import query_of
from analysis.extraction.unit import Unit, belongs
from analysis.grounding.library import Library
from analysis.grounding.passages import Passages
from analysis.grounding.quotes import Quotes
from proviso.prices import total_cost
from proviso.text import Span
from proviso.types.answers import CallUsage, Evidence, Usage
from proviso.types.extractions import Cell, Coverage, Field
from proviso.types.search import ReadableDocument, ResolvedScope
from proviso.wire import from_data
from records.catalog import extractions
from records.catalog.catalog import Catalog
from records.catalog.extractions import ExtractionRecord

CANDIDATES = 3
"""Passages shown per field when there is no model."""


class Recording:
    """Makes and writes the cells of a unit."""

    def __init__(self, catalog: Catalog, library: Library, passages: Passages) -> None:
        self._catalog = catalog
        self._library = library
        self._passages = passages

    async def from_replies(
        self, document: ReadableDocument, fields: Sequence[Field], replies: Sequence[dict[str, Any]]
    ) -> list[Cell]:
        """Group by group: what was said, with its quotes resolved; a group whose reply failed fails with its reason."""
        cells: list[Cell] = []
        for reply in replies:
            group = [field for field in fields if field.pointer in set(reply["asked"])]
            said = replied(reply["cells"])
            spans = [Span(start, end) for start, end in reply["spans"]]
            quotes = Quotes(self._library, {"D1": document}, {document.document_id: spans})
            found = {quote: await quotes.resolve(1, quote, "D1") for cell in said for quote in cell.quotes}
            maker = CellMaker(document, _coverage(document, reply, spans), found.__getitem__)
            made = maker.cells(group, said)
            cells += [_with_fault(cell, reply["fault"]) for cell in made]
        return cells

    async def candidates(self, workspace: str, document: ReadableDocument, fields: Sequence[Field]) -> list[Cell]:
        """No model: the passages that fit each field best, as evidence; no value is claimed."""
        scope = ResolvedScope(workspace, (document,))
        cells: list[Cell] = []
        arrays: set[str] = set()
        for field in fields:
            array = array_pointer(field.pointer)
            if array and array in arrays:
                continue
            arrays.add(array)
            evidence = await self._passages.evidence(query_of(field), scope, CANDIDATES)
            shown = sum(len(item.text or "") for item in evidence)
            coverage = Coverage("retrieve", 0, document.unread_pages, max(0, document.chars - shown))
            blank = CellMaker(document, coverage, _no_quotes).blanks([field], "candidates", "no_model")[0]
            cells.append(replace(blank, evidence=evidence))
        return cells

    def failed(self, document_id: str, fields: Sequence[Field], reason: str) -> list[Cell]:
        """One failed cell a field, for a document that could not be asked."""
        document = ReadableDocument(document_id, "", 0, document_id, "", "", 0, 0, None)
        maker = CellMaker(document, Coverage("none", 0, (), 0), _no_quotes)
        return [replace(cell, version=None, coverage=None) for cell in maker.blanks(fields, "failed", reason)]

    async def write(
        self,
        record: ExtractionRecord,
        unit: Unit,
        cells: Sequence[Cell],
        asked: set[str],
        replies: Sequence[dict[str, Any]],
    ) -> None:
        """Replace the unit's cells: those made now, and of those there were, the ones not asked for again; in schema order."""
        fresh = [field for field in record.fields if field.pointer in asked]
        before, _ = await self._catalog.read(
            lambda session: extractions.cells(session, unit.extraction_id, document_id=unit.document_id)
        )
        kept = [cell for cell in before if not any(belongs(cell.field, field) for field in fresh)]
        titled = await self._titled(unit.document_id, [*kept, *cells])
        calls = [from_data(CallUsage, call) for reply in replies for call in reply["calls"]]
        await self._catalog.write(
            extractions.record_unit,
            *unit.key,
            sorted(titled, key=lambda cell: _place(cell, record.fields)),
            _usage(calls),
        )

    async def _titled(self, document_id: str, cells: Sequence[Cell]) -> list[Cell]:
        title = await self._catalog.read(extractions.title_of, document_id)
        return [replace(cell, title=title) if cell.title == document_id else cell for cell in cells]


def _coverage(document: ReadableDocument, reply: dict[str, Any], spans: Sequence[Span]) -> Coverage:
    read = sum(len(span) for span in spans)
    return Coverage(reply["mode"] or "none", reply["tokens_read"], document.unread_pages, max(0, document.chars - read))


def _with_fault(cell: Cell, fault: str | None) -> Cell:
    if fault and cell.outcome == "failed":
        return replace(cell, reason=fault)
    return cell


def _usage(calls: Sequence[CallUsage]) -> Usage | None:
    if not calls:
        return None
    return Usage(
        prompt=sum(call.prompt for call in calls),
        reasoning=sum(call.reasoning for call in calls),
        reasoning_source="server" if all(call.source == "server" for call in calls) else "counted",
        answer=sum(call.answer for call in calls),
        calls=sum(call.attempts for call in calls),
        cost=total_cost(calls),
    )


def _place(cell: Cell, fields: Sequence[Field]) -> int:
    return next((n for n, field in enumerate(fields) if belongs(cell.field, field)), len(fields))


def _no_quotes(quote: str) -> Evidence:
    raise LookupError(quote)
