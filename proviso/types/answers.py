"""Evidence, receipts and answers (floor 0), field by field as API.md has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from proviso.boxes import PageBoxes

EvidenceState = Literal["exact", "normalised", "partial", "unverified", "deleted"]
Outcome = Literal["answered", "not_in_documents", "needs_clarification", "passages"]
Mode = Literal["full", "retrieve", "map_reduce"]
Effort = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quote resolved: `quote` is what the model wrote, `text` what stands in the source at `[start, end)`; None when unverified."""

    n: int
    document_id: str
    version: int
    title: str
    quote: str
    text: str | None
    start: int | None
    end: int | None
    page_start: int | None
    page_end: int | None
    pages: tuple[PageBoxes, ...]
    section: str
    state: EvidenceState


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A stretch `[start, end)` of the answer that no verified evidence carries."""

    text: str
    start: int
    end: int
    why: Literal["no_evidence", "number_not_in_evidence"]


@dataclass(frozen=True, slots=True)
class Packed:
    document_id: str
    start: int
    end: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Dropped:
    document_id: str
    start: int
    end: int
    tokens: int
    why: str


@dataclass(frozen=True, slots=True)
class Unread:
    document_id: str
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CallUsage:
    """Tokens of one model call. `prompt` as the server reported it, else as counted."""

    purpose: str
    prompt: int
    reasoning: int
    answer: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a context came about: mode and why, limits, counts (ours and the server's), packed, dropped, unread."""

    mode: Mode
    reason: str
    context_tokens: int
    full_limit: int
    evidence_budget: int
    prompt_tokens_counted: int
    packed: tuple[Packed, ...]
    dropped: tuple[Dropped, ...]
    documents_read: int
    pages_unread: tuple[Unread, ...]
    not_ready: tuple[str, ...]
    failed: tuple[str, ...]
    prompt_tokens_reported: int | None = None
    truncation: Literal["checked", "unavailable"] = "unavailable"
    calls: tuple[CallUsage, ...] = ()
    finish_reason: str | None = None
    """Why the model stopped: "stop", or "length" when the answer was cut off by its output limit."""


@dataclass(frozen=True, slots=True)
class Usage:
    prompt: int
    reasoning: int
    reasoning_source: Literal["server", "counted"]
    answer: int
    calls: int
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class PerDocument:
    document_id: str
    outcome: str
    evidence: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole result of a question. Without a model: outcome `passages`, `answer` None, evidence = best passages."""

    id: str
    outcome: Outcome
    answer: str | None
    clarification: str | None
    evidence: tuple[Evidence, ...]
    unsupported: tuple[Unsupported, ...]
    per_document: tuple[PerDocument, ...] | None
    receipt: Receipt
    usage: Usage
    reasoning: str | None
    model: str | None
    effort: Effort | None
    took_ms: int
