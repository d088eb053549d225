"""A unit of an extraction and what is read for it (floor 4): its extraction, its document, the cells it had before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.extraction.groups import array_pointer
from proviso.types.answers import Effort
from proviso.types.extractions import Cell, Field
from proviso.types.search import ReadableDocument, Scope
from records.catalog import documents, extractions
from records.catalog.catalog import Catalog
from records.catalog.extractions import ExtractionRecord

DEFAULT_EFFORT: Effort = "low"


@dataclass(frozen=True, slots=True)
class Unit:
    """One document of an extraction, in one attempt."""

    extraction_id: str
    document_id: str
    attempt: int

    @classmethod
    def of(cls, subject: str) -> Unit:
        extraction_id, document_id, attempt = subject.split("/")
        return cls(extraction_id, document_id, int(attempt))

    @property
    def subject(self) -> str:
        return f"{self.extraction_id}/{self.document_id}/{self.attempt}"

    @property
    def key(self) -> tuple[str, str, int]:
        return self.extraction_id, self.document_id, self.attempt


@dataclass(frozen=True, slots=True)
class Call:
    """What is the same for every call of an extraction."""

    workspace: str
    guidance: str | None
    effort: Effort
    model: str | None
    may_repeat: bool = True
    """Whether the model client may ask twice for one answer; not under a budget, which holds one try at a time."""


class UnitReading:
    """Looks things up in the catalog for a unit."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    async def extraction(self, unit: Unit) -> ExtractionRecord:
        return await self._catalog.read(extractions.of_unit, unit.extraction_id)

    async def document(self, workspace: str, document_id: str) -> ReadableDocument:
        """Raises NotFound when it is gone, DocumentNotReady when it failed."""
        scope = await self._catalog.read(documents.resolve_scope, Scope(workspace, None, (document_id,)))
        return scope.documents[0]

    async def cells(self, unit: Unit) -> list[Cell]:
        """The cells recorded for the document so far."""

        found, _ = await self._catalog.read(
            lambda session: extractions.cells(session, unit.extraction_id, document_id=unit.document_id)
        )
        return found

    @staticmethod
    def call(record: ExtractionRecord) -> Call:
        is_limited = record.max_tokens is not None or record.max_cost is not None
        effort = record.effort or DEFAULT_EFFORT
        return Call(record.workspace, record.instructions, effort, record.model, may_repeat=not is_limited)


def asked_again(fields: Sequence[Field], before: Sequence[Cell]) -> list[Field]:
    """The fields with a failed cell before: those a retry asks for. An array with a failed cell is asked for whole."""
    failed = [cell.field for cell in before if cell.outcome == "failed"]
    return [field for field in fields if any(belongs(pointer, field) for pointer in failed)]


def belongs(pointer: str, field: Field) -> bool:
    """Whether a cell's pointer is of this field (or, for a leaf of an array, of its array)."""
    array = array_pointer(field.pointer)
    return pointer == field.pointer or (bool(array) and (pointer == array or pointer.startswith(f"{array}/")))
