"""Fields, cells and totals of a batch extraction (floor 0), as API.md has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from proviso.types.answers import Evidence

CellOutcome = Literal["found", "found_unverified", "absent", "conflicting", "failed", "candidates"]
Agreement = Literal["agrees", "differs", "contradictory", "not_stated"]
"""Of a value with its quotes; `contradictory`: the quote gives it in words and in figures, and these are two numbers."""
ExtractionStatus = Literal["queued", "running", "completed", "completed_with_failures", "cancelled", "failed"]


@dataclass(frozen=True, slots=True)
class Field:
    """One leaf of an extraction schema. `type` is the JSON type, `format` one of API.md's or None."""

    pointer: str
    type: str
    title: str
    description: str
    format: str | None = None
    enum: tuple[Any, ...] | None = None
    array: bool = False
    """True when the leaf lies inside an array: one cell per item, `pointer` then holds `*` for the index."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was read to say so: mode, tokens read, pages that could not be read, characters that were not read."""

    mode: str
    tokens_read: int
    pages_unread: tuple[int, ...]
    chars_unread: int


@dataclass(frozen=True, slots=True)
class Derived:
    """A value held against what code reads in its verified quotes by itself.

    `values`: those of the field's kind that the quotes state, in the form of the field, in words what has no such form.
    """

    agreement: Agreement
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """Field x document. Exactly one outcome; `reason` says why for `failed` and for values that disagree with their quote."""

    document_id: str
    version: int | None
    title: str
    field: str
    type: str
    value: Any
    raw: str | None
    outcome: CellOutcome
    evidence: tuple[Evidence, ...]
    reason: str | None
    coverage: Coverage | None
    stale: bool = False
    review: None = None
    derived: Derived | None = None
    """None where there is no value with a verified quote, and in cells older than this."""


@dataclass(frozen=True, slots=True)
class Totals:
    documents: int
    documents_done: int
    cells: int
    found: int
    found_unverified: int
    absent: int
    conflicting: int
    failed: int
    candidates: int
